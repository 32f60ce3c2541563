import type {
  CreateHealthCheckCommandInput,
  DeleteHealthCheckCommandInput,
  GetHealthCheckCommandInput,
  GetHealthCheckLastFailureReasonCommandInput,
  GetHealthCheckStatusCommandInput,
  HealthCheck,
  HealthCheckConfig,
  ListHealthChecksCommandInput,
  UpdateHealthCheckCommandInput,
} from '@aws-sdk/client-route-53';
import type { Context } from '../../../kernel/service.ts';
import { checkedConfig } from '../behaviour/health-check-rules.ts';
import { healthCheckers } from '../behaviour/health-checks.ts';
import * as errors from '../errors.ts';
import { bareId, type HealthCheckRecord, healthChecks, tags } from '../state.ts';

export function CreateHealthCheck(ctx: Context, input: CreateHealthCheckCommandInput) {
  const HealthCheckConfig = checkedConfig(input.HealthCheckConfig ?? { Type: undefined });
  for (const child of HealthCheckConfig.ChildHealthChecks ?? []) healthCheckAt(ctx, child);
  const known = healthChecks(ctx, ctx);
  const before = known.values().find(({ CallerReference }) => CallerReference === input.CallerReference);
  if (before && JSON.stringify(before.HealthCheckConfig) !== JSON.stringify(HealthCheckConfig))
    throw errors.healthCheckAlreadyExists(input.CallerReference ?? '');
  const record: HealthCheckRecord = before ?? {
    Id: ctx.ids.uuid(),
    CallerReference: input.CallerReference ?? '',
    HealthCheckConfig,
    HealthCheckVersion: 1,
    account: ctx.account,
  };
  if (!before) {
    known.put(record.Id, record);
    ctx.engine(healthCheckers).watch(record);
  }
  return {
    HealthCheck: described(record),
    Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${record.Id}`,
  };
}

export function GetHealthCheck(ctx: Context, input: GetHealthCheckCommandInput) {
  return { HealthCheck: described(healthCheckAt(ctx, input.HealthCheckId)) };
}

export function GetHealthCheckCount(ctx: Context) {
  return { HealthCheckCount: healthChecks(ctx, ctx).size };
}

export function ListHealthChecks(ctx: Context, input: ListHealthChecksCommandInput) {
  const from = healthChecks(ctx, ctx)
    .values()
    .filter(({ Id }) => Id >= (input.Marker ?? ''));
  const limit = Math.min(Math.max(input.MaxItems ?? 100, 1), 1000);
  const next = from[limit];
  return {
    HealthChecks: from.slice(0, limit).map(described),
    Marker: input.Marker ?? '',
    IsTruncated: next !== undefined,
    NextMarker: next?.Id,
    MaxItems: limit,
  };
}

const changeable = [
  'IPAddress',
  'Port',
  'ResourcePath',
  'FullyQualifiedDomainName',
  'SearchString',
  'FailureThreshold',
  'Inverted',
  'Disabled',
  'HealthThreshold',
  'ChildHealthChecks',
  'EnableSNI',
  'Regions',
  'AlarmIdentifier',
  'InsufficientDataHealthStatus',
] as const;

export function UpdateHealthCheck(ctx: Context, input: UpdateHealthCheckCommandInput) {
  const before = healthCheckAt(ctx, input.HealthCheckId);
  if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== before.HealthCheckVersion)
    throw errors.healthCheckVersionMismatch();
  const changed: Record<string, unknown> = { ...before.HealthCheckConfig };
  for (const name of changeable) if (input[name] !== undefined) changed[name] = input[name];
  for (const element of input.ResetElements ?? []) delete changed[element];
  const HealthCheckConfig = checkedConfig(changed as unknown as HealthCheckConfig);
  for (const child of HealthCheckConfig.ChildHealthChecks ?? []) healthCheckAt(ctx, child);
  const record = { ...before, HealthCheckConfig, HealthCheckVersion: before.HealthCheckVersion + 1 };
  healthChecks(ctx, ctx).put(record.Id, record);
  ctx.engine(healthCheckers).watch(record);
  return { HealthCheck: described(record) };
}

export function DeleteHealthCheck(ctx: Context, input: DeleteHealthCheckCommandInput) {
  const { Id } = healthCheckAt(ctx, input.HealthCheckId);
  const parents = healthChecks(ctx, ctx)
    .values()
    .some(({ HealthCheckConfig }) => HealthCheckConfig.ChildHealthChecks?.includes(Id));
  if (parents) throw errors.healthCheckInUse(Id);
  healthChecks(ctx, ctx).delete(Id);
  tags(ctx, ctx).delete(`healthcheck/${Id}`);
  ctx.engine(healthCheckers).forget(Id);
  return {};
}

/** There is one checker, in the region of the edge; AWS has several in each of eight regions. */
export function GetHealthCheckStatus(ctx: Context, input: GetHealthCheckStatusCommandInput) {
  const record = healthCheckAt(ctx, input.HealthCheckId);
  return { HealthCheckObservations: observed(ctx.engine(healthCheckers).observation(record.Id).last) };
}

export function GetHealthCheckLastFailureReason(ctx: Context, input: GetHealthCheckLastFailureReasonCommandInput) {
  const record = healthCheckAt(ctx, input.HealthCheckId);
  return { HealthCheckObservations: observed(ctx.engine(healthCheckers).observation(record.Id).lastFailure) };
}

function observed(seen: { timeMs: number; result: { status: string } } | undefined) {
  if (!seen) return [];
  const StatusReport = { Status: seen.result.status, CheckedTime: new Date(seen.timeMs) };
  return [{ Region: 'us-east-1' as const, IPAddress: '15.177.0.1', StatusReport }];
}

function described(record: HealthCheckRecord): HealthCheck {
  const { Id, CallerReference, HealthCheckConfig, HealthCheckVersion } = record;
  return { Id, CallerReference, HealthCheckConfig, HealthCheckVersion };
}

function healthCheckAt(ctx: Context, id: string | undefined): HealthCheckRecord {
  const record = healthChecks(ctx, ctx).get(bareId(id));
  if (!record) throw errors.noSuchHealthCheck(bareId(id));
  return record;
}
