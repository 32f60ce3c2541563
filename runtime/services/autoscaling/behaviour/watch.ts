import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel, Running } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Group, groups, isTerminating, type Member } from '../state.ts';
import { asAutoScaling } from './as-autoscaling.ts';
import { type Keeper, keeper } from './keeper.ts';
import { neverServed } from './launches.ts';
import { unhealthyTargets } from './target-groups.ts';

const ec2Cause = 'an EC2 health check indicating it has been terminated or stopped';
const elbCause = 'an ELB system health check failure';

/** Hears what EC2 and the load balancers say about instances of groups, and goes on with what was under way. */
export function watch(kernel: Kernel): Running {
  const groupKeeper = kernel.engine(keeper);
  const stops = [
    kernel.events.on('ec2.instance-state', ({ instanceId, state, account, region }) => {
      const found = findMember(kernel, { account, region }, instanceId);
      if (found) instanceChanged(groupKeeper, found.group, found.member, state);
    }),
    kernel.events.on('alb.target-health', ({ targetGroupArn }) => {
      for (const group of allGroups(kernel))
        if (group.TargetGroupARNs.includes(targetGroupArn)) void kernel.clock.track(checkTargets(groupKeeper, group));
    }),
    kernel.events.on('autoscaling.launched', ({ group, instanceId }) => lookAfterGrace(groupKeeper, group, instanceId)),
  ];
  for (const group of allGroups(kernel)) void kernel.clock.track(resume(groupKeeper, group));
  return {
    stop() {
      for (const stop of stops) stop();
      groupKeeper.stop();
    },
  };
}

function allGroups(kernel: Kernel): Group[] {
  return kernel.store
    .scopes('autoscaling.groups')
    .flatMap((scope) => groups({ store: kernel.store, ...scope }).values());
}

export function findMember(
  kernel: Kernel,
  scope: Scope,
  instanceId: string,
): { group: Group; member: Member } | undefined {
  for (const group of groups({ store: kernel.store, account: scope.account, region: scope.region }).values()) {
    const member = group.members.find(({ InstanceId }) => InstanceId === instanceId);
    if (member) return { group, member };
  }
  return undefined;
}

function instanceChanged(groupKeeper: Keeper, group: Group, member: Member, state: string): void {
  const { LifecycleState } = member;
  if (state === 'pending') return;
  if (state === 'running') groupKeeper.launches.started(group, member);
  else if (isTerminating(LifecycleState)) {
    if (state === 'terminated') groupKeeper.terminations.done(group, member);
  } else if (LifecycleState.startsWith('Warmed:') && state === 'stopped') groupKeeper.pools.stopped(group, member);
  else if (LifecycleState.startsWith('Warmed:Pending') && state === 'terminated')
    groupKeeper.launches.lost(group, member, neverServed);
  else if (LifecycleState.startsWith('Pending')) {
    if (state === 'terminated' || state === 'stopped') groupKeeper.launches.lost(group, member, neverServed);
  } else if (LifecycleState === 'InService') {
    if (group.suspended.HealthCheck) return;
    groupKeeper.changeMember(group, member.InstanceId, { HealthStatus: 'Unhealthy', unhealthyBecause: ec2Cause });
    groupKeeper.wake(group);
  } else if (state === 'terminated') {
    groupKeeper.remove(group, member.InstanceId);
    groupKeeper.wake(group);
  }
}

/** "Health check grace period": what a load balancer finds before is not held against an instance. */
async function checkTargets(groupKeeper: Keeper, group: Group): Promise<void> {
  if (!group.HealthCheckType.includes('ELB') || group.suspended.HealthCheck) return;
  const { kernel } = groupKeeper;
  const unhealthy = await unhealthyTargets(kernel, group);
  const current = groupKeeper.find(group, group.AutoScalingGroupName);
  let found = false;
  for (const { InstanceId, LifecycleState, HealthStatus } of current?.members ?? []) {
    const inGrace = kernel.engine(graces).has(InstanceId);
    if (LifecycleState !== 'InService' || HealthStatus === 'Unhealthy' || inGrace || !unhealthy.has(InstanceId))
      continue;
    groupKeeper.changeMember(group, InstanceId, { HealthStatus: 'Unhealthy', unhealthyBecause: elbCause });
    found = true;
  }
  if (found) groupKeeper.wake(group);
}

function lookAfterGrace(groupKeeper: Keeper, group: Group, instanceId: string): void {
  if (!group.HealthCheckType.includes('ELB')) return;
  const inGrace = groupKeeper.kernel.engine(graces);
  inGrace.add(instanceId);
  const over = (): Promise<void> | undefined => {
    inGrace.delete(instanceId);
    const now = groupKeeper.find(group, group.AutoScalingGroupName);
    return now && checkTargets(groupKeeper, now);
  };
  // As the checks are: it is about how long a real process takes to begin, and winding does not bring that nearer.
  const options = { basis: 'elapsed' } as const;
  groupKeeper.later(group.HealthCheckGracePeriod * 1000, `grace period of ${instanceId}`, over, options);
}

/** Instances whose grace period lasts. */
const graces = defineEngine('autoscaling.graces', () => new Set<string>());

/** After the runtime began anew: EC2 says what became of each instance meanwhile. */
async function resume(groupKeeper: Keeper, group: Group): Promise<void> {
  const { kernel } = groupKeeper;
  const ctx = asAutoScaling(kernel, group);
  const InstanceIds = group.members.map(({ InstanceId }) => InstanceId);
  const { Reservations } = await ctx.call<{
    Reservations: { Instances: { InstanceId: string; State: { Name: string } }[] }[];
  }>('ec2', 'DescribeInstances', { Filters: [{ Name: 'instance-id', Values: [...InstanceIds, 'none'] }] });
  ctx.trace.end();
  const states = new Map(
    Reservations.flatMap(({ Instances }) => Instances).map(({ InstanceId, State }) => [InstanceId, State.Name]),
  );
  for (const member of group.members) {
    const state = states.get(member.InstanceId) ?? 'terminated';
    const { LifecycleState } = member;
    if (group.deleting && state !== 'terminated' && !isTerminating(LifecycleState)) {
      groupKeeper.terminations.begin(group, member, { cause: group.cause, atOnce: true });
      continue;
    }
    if (isTerminating(LifecycleState) && state !== 'terminated') groupKeeper.terminations.proceed(group, member);
    else if (member.LifecycleState === 'Pending:Proceed' || member.LifecycleState === 'Pending:Wait')
      groupKeeper.launches.started(group, { ...member, LifecycleState: 'Pending' });
    else if (/^Warmed:Pending:/.test(LifecycleState) && state === 'running')
      groupKeeper.pools.entered(group, { ...member, LifecycleState: 'Warmed:Pending' });
    else if (member.fromPool && LifecycleState === 'Pending' && state === 'stopped')
      groupKeeper.pools.start(group, member);
    else instanceChanged(groupKeeper, group, member, state);
    if (member.LifecycleState === 'InService') lookAfterGrace(groupKeeper, group, member.InstanceId);
  }
  groupKeeper.finishDeletion(group);
  groupKeeper.wake(group);
}
