import { formatArn } from '../../kernel/arn.ts';
import { pageAfter } from '../../kernel/pages.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { invalidNextToken } from './errors.ts';

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What metric alarms and composite alarms have in common; AWS's member names, moments in milliseconds. */
export interface AlarmBase {
  AlarmName: string;
  AlarmArn: string;
  account: string;
  region: string;
  AlarmDescription?: string;
  ActionsEnabled: boolean;
  OKActions: string[];
  AlarmActions: string[];
  InsufficientDataActions: string[];
  StateValue: StateValue;
  StateReason: string;
  StateReasonData?: string;
  stateUpdatedMs: number;
  stateTransitionedMs: number;
  configuredMs: number;
  tags: Record<string, string>;
}

export interface Dimension {
  Name: string;
  Value: string;
}

export interface MetricStat {
  Metric: { Namespace: string; MetricName: string; Dimensions: Dimension[] };
  Period: number;
  Stat: string;
  Unit?: string;
}

export interface MetricDataQuery {
  Id: string;
  MetricStat?: MetricStat;
  Expression?: string;
  Label?: string;
  ReturnData?: boolean;
  Period?: number;
}

export interface MetricAlarm extends AlarmBase {
  kind: 'metric';
  /** One metric, or `Metrics` with an expression. */
  MetricName?: string;
  Namespace?: string;
  Statistic?: string;
  ExtendedStatistic?: string;
  Dimensions: Dimension[];
  Period?: number;
  Unit?: string;
  Metrics?: MetricDataQuery[];
  EvaluationPeriods: number;
  DatapointsToAlarm?: number;
  Threshold: number;
  ComparisonOperator: string;
  TreatMissingData?: string;
  EvaluateLowSampleCountPercentile?: string;
}

export interface CompositeAlarm extends AlarmBase {
  kind: 'composite';
  AlarmRule: string;
  ActionsSuppressor?: string;
  ActionsSuppressorWaitPeriod?: number;
  ActionsSuppressorExtensionPeriod?: number;
  ActionsSuppressedBy?: string;
  ActionsSuppressedReason?: string;
}

export type Alarm = MetricAlarm | CompositeAlarm;

/** Why the actions of a composite alarm are held back now, kept over a restart. */
export interface Suppression extends Scope {
  AlarmName: string;
  AlarmArn: string;
  phase: 'WaitPeriod' | 'Alarm' | 'ExtensionPeriod';
  /** When a wait or extension ends. */
  untilMs?: number;
  /** The alarm before the change whose actions are held; absent while there was none. */
  before?: Alarm;
}

export function suppressions(kernel: Kernel, { account, region }: Scope): Collection<Suppression> {
  return kernel.store.collection<Suppression>('cloudwatch.suppressions', { account, region });
}

export function alarms(kernel: Kernel, scope: Scope): Collection<Alarm> {
  return kernel.store.collection<Alarm>('cloudwatch.alarms', { account: scope.account, region: scope.region });
}

export function alarmArn(scope: Scope, name: string): string {
  return formatArn('cloudwatch', scope.region, scope.account, `alarm:${name}`);
}

/** One page of what is sorted by `key`. */
export function pageOf<T>(
  sorted: T[],
  key: (item: T) => string,
  { limit, nextToken }: { limit: number; nextToken?: string | undefined },
) {
  const { items, next } = pageAfter(sorted, key, { token: nextToken, size: limit, unknown: invalidNextToken });
  return { items, nextToken: next };
}

export function formatToken(text: string): string {
  return Buffer.from(JSON.stringify(text)).toString('base64url');
}

export function parseToken(token: string): string {
  try {
    const text: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof text === 'string') return text;
  } catch {
    // Falls through: a token we did not give out.
  }
  throw invalidNextToken();
}

/**
 * A client outside the cloud knows only the machine's time. Once time was wound by more than the 15 minutes that its
 * signature may be off, what it says is read as the moment it means; below that, clocks are near enough.
 */
export function cloudTime(ctx: Context, client: Date | undefined): number {
  const clientMs = client?.getTime() ?? ctx.clock.now();
  const knowsTheMachineOnly = ctx.http !== undefined && Math.abs(ctx.clock.offset()) > 15 * 60_000;
  return knowsTheMachineOnly ? ctx.clock.interpret(clientMs) : clientMs;
}

export interface Dashboard {
  DashboardName: string;
  DashboardBody: string;
  modifiedMs: number;
  tags: Record<string, string>;
}

export function dashboards(kernel: Kernel, { account }: Scope): Collection<Dashboard> {
  return kernel.store.collection<Dashboard>('cloudwatch.dashboards', { account, region: '' });
}
