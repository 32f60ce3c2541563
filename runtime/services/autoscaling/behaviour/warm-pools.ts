import { AwsError } from '../../../kernel/errors.ts';
import { type Activity, type Group, type Hook, isTerminating, isWarmed, type Member } from '../state.ts';
import { advance, at, begin } from './activities.ts';
import { asAutoScaling } from './as-autoscaling.ts';
import { notifyHooks, waitsFor } from './hook-waits.ts';
import type { Keeper } from './keeper.ts';
import { deregister, drainingMs } from './target-groups.ts';

/** Instances of the pool that are there or on their way; those that end are no longer of it. */
export function pooled({ members }: Pick<Group, 'members'>): Member[] {
  return members.filter(({ LifecycleState }) => isWarmed(LifecycleState) && !isTerminating(LifecycleState));
}

/**
 * "Warm pools for Amazon EC2 Auto Scaling", size: what the group may still grow by, up to the prepared capacity if one is
 * named, but MinSize at least.
 */
export function poolSize({ WarmPool, MaxSize, DesiredCapacity }: Group): number {
  if (!WarmPool || WarmPool.deleting) return 0;
  const prepared = WarmPool.MaxGroupPreparedCapacity ?? MaxSize;
  return Math.max(WarmPool.MinSize, prepared - DesiredCapacity, 0);
}

/** Instances that wait, initialized, until the group grows. */
export class WarmPools {
  readonly #keeper: Keeper;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** To its size: what is missing is launched, and what is too much goes, the newest first. */
  async fill(group: Group): Promise<void> {
    if (!group.WarmPool || group.deleting) return;
    const missing = poolSize(group) - pooled(group).length;
    if (missing > 0 && !group.suspended.Launch) await this.#keeper.launches.warm(group, missing);
    if (missing >= 0 || group.suspended.Terminate) return;
    const surplus = pooled(group).slice(missing);
    const before = pooled(group).length;
    const cause = `At ${at(this.#keeper.kernel.clock.now())} an instance was taken out of the warm pool in response to a difference between its desired and actual size, shrinking it from ${before} to ${before + missing}.`;
    for (const member of surplus) this.#keeper.terminations.begin(group, member, { cause });
  }

