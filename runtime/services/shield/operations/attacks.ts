import type {
  AttackDetail,
  DescribeAttackCommandInput,
  DescribeAttackStatisticsCommandInput,
  ListAttacksCommandInput,
  TimeRange,
} from '@aws-sdk/client-shield';
import type { Context } from '../../../kernel/service.ts';
import { pageOf } from '../behaviour/pages.ts';
import { notFound } from '../errors.ts';
import { type AttackRecord, attacks, subscriptionOf, yearMs } from '../state.ts';

export function ListAttacks(ctx: Context, input: ListAttacksCommandInput) {
  subscriptionOf(ctx, ctx);
  const { ResourceArns = [], StartTime, EndTime } = input;
  const found = attacks(ctx, ctx)
    .values()
    .filter(
      ({ ResourceArn, startMs, endMs }) =>
        (ResourceArns.length === 0 || (ResourceArn !== undefined && ResourceArns.includes(ResourceArn))) &&
        isWithin(StartTime, startMs) &&
        isWithin(EndTime, endMs ?? ctx.clock.now()),
    )
    .sort((a, b) => b.startMs - a.startMs);
  const { page, NextToken } = pageOf(found, input);
  const AttackSummaries = page.map((attack) => ({
    ...timesOf(attack),
    AttackVectors: Object.keys(attack.vectors).map((VectorType) => ({ VectorType })),
  }));
  return { AttackSummaries, NextToken };
}

export function DescribeAttack(ctx: Context, { AttackId = '' }: DescribeAttackCommandInput) {
  subscriptionOf(ctx, ctx);
  const attack = attacks(ctx, ctx).get(AttackId);
  if (!attack) throw notFound('attack');
  return { Attack: detailOf(attack) };
}

/** Of the year that ended with yesterday; open to accounts without a subscription, too. */
export function DescribeAttackStatistics(ctx: Context, _input: DescribeAttackStatisticsCommandInput) {
  const dayMs = 86_400_000;
  const toMs = Math.floor(ctx.clock.now() / dayMs) * dayMs;
  const counted = attacks(ctx, ctx)
    .values()
    .filter(({ startMs }) => startMs >= toMs - yearMs && startMs < toMs);
  const most = (vector: string) => ({ Max: Math.max(0, ...counted.map(({ vectors }) => vectors[vector]?.max ?? 0)) });
  const DataItems = [
    { AttackVolume: { RequestsPerSecond: most('RequestFlood') }, AttackCount: having(counted, 'RequestFlood') },
    { AttackVolume: { PacketsPerSecond: most('SYNFlood') }, AttackCount: having(counted, 'SYNFlood') },
  ];
  return {
    TimeRange: { FromInclusive: new Date(toMs - yearMs), ToExclusive: new Date(toMs) },
    DataItems: counted.length === 0 ? [{ AttackCount: 0 }] : DataItems.filter(({ AttackCount }) => AttackCount > 0),
  };
}

const having = (all: readonly AttackRecord[], vector: string): number =>
  all.filter(({ vectors }) => vectors[vector] !== undefined).length;

function isWithin(range: TimeRange | undefined, timeMs: number): boolean {
  const from = range?.FromInclusive?.getTime() ?? Number.NEGATIVE_INFINITY;
  const to = range?.ToExclusive?.getTime() ?? Number.POSITIVE_INFINITY;
  return timeMs >= from && timeMs < to;
}

function timesOf({ AttackId, ResourceArn, startMs, endMs }: AttackRecord) {
  return {
    AttackId,
    ...(ResourceArn === undefined ? {} : { ResourceArn }),
    StartTime: new Date(startMs),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
  };
}

function detailOf(attack: AttackRecord): AttackDetail {
  const shed = Object.values(attack.vectors).reduce((sum, vector) => sum + vector.sum, 0);
  const TopContributors = Object.entries(attack.sources).map(([Name, Value]) => ({ Name, Value }));
  const isRequests = attack.vectors.RequestFlood !== undefined;
  return {
    ...timesOf(attack),
    SubResources: [],
    AttackCounters: Object.entries(attack.vectors).map(([Name, { max, sum, n }]) => ({
      Name,
      Max: max,
      Average: sum / n,
      Sum: sum,
      N: n,
      Unit: Name === 'RequestFlood' ? 'REQUESTS' : 'PACKETS',
    })),
    AttackProperties: [
      {
        AttackLayer: isRequests ? 'APPLICATION' : 'NETWORK',
        AttackPropertyIdentifier: 'SOURCE_IP_ADDRESS',
        TopContributors,
        Unit: isRequests ? 'REQUESTS' : 'PACKETS',
        Total: shed,
      },
    ],
    Mitigations: [{ MitigationName: 'Limits for each source at the edge' }],
  };
}
