import type {
  CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommandInput,
  DescribeAutoScalingGroupsCommandInput,
  SetDesiredCapacityCommandInput,
  UpdateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { at } from '../behaviour/activities.ts';
import { forgetGroup } from '../behaviour/belongings.ts';
import { actualCapacity } from '../behaviour/capacity.ts';
import { describeGroup } from '../behaviour/describe-group.ts';
import {
  checkHealthCheckType,
  checkSizes,
  checkTargetGroups,
  checkTerminationPolicies,
  mustFind,
  subnetsOf,
  tagList,
  templateChoice,
} from '../behaviour/input.ts';
import { keeper } from '../behaviour/keeper.ts';
import { maintenanceOf } from '../behaviour/maintenance.ts';
import { mixedInstances, weighedAnew } from '../behaviour/mixed-instances.ts';
import { paged } from '../behaviour/paging.ts';
import { alreadyExists, resourceInUse, scalingActivityInProgress, validationError } from '../errors.ts';
import { findGroup, type Group, groupArn, groups, isTerminating } from '../state.ts';
import { PutLifecycleHook } from './hooks.ts';

/** Ways of starting instances that are not done, and what classic load balancers take. */
const refusedParameters = [
  'LaunchConfigurationName',
  'InstanceId',
  'LoadBalancerNames',
  'PlacementGroup',
  'CapacityRebalance',
  'MaxInstanceLifetime',
  'DesiredCapacityType',
  'TrafficSources',
  'AvailabilityZoneDistribution',
  'AvailabilityZoneImpairmentPolicy',
  'SkipZonalShiftValidation',
  'CapacityReservationSpecification',
] as const;

export async function CreateAutoScalingGroup(ctx: Context, input: CreateAutoScalingGroupCommandInput) {
  refuse(input);
  const { AutoScalingGroupName = '', MinSize = 0, MaxSize = 0, TargetGroupARNs = [] } = input;
  const started = await startedFrom(ctx, input);
  const subnets = await subnetsOf(ctx, input);
  await checkTargetGroups(ctx, TargetGroupARNs);
  if (findGroup(ctx, AutoScalingGroupName)) throw alreadyExists('AutoScalingGroup', AutoScalingGroupName);
  const sizes = { MinSize, MaxSize, DesiredCapacity: input.DesiredCapacity ?? MinSize };
  checkSizes(sizes);
  const { account, region } = ctx;
  const group: Group = {
    AutoScalingGroupName,
    AutoScalingGroupARN: groupArn(ctx, ctx.ids.uuid(), AutoScalingGroupName),
    account,
    region,
    createdMs: ctx.clock.now(),
    ...started,
    InstanceMaintenancePolicy: input.InstanceMaintenancePolicy && maintenanceOf(input.InstanceMaintenancePolicy),
    ...sizes,
    DefaultCooldown: input.DefaultCooldown ?? 300,
    DefaultInstanceWarmup: warmup(input.DefaultInstanceWarmup),
    HealthCheckType: checkHealthCheckType(input.HealthCheckType),
    HealthCheckGracePeriod: input.HealthCheckGracePeriod ?? 0,
    subnets,
    TargetGroupARNs,
    TerminationPolicies: checkTerminationPolicies(input.TerminationPolicies),
    NewInstancesProtectedFromScaleIn: input.NewInstancesProtectedFromScaleIn ?? false,
    ServiceLinkedRoleARN: input.ServiceLinkedRoleARN ?? serviceLinkedRole(account),
    Context: input.Context,
    suspended: {},
    EnabledMetrics: [],
    Tags: tagList(input.Tags),
    members: [],
    cause: `At ${at(ctx.clock.now())} a user request created an AutoScalingGroup changing the desired capacity from 0 to ${sizes.DesiredCapacity}.`,
    cooldownUntilMs: 0,
    deleting: false,
  };
  groups(ctx).put(AutoScalingGroupName, group);
  for (const hook of input.LifecycleHookSpecificationList ?? [])
    PutLifecycleHook(ctx, { AutoScalingGroupName, ...hook });
  ctx.engine(keeper).wake(group);
  return {};
}

export async function UpdateAutoScalingGroup(ctx: Context, input: UpdateAutoScalingGroupCommandInput) {
  refuse(input);
  const before = mustFind(ctx, input.AutoScalingGroupName);
  const started = await startedFrom(ctx, input, before);
  const { VPCZoneIdentifier, AvailabilityZones } = input;
  const moved = VPCZoneIdentifier !== undefined || AvailabilityZones !== undefined;
  const subnets = moved ? await subnetsOf(ctx, { VPCZoneIdentifier, AvailabilityZones }) : before.subnets;
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const { MinSize = group.MinSize, MaxSize = group.MaxSize } = input;
  // "UpdateAutoScalingGroup": a new bound that the desired capacity is beyond takes it along.
  const DesiredCapacity = input.DesiredCapacity ?? Math.min(Math.max(group.DesiredCapacity, MinSize), MaxSize);
  checkSizes({ MinSize, MaxSize, DesiredCapacity });
  const now = at(ctx.clock.now());
  const resized = `At ${now} a user request update of AutoScalingGroup constraints to min: ${MinSize}, max: ${MaxSize}, desired: ${DesiredCapacity} changing the desired capacity from ${group.DesiredCapacity} to ${DesiredCapacity}.`;
  groups(ctx).put(group.AutoScalingGroupName, {
    ...group,
    ...started,
    members: weighedAnew(group.members, started),
    InstanceMaintenancePolicy: input.InstanceMaintenancePolicy
      ? maintenanceOf(input.InstanceMaintenancePolicy)
      : group.InstanceMaintenancePolicy,
    subnets,
    MinSize,
    MaxSize,
    DesiredCapacity,
    DefaultCooldown: input.DefaultCooldown ?? group.DefaultCooldown,
    DefaultInstanceWarmup:
      input.DefaultInstanceWarmup === undefined ? group.DefaultInstanceWarmup : warmup(input.DefaultInstanceWarmup),
    HealthCheckType: input.HealthCheckType ? checkHealthCheckType(input.HealthCheckType) : group.HealthCheckType,
    HealthCheckGracePeriod: input.HealthCheckGracePeriod ?? group.HealthCheckGracePeriod,
    TerminationPolicies: input.TerminationPolicies
      ? checkTerminationPolicies(input.TerminationPolicies)
      : group.TerminationPolicies,
    NewInstancesProtectedFromScaleIn: input.NewInstancesProtectedFromScaleIn ?? group.NewInstancesProtectedFromScaleIn,
    ServiceLinkedRoleARN: input.ServiceLinkedRoleARN ?? group.ServiceLinkedRoleARN,
    Context: input.Context ?? group.Context,
    cause: DesiredCapacity === group.DesiredCapacity ? group.cause : resized,
  });
  ctx.engine(keeper).launches.tryAgain(group);
  ctx.engine(keeper).wake(group);
  return {};
}

export function DeleteAutoScalingGroup(ctx: Context, input: DeleteAutoScalingGroupCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const { AutoScalingGroupName: name, members } = group;
  if (!input.ForceDelete && members.some(({ LifecycleState }) => isTerminating(LifecycleState)))
    throw scalingActivityInProgress(
      'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
    );
  if (!input.ForceDelete && members.length > 0)
    throw resourceInUse(
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  if (!input.ForceDelete && group.WarmPool)
    throw resourceInUse('You cannot delete an AutoScalingGroup while it has a warm pool.');
  if (members.length === 0) {
    forgetGroup(ctx, group);
    return {};
  }
  const engine = ctx.engine(keeper);
  const cause = `At ${at(ctx.clock.now())} a user request to force-delete the AutoScalingGroup changed the desired capacity to 0.`;
  groups(ctx).put(name, { ...group, deleting: true, MinSize: 0, DesiredCapacity: 0, cause });
  for (const member of members)
    if (!isTerminating(member.LifecycleState)) engine.terminations.begin(group, member, { cause, atOnce: true });
  return {};
}

export function DescribeAutoScalingGroups(ctx: Context, input: DescribeAutoScalingGroupsCommandInput) {
  const names = input.AutoScalingGroupNames ?? [];
  const found = groups(ctx)
    .values()
    .filter(({ AutoScalingGroupName }) => names.length === 0 || names.includes(AutoScalingGroupName))
    .filter((group) => (input.Filters ?? []).every((filter) => matches(group, filter)));
  const { page, ...rest } = paged(found, input);
  return { AutoScalingGroups: page.map((group) => describeGroup(group, input)), ...rest };
}

/** "DescribeAutoScalingGroups", Filters: tag-key, tag-value and tag:<key>. */
function matches({ Tags }: Group, { Name = '', Values = [] }: { Name?: string; Values?: string[] }): boolean {
  if (Name === 'tag-key') return Tags.some(({ Key }) => Values.includes(Key));
  if (Name === 'tag-value') return Tags.some(({ Value }) => Values.includes(Value));
  if (Name.startsWith('tag:')) return Tags.some(({ Key, Value }) => Key === Name.slice(4) && Values.includes(Value));
  throw refused(`autoscaling DescribeAutoScalingGroups filter ${Name}`);
}

export function SetDesiredCapacity(ctx: Context, input: SetDesiredCapacityCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const { DesiredCapacity = 0 } = input;
  if (input.HonorCooldown && group.cooldownUntilMs > ctx.clock.now())
    throw scalingActivityInProgress(`The group ${group.AutoScalingGroupName} is in its cooldown period.`);
  if (DesiredCapacity > group.MaxSize)
    throw validationError(
      `New SetDesiredCapacity value ${DesiredCapacity} is above max value ${group.MaxSize} for the AutoScalingGroup.`,
    );
  if (DesiredCapacity < group.MinSize)
    throw validationError(
      `New SetDesiredCapacity value ${DesiredCapacity} is below min value ${group.MinSize} for the AutoScalingGroup.`,
    );
  const cause = `At ${at(ctx.clock.now())} a user request explicitly set group desired capacity changing the desired capacity from ${group.DesiredCapacity} to ${DesiredCapacity}.`;
  const changed = { ...group, DesiredCapacity, cause };
  if (DesiredCapacity !== group.DesiredCapacity && actualCapacity(group) !== DesiredCapacity)
    changed.cooldownUntilMs = ctx.clock.now() + group.DefaultCooldown * 1000;
  groups(ctx).put(group.AutoScalingGroupName, changed);
  ctx.engine(keeper).wake(group);
  return {};
}

type Started = Pick<Group, 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/** From a launch template or by a mixed instances policy, which has one; an update that names neither changes neither. */
async function startedFrom(
  ctx: Context,
  {
    LaunchTemplate,
    MixedInstancesPolicy,
  }: Pick<CreateAutoScalingGroupCommandInput, 'LaunchTemplate' | 'MixedInstancesPolicy'>,
  before?: Started,
): Promise<Started> {
  if (LaunchTemplate && MixedInstancesPolicy)
    throw validationError(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  if (MixedInstancesPolicy) return mixedInstances(ctx, MixedInstancesPolicy, before);
  if (!LaunchTemplate && before)
    return { LaunchTemplate: before.LaunchTemplate, MixedInstancesPolicy: before.MixedInstancesPolicy };
  return { LaunchTemplate: await templateChoice(ctx, LaunchTemplate), MixedInstancesPolicy: undefined };
}

function refuse(input: object): void {
  const given = input as Record<string, unknown>;
  for (const name of refusedParameters)
    if (given[name] !== undefined && given[name] !== false && !isEmpty(given[name]))
      throw refused(`autoscaling parameter ${name}`);
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** "Set the default instance warmup": -1 takes a value away again. */
function warmup(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds < 0 ? undefined : seconds;
}

function serviceLinkedRole(account: string): string {
  return `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
}
