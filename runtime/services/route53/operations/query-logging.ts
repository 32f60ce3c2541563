import type {
  CreateQueryLoggingConfigCommandInput,
  DeleteQueryLoggingConfigCommandInput,
  GetQueryLoggingConfigCommandInput,
  ListQueryLoggingConfigsCommandInput,
} from '@aws-sdk/client-route-53';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { publishZone } from '../behaviour/publish.ts';
import * as errors from '../errors.ts';
import { bareId, type QueryLoggingRecord, queryLoggingConfigs, zoneAt } from '../state.ts';

/** Whether Route 53 may write is decided by the log group's resource policy, at each delivery. */
export async function CreateQueryLoggingConfig(ctx: Context, input: CreateQueryLoggingConfigCommandInput) {
  const zone = zoneAt(ctx, input.HostedZoneId);
  if (zone.PrivateZone) throw errors.invalidInput('Query logging is for public hosted zones.');
  const known = queryLoggingConfigs(ctx, ctx);
  if (known.values().some(({ HostedZoneId }) => HostedZoneId === zone.Id))
    throw errors.queryLoggingConfigAlreadyExists();
  const arn = parseArn(input.CloudWatchLogsLogGroupArn ?? '');
  if (arn?.service !== 'logs' || arn.region !== 'us-east-1')
    throw errors.invalidInput('The log group must be in the us-east-1 region.');
  const logGroupNamePrefix = arn.resource.replace(/^log-group:/, '').replace(/:\*$/, '');
  const { logGroups = [] } = await ctx.call<{ logGroups?: { logGroupName?: string }[] }>(
    'logs',
    'DescribeLogGroups',
    { logGroupNamePrefix },
    { region: arn.region },
  );
  if (!logGroups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix))
    throw errors.noSuchCloudWatchLogsLogGroup();
  const record: QueryLoggingRecord = {
    Id: ctx.ids.uuid(),
    HostedZoneId: zone.Id,
    CloudWatchLogsLogGroupArn: input.CloudWatchLogsLogGroupArn ?? '',
  };
  known.put(record.Id, record);
  publishZone(ctx, zone);
  return {
    QueryLoggingConfig: record,
    Location: `https://route53.amazonaws.com/2013-04-01/queryloggingconfig/${record.Id}`,
  };
}

export function GetQueryLoggingConfig(ctx: Context, input: GetQueryLoggingConfigCommandInput) {
  return { QueryLoggingConfig: configAt(ctx, input.Id) };
}

export function DeleteQueryLoggingConfig(ctx: Context, input: DeleteQueryLoggingConfigCommandInput) {
  const record = configAt(ctx, input.Id);
  queryLoggingConfigs(ctx, ctx).delete(record.Id);
  publishZone(ctx, zoneAt(ctx, record.HostedZoneId));
  return {};
}

export function ListQueryLoggingConfigs(ctx: Context, input: ListQueryLoggingConfigsCommandInput) {
  const wanted = input.HostedZoneId === undefined ? undefined : zoneAt(ctx, bareId(input.HostedZoneId)).Id;
  const all = queryLoggingConfigs(ctx, ctx)
    .values()
    .filter(({ HostedZoneId }) => wanted === undefined || HostedZoneId === wanted);
  const start = input.NextToken === undefined ? 0 : all.findIndex(({ Id }) => Id === input.NextToken);
  if (start < 0) throw errors.invalidInput('The NextToken is invalid.');
  const end = start + Math.min(Math.max(Number(input.MaxResults ?? 100), 1), 100);
  const next = all[end]?.Id;
  return { QueryLoggingConfigs: all.slice(start, end), ...(next !== undefined && { NextToken: next }) };
}

function configAt(ctx: Context, id: string | undefined): QueryLoggingRecord {
  const record = queryLoggingConfigs(ctx, ctx).get(id ?? '');
  if (!record) throw errors.noSuchQueryLoggingConfig();
  return record;
}