  /** Into the group: one that is ready goes on as a new instance does, from its start. Undefined when none is ready. */
  take(group: Group, zone: string | undefined, cause: string): Member | undefined {
    const ready = pooled(group).filter(({ LifecycleState }) => /^Warmed:(Stopped|Running)$/.test(LifecycleState));
    const chosen = ready.find(({ AvailabilityZone }) => AvailabilityZone === zone) ?? ready[0];
    if (!chosen) return undefined;
    const activity = this.#begin(group, chosen, {
      description: `Launching a new EC2 instance from warm pool: ${chosen.InstanceId}`,
      cause,
      status: 'PreInService',
    });
    const member = this.#keeper.changeMember(group, chosen.InstanceId, {
      LifecycleState: 'Pending',
      activityId: activity.ActivityId,
      fromPool: true,
    });
    if (!member) return undefined;
    if (chosen.LifecycleState === 'Warmed:Running') this.#keeper.launches.started(group, member);
    else this.start(group, member);
    return member;
  }

  start(group: Group, member: Member): void {
    void this.#keeper.kernel.clock.track(this.#started(group, member));
  }

  async #started(group: Group, member: Member): Promise<void> {
    const refusal = await this.#ask(group, 'StartInstances', member);
    if (refusal !== undefined) this.#keeper.launches.lost(group, member, refusal);
  }

  /** EC2 says it runs, or it came back from the group: life-cycle hooks come before it rests. */
  entered(group: Group, member: Member): void {
    if (member.LifecycleState !== 'Warmed:Pending') return;
    const waiting = waitsFor(this.#keeper.kernel, group, transitionInto(member));
    if (waiting.length === 0) {
      this.proceed(group, member);
      return;
    }
    const token = this.#keeper.kernel.ids.uuid();
    const changed = this.#keeper.changeMember(group, member.InstanceId, {
      LifecycleState: 'Warmed:Pending:Wait',
      token,
    });
    advance(this.#keeper.kernel, group, member.activityId, { StatusCode: 'MidLifecycleAction', Progress: 50 });
    if (changed) notifyHooks(this.#keeper, group, changed, waiting);
  }

  /** Stopped, unless the pool's instances run. */
  proceed(group: Group, { InstanceId }: Member): void {
    const member = this.#keeper.changeMember(group, InstanceId, { LifecycleState: 'Warmed:Pending:Proceed' });
    if (!member) return;
    const now = this.#keeper.find(group, group.AutoScalingGroupName);
    if (now?.WarmPool?.PoolState === 'Running') this.#rests(group, member, 'Warmed:Running');
    else void this.#keeper.kernel.clock.track(this.#stop(group, member));
  }

  async #stop(group: Group, member: Member): Promise<void> {
    const refusal = await this.#ask(group, 'StopInstances', member);
    if (refusal !== undefined) this.#keeper.launches.lost(group, member, refusal);
  }

  /** EC2 says it stopped. */
  stopped(group: Group, member: Member): void {
    if (member.LifecycleState === 'Warmed:Pending:Proceed') this.#rests(group, member, 'Warmed:Stopped');
  }

  #rests(group: Group, member: Member, LifecycleState: 'Warmed:Running' | 'Warmed:Stopped'): void {
    const { activityId, token: _token, returning: _returning, fromPool: _from, ...rest } = member;
    const { inServiceMs: _since, warmUntilMs: _until, ...resting } = rest;
    this.#keeper.change(group, ({ members }) => ({
      members: members.map((one) => (one.InstanceId === member.InstanceId ? { ...resting, LifecycleState } : one)),
    }));
    advance(this.#keeper.kernel, group, activityId, { StatusCode: 'Successful' });
    this.#keeper.kernel.events.emit('autoscaling.group', { arn: group.AutoScalingGroupARN });
    this.#keeper.wake(group);
  }

  /** "Instance reuse policy": on scale-in it goes back into the pool, once its connections are drained. */
  takeBack(group: Group, { InstanceId, AvailabilityZone }: Member, cause: string): void {
    const description = `Returning EC2 instance to warm pool: ${InstanceId}`;
    const { ActivityId } = this.#begin(group, { AvailabilityZone }, { description, cause });
    const member = this.#keeper.changeMember(group, InstanceId, {
      LifecycleState: 'Warmed:Pending',
      activityId: ActivityId,
      returning: true,
    });
    if (member) void this.#keeper.kernel.clock.track(this.#leaveService(group, member));
  }

  async #leaveService(group: Group, member: Member): Promise<void> {
    const { kernel } = this.#keeper;
    await deregister(kernel, group, member.InstanceId);
    const drain = await drainingMs(kernel, group);
    if (drain === 0) return this.entered(group, member);
    advance(kernel, group, member.activityId, { StatusCode: 'WaitingForELBConnectionDraining' });
    this.#keeper.later(drain, `connection draining of ${member.InstanceId}`, () => this.entered(group, member));
  }

  /** What of the pool is there goes; the group launches its instances itself from here on. */
  empty(group: Group, { atOnce }: { atOnce: boolean }): void {
    const cause = `At ${at(this.#keeper.kernel.clock.now())} a user request deleted the warm pool.`;
    for (const member of pooled(group)) this.#keeper.terminations.begin(group, member, { cause, atOnce });
  }

  /** An instance refresh replaces the pool's instances, too, at once: they serve nobody. */
  renew(group: Group, stale: readonly Member[]): void {
    const cause = `At ${at(this.#keeper.kernel.clock.now())} an instance was taken out of the warm pool in response to an instance refresh.`;
    for (const member of stale) this.#keeper.terminations.begin(group, member, { cause });
  }

  /** A deleted pool is no more once its last instance has gone. */
  finishDeletion(group: Group): void {
    const now = this.#keeper.find(group, group.AutoScalingGroupName);
    if (!now?.WarmPool?.deleting || now.members.some(({ LifecycleState }) => isWarmed(LifecycleState))) return;
    this.#keeper.change(now, () => ({ WarmPool: undefined }));
    this.#keeper.kernel.events.emit('autoscaling.group', { arn: group.AutoScalingGroupARN });
  }

  #begin(
    group: Group,
    { AvailabilityZone }: Pick<Member, 'AvailabilityZone'>,
    about: { description: string; cause: string; status?: Activity['StatusCode'] },
  ): Activity {
    const subnet = group.subnets.find((one) => one.AvailabilityZone === AvailabilityZone);
    const zone = { AvailabilityZone, SubnetId: subnet?.SubnetId ?? '' };
    return begin(this.#keeper.kernel, group, { ...about, zone });
  }

  /** What EC2 refused, if it did. */
  async #ask(group: Group, operation: string, { InstanceId }: Member): Promise<string | undefined> {
    const ctx = asAutoScaling(this.#keeper.kernel, group);
    try {
      await ctx.call('ec2', operation, { InstanceIds: [InstanceId] });
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return error.message;
    } finally {
      ctx.trace.end();
    }
  }
}

/** "Use lifecycle hooks with a warm pool": what comes back on scale-in waits as what is terminated would. */
function transitionInto({ returning }: Member): Hook['LifecycleTransition'] {
  return returning ? 'autoscaling:EC2_INSTANCE_TERMINATING' : 'autoscaling:EC2_INSTANCE_LAUNCHING';
}
