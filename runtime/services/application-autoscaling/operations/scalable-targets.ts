import type {
  DeregisterScalableTargetCommandInput,
  DescribeScalableTargetsCommandInput,
  RegisterScalableTargetCommandInput,
  SuspendedState,
} from '@aws-sdk/client-application-auto-scaling';
import type { Context } from '../../../kernel/service.ts';
import { holdToBounds } from '../behaviour/capacity.ts';
import { asApplicationAutoScaling, dimensionOf, keyFrom, mustFindTarget } from '../behaviour/dimension.ts';
import { paged } from '../behaviour/paging.ts';
import { timetable } from '../behaviour/timetable.ts';
import { deleteAlarms } from '../behaviour/tracking-alarms.ts';
import { validation } from '../errors.ts';
import { isOf, keyOf, policies, scheduledActions, type Target, type TargetKey, targetArn, targets } from '../state.ts';
import { checkTags } from './tags.ts';

/** What is left out of a second registration stays as it was. */
export async function RegisterScalableTarget(ctx: Context, input: RegisterScalableTargetCommandInput) {
  const key = keyFrom(input);
  const dimension = dimensionOf(ctx, key);
  const before = targets(ctx).get(keyOf(key));
  const { MinCapacity = before?.MinCapacity, MaxCapacity = before?.MaxCapacity } = input;
  if (MinCapacity === undefined || MaxCapacity === undefined)
    throw validation('MinCapacity and MaxCapacity must be specified when a scalable target is registered.');
  if (MinCapacity < dimension.least)
    throw validation(`Minimum capacity must be greater than or equal to ${dimension.least}`);
  if (MinCapacity > MaxCapacity) throw validation('Maximum capacity cannot be less than minimum capacity');
  const { account, region } = ctx;
  const ScalableTargetARN = before?.ScalableTargetARN ?? targetArn(ctx, `0${ctx.ids.hex(35)}`);
  if (before && input.Tags) throw validation('Tags can be specified when a scalable target is registered first.');
  const target: Target = {
    ...before,
    ...key,
    account,
    region,
    ScalableTargetARN,
    MinCapacity,
    MaxCapacity,
    RoleARN: input.RoleARN ?? before?.RoleARN ?? serviceLinkedRole(ctx, key),
    createdMs: before?.createdMs ?? ctx.clock.now(),
    SuspendedState: suspended(input.SuspendedState, before?.SuspendedState),
    Tags: before?.Tags ?? checkTags(ScalableTargetARN, input.Tags ?? {}),
  };
  const service = asApplicationAutoScaling(ctx, ctx, key);
  try {
    if ((await dimension.read(service, key.ResourceId)) === undefined)
      throw validation(`The resource of the scalable target does not exist: ${key.ResourceId}`);
  } finally {
    service.trace.end();
  }
  targets(ctx).put(keyOf(key), target);
  void ctx.clock.track(holdToBounds(ctx, target));
  return { ScalableTargetARN };
}

const suspended = (given: SuspendedState | undefined, before?: Target['SuspendedState']): Target['SuspendedState'] => ({
  DynamicScalingInSuspended: given?.DynamicScalingInSuspended ?? before?.DynamicScalingInSuspended ?? false,
  DynamicScalingOutSuspended: given?.DynamicScalingOutSuspended ?? before?.DynamicScalingOutSuspended ?? false,
  ScheduledScalingSuspended: given?.ScheduledScalingSuspended ?? before?.ScheduledScalingSuspended ?? false,
});

/** "Service-linked roles for Application Auto Scaling". */
function serviceLinkedRole({ account }: Context, { ServiceNamespace, ScalableDimension }: TargetKey): string {
  const [, kind = ''] = ScalableDimension.split(':');
  const names: Record<string, string> = { dynamodb: 'DynamoDBTable', rds: 'RDSCluster' };
  const name = names[ServiceNamespace] ?? `${ServiceNamespace}${kind}`;
  return `arn:aws:iam::${account}:role/aws-service-role/${ServiceNamespace}.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_${name}`;
}

/** With it go its policies and scheduled actions; the resource keeps the capacity it has. */
export async function DeregisterScalableTarget(ctx: Context, input: DeregisterScalableTargetCommandInput) {
  const target = mustFindTarget(ctx, keyFrom(input), 'scalable target found');
  for (const policy of policies(ctx).values()) {
    if (!isOf(policy, target)) continue;
    policies(ctx).delete(keyOf(policy, policy.PolicyName));
    await deleteAlarms(ctx, target, policy.alarmNames);
  }
  for (const action of scheduledActions(ctx).values()) {
    if (!isOf(action, target)) continue;
    ctx.engine(timetable).forget(action);
    scheduledActions(ctx).delete(keyOf(action, action.ScheduledActionName));
  }
  targets(ctx).delete(keyOf(target));
  return {};
}

export function DescribeScalableTargets(ctx: Context, input: DescribeScalableTargetsCommandInput) {
  const { ServiceNamespace, ResourceIds = [], ScalableDimension } = input;
  const found = targets(ctx)
    .values()
    .filter((one) => one.ServiceNamespace === ServiceNamespace)
    .filter((one) => ResourceIds.length === 0 || ResourceIds.includes(one.ResourceId))
    .filter((one) => ScalableDimension === undefined || one.ScalableDimension === ScalableDimension);
  const { page, ...rest } = paged(found, input);
  return { ScalableTargets: page.map(describe), ...rest };
}

function describe(target: Target) {
  const { ServiceNamespace, ResourceId, ScalableDimension, MinCapacity, MaxCapacity } = target;
  const { RoleARN, ScalableTargetARN, SuspendedState, createdMs } = target;
  const key = { ServiceNamespace, ResourceId, ScalableDimension };
  const CreationTime = new Date(createdMs);
  return { ...key, MinCapacity, MaxCapacity, RoleARN, CreationTime, SuspendedState, ScalableTargetARN };
}
