import type {
  AttachInstancesCommandInput,
  DescribeAutoScalingInstancesCommandInput,
  DetachInstancesCommandInput,
  EnterStandbyCommandInput,
  ExitStandbyCommandInput,
  SetInstanceHealthCommandInput,
  SetInstanceProtectionCommandInput,
  TerminateInstanceInAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../../kernel/service.ts';
import { advance, at, begin, find } from '../behaviour/activities.ts';
import { adoptable } from '../behaviour/adopt.ts';
import { capacityOf } from '../behaviour/capacity.ts';
import { describeActivity } from '../behaviour/describe-activity.ts';
import { describeMember } from '../behaviour/describe-group.ts';
import { mustFind } from '../behaviour/input.ts';
import { keeper } from '../behaviour/keeper.ts';
import { paged } from '../behaviour/paging.ts';
import { deregister, register } from '../behaviour/target-groups.ts';
import { findMember } from '../behaviour/watch.ts';
import { validationError } from '../errors.ts';
import { type Activity, type Group, groups, isWarmed, type Member } from '../state.ts';

export function DescribeAutoScalingInstances(ctx: Context, input: DescribeAutoScalingInstancesCommandInput) {
  const ids = input.InstanceIds ?? [];
  const found = groups(ctx)
    .values()
    .flatMap(({ AutoScalingGroupName, members }) => members.map((member) => ({ AutoScalingGroupName, member })))
    .filter(({ member }) => ids.length === 0 || ids.includes(member.InstanceId));
  const { page, ...rest } = paged(found, input);
  const AutoScalingInstances = page.map(({ AutoScalingGroupName, member }) => ({
    AutoScalingGroupName,
    ...describeMember(member),
    HealthStatus: member.HealthStatus.toUpperCase(),
  }));
  return { AutoScalingInstances, ...rest };
}

export function TerminateInstanceInAutoScalingGroup(
  ctx: Context,
  input: TerminateInstanceInAutoScalingGroupCommandInput,
) {
  const { group, member } = mustFindMember(ctx, input.InstanceId);
  const { DesiredCapacity, MinSize } = group;
  const { weight = 1 } = member;
  if (input.ShouldDecrementDesiredCapacity && !isWarmed(member.LifecycleState)) {
    if (DesiredCapacity - weight < MinSize) throw belowMinimum(member, group);
    groups(ctx).put(group.AutoScalingGroupName, { ...group, DesiredCapacity: DesiredCapacity - weight });
  }
  const shrunk =
    input.ShouldDecrementDesiredCapacity && !isWarmed(member.LifecycleState)
      ? `, shrinking the capacity from ${DesiredCapacity} to ${DesiredCapacity - weight}`
      : '';
  const cause = `At ${at(ctx.clock.now())} instance ${member.InstanceId} was taken out of service in response to a user request${shrunk}.`;
  const engine = ctx.engine(keeper);
  const id = engine.terminations.begin(group, member, { cause });
  engine.wake(group);
  return { Activity: activity(ctx, group, id) };
}

export function SetInstanceHealth(ctx: Context, input: SetInstanceHealthCommandInput) {
  const { group, member } = mustFindMember(ctx, input.InstanceId);
  const { HealthStatus } = input;
  if (HealthStatus !== 'Healthy' && HealthStatus !== 'Unhealthy')
    throw validationError(`Invalid HealthStatus: ${HealthStatus}. Valid values are Healthy and Unhealthy.`);
  const inGrace = (member.inServiceMs ?? ctx.clock.now()) + group.HealthCheckGracePeriod * 1000 > ctx.clock.now();
  if (inGrace && input.ShouldRespectGracePeriod !== false) return {};
  const engine = ctx.engine(keeper);
  const unhealthyBecause = 'a user health-check';
  engine.changeMember(group, member.InstanceId, { HealthStatus, unhealthyBecause });
  engine.wake(group);
  return {};
}

export function SetInstanceProtection(ctx: Context, input: SetInstanceProtectionCommandInput) {
  const { ProtectedFromScaleIn = false } = input;
  for (const { group, member } of ofGroup(ctx, input))
    ctx.engine(keeper).changeMember(group, member.InstanceId, { ProtectedFromScaleIn });
  return {};
}

/** Running instances of the same account come under the group, which grows by them. */
export async function AttachInstances(ctx: Context, input: AttachInstancesCommandInput) {
  const ids = input.InstanceIds ?? [];
  const before = mustFind(ctx, input.AutoScalingGroupName);
  if (before.DesiredCapacity + ids.length > before.MaxSize)
    throw validationError(
      `AutoScalingGroup ${before.AutoScalingGroupName} has min-size=${before.MinSize}, max-size=${before.MaxSize}, and desired-size=${before.DesiredCapacity}. To attach ${ids.length} more instance, please update the AutoScalingGroup sizes appropriately.`,
    );
  const members = await adoptable(ctx, before, ids);
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const DesiredCapacity = group.DesiredCapacity + ids.length;
  groups(ctx).put(group.AutoScalingGroupName, { ...group, DesiredCapacity, members: [...group.members, ...members] });
  for (const member of members) {
    await register(ctx, group, member.InstanceId);
    note(
      ctx,
      group,
      member,
      `Attaching an existing EC2 instance: ${member.InstanceId}`,
      'an instance was attached in response to a user request.',
    );
  }
  ctx.events.emit('autoscaling.group', { arn: group.AutoScalingGroupARN });
  return {};
}

export async function DetachInstances(ctx: Context, input: DetachInstancesCommandInput) {
  const leaving = ofGroup(ctx, input);
  shrink(ctx, input, capacityOf(leaving.map(({ member }) => member)));
  const Activities: Activity[] = [];
  for (const { group, member } of leaving) {
    await deregister(ctx, group, member.InstanceId);
    ctx.engine(keeper).remove(group, member.InstanceId);
    Activities.push(
      note(
        ctx,
        group,
        member,
        `Detaching EC2 instance: ${member.InstanceId}`,
        `instance ${member.InstanceId} was detached in response to a user request.`,
      ),
    );
    ctx.engine(keeper).wake(group);
  }
  return { Activities: Activities.map(describeActivity) };
}

export async function EnterStandby(ctx: Context, input: EnterStandbyCommandInput) {
  const resting = ofGroup(ctx, input);
  shrink(ctx, input, capacityOf(resting.map(({ member }) => member)));
  const Activities: Activity[] = [];
  for (const { group, member } of resting) {
    await deregister(ctx, group, member.InstanceId);
    ctx.engine(keeper).changeMember(group, member.InstanceId, { LifecycleState: 'Standby' });
    Activities.push(
      note(
        ctx,
        group,
        member,
        `Moving EC2 instance to Standby: ${member.InstanceId}`,
        `instance ${member.InstanceId} was moved to standby in response to a user request.`,
      ),
    );
    ctx.engine(keeper).wake(group);
  }
  return { Activities: Activities.map(describeActivity) };
}

export async function ExitStandby(ctx: Context, input: ExitStandbyCommandInput) {
  const back = ofGroup(ctx, input);
  const wrong = back.find(({ member }) => member.LifecycleState !== 'Standby');
  if (wrong) throw validationError(`The instance ${wrong.member.InstanceId} is not in Standby.`);
  const Activities: Activity[] = [];
  for (const { group, member } of back) {
    ctx
      .engine(keeper)
      .change(group, ({ DesiredCapacity }) => ({ DesiredCapacity: DesiredCapacity + capacityOf([member]) }));
    ctx
      .engine(keeper)
      .changeMember(group, member.InstanceId, { LifecycleState: 'InService', inServiceMs: ctx.clock.now() });
    await register(ctx, group, member.InstanceId);
    Activities.push(
      note(
        ctx,
        group,
        member,
        `Moving EC2 instance out of Standby: ${member.InstanceId}`,
        `instance ${member.InstanceId} was moved out of standby in response to a user request.`,
      ),
    );
  }
  return { Activities: Activities.map(describeActivity) };
}

interface Chosen {
  group: Group;
  member: Member;
}

function mustFindMember(ctx: Context, id: string | undefined): Chosen {
  const found = findMember(ctx, ctx, id ?? '');
  if (!found) throw validationError(`Instance Id not found - No managed instance found for instance ID: ${id}`);
  return found;
}

function ofGroup(
  ctx: Context,
  {
    AutoScalingGroupName,
    InstanceIds,
  }: { AutoScalingGroupName: string | undefined; InstanceIds?: string[] | undefined },
): Chosen[] {
  const group = mustFind(ctx, AutoScalingGroupName);
  return (InstanceIds ?? []).map((id) => {
    const member = group.members.find(({ InstanceId }) => InstanceId === id);
    if (!member) throw validationError(`The instance ${id} is not part of Auto Scaling group ${AutoScalingGroupName}.`);
    if (isWarmed(member.LifecycleState)) throw validationError(`The instance ${id} is in the warm pool of the group.`);
    return { group, member };
  });
}

function shrink(
  ctx: Context,
  input: { AutoScalingGroupName: string | undefined; ShouldDecrementDesiredCapacity: boolean | undefined },
  count: number,
): void {
  if (!input.ShouldDecrementDesiredCapacity) return;
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const DesiredCapacity = group.DesiredCapacity - count;
  if (DesiredCapacity < group.MinSize)
    throw validationError(
      `AutoScalingGroup ${group.AutoScalingGroupName} has min-size=${group.MinSize}, max-size=${group.MaxSize}, and desired-size=${group.DesiredCapacity}. To decrement it by ${count}, please update the AutoScalingGroup sizes appropriately.`,
    );
  groups(ctx).put(group.AutoScalingGroupName, { ...group, DesiredCapacity });
}

function belowMinimum({ InstanceId }: Member, group: Group) {
  return validationError(
    `Currently, desiredSize equals minSize (${group.MinSize}). Terminating instance ${InstanceId} without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
  );
}

/** An activity that is over as soon as it began. */
function note(ctx: Context, group: Group, { AvailabilityZone }: Member, description: string, what: string): Activity {
  const zone = {
    AvailabilityZone,
    SubnetId: group.subnets.find((one) => one.AvailabilityZone === AvailabilityZone)?.SubnetId ?? '',
  };
  const made = begin(ctx, group, { description, cause: `At ${at(ctx.clock.now())} ${what}`, zone });
  advance(ctx, group, made.ActivityId, { StatusCode: 'Successful' });
  return find(ctx, group, made.ActivityId) ?? made;
}

function activity(ctx: Context, group: Group, id: string) {
  const found = find(ctx, group, id);
  return found && describeActivity(found);
}
