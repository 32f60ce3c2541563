import { AwsError } from '../../../kernel/errors.ts';
import { type Group, isWarmed, type Member } from '../state.ts';
import { advance, begin } from './activities.ts';
import { asAutoScaling } from './as-autoscaling.ts';
import { notifyHooks, waitsFor } from './hook-waits.ts';
import type { Keeper } from './keeper.ts';
import { deregister, drainingMs } from './target-groups.ts';

/** From out of service to terminated. */
export class Terminations {
  readonly #keeper: Keeper;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** With `at once`, nothing is waited for: the group is deleted by force. */
  begin(group: Group, member: Member, { cause, atOnce = false }: { cause: string; atOnce?: boolean }): string {
    const { kernel } = this.#keeper;
    const subnet = group.subnets.find(({ AvailabilityZone }) => AvailabilityZone === member.AvailabilityZone);
    const { ActivityId } = begin(kernel, group, {
      description: `Terminating EC2 instance: ${member.InstanceId}`,
      cause,
      zone: { AvailabilityZone: member.AvailabilityZone, SubnetId: subnet?.SubnetId ?? '' },
    });
    const leaving = this.#keeper.changeMember(group, member.InstanceId, {
      LifecycleState: isWarmed(member.LifecycleState) ? 'Warmed:Terminating' : 'Terminating',
      activityId: ActivityId,
    });
    if (leaving) void kernel.clock.track(this.#leave(group, leaving, { atOnce }));
    return ActivityId;
  }

  async #leave(group: Group, member: Member, { atOnce }: { atOnce: boolean }): Promise<void> {
    const { kernel } = this.#keeper;
    if (member.inServiceMs !== undefined) await deregister(kernel, group, member.InstanceId);
    const drain = atOnce || member.HealthStatus === 'Unhealthy' ? 0 : await drainingMs(kernel, group);
    if (drain === 0 || member.inServiceMs === undefined) return this.drained(group, member, { atOnce });
    advance(kernel, group, member.activityId, { StatusCode: 'WaitingForELBConnectionDraining' });
    this.#keeper.later(drain, `connection draining of ${member.InstanceId}`, () =>
      this.drained(group, member, { atOnce }),
    );
  }

  /** Life-cycle hooks come before its end. */
  drained(group: Group, member: Member, { atOnce = false } = {}): void {
    const { kernel } = this.#keeper;
    const waiting = atOnce ? [] : waitsFor(kernel, group, 'autoscaling:EC2_INSTANCE_TERMINATING');
    if (waiting.length === 0) {
      this.proceed(group, member);
      return;
    }
    const token = kernel.ids.uuid();
    const changed = this.#keeper.changeMember(group, member.InstanceId, {
      LifecycleState: isWarmed(member.LifecycleState) ? 'Warmed:Terminating:Wait' : 'Terminating:Wait',
      token,
    });
    advance(kernel, group, member.activityId, { StatusCode: 'MidLifecycleAction', Progress: 60 });
    if (changed) notifyHooks(this.#keeper, group, changed, waiting);
  }

  proceed(group: Group, member: Member): void {
    const changed = this.#keeper.changeMember(group, member.InstanceId, {
      LifecycleState: isWarmed(member.LifecycleState) ? 'Warmed:Terminating:Proceed' : 'Terminating:Proceed',
    });
    if (changed) void this.#keeper.kernel.clock.track(this.#terminate(group, changed));
  }

  async #terminate(group: Group, member: Member): Promise<void> {
    const ctx = asAutoScaling(this.#keeper.kernel, group);
    try {
      const { TerminatingInstances } = await ctx.call<{
        TerminatingInstances: { CurrentState?: { Name?: string } }[];
      }>('ec2', 'TerminateInstances', { InstanceIds: [member.InstanceId] });
      if (TerminatingInstances[0]?.CurrentState?.Name === 'terminated') this.done(group, member);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // It is gone already; another refusal is said, and the instance is no longer the group's.
      const gone = error.code === 'InvalidInstanceID.NotFound';
      if (gone) this.done(group, member);
      else this.#failed(group, member, error.message);
    } finally {
      ctx.trace.end();
    }
  }

  #failed(group: Group, member: Member, StatusMessage: string): void {
    advance(this.#keeper.kernel, group, member.activityId, { StatusCode: 'Failed', StatusMessage });
    this.#keeper.kernel.events.emit('autoscaling.termination-failed', {
      group,
      instanceId: member.InstanceId,
      activityId: member.activityId,
    });
    this.#keeper.remove(group, member.InstanceId);
  }

  /** EC2 says it is terminated. */
  done(group: Group, member: Member): void {
    advance(this.#keeper.kernel, group, member.activityId, { StatusCode: 'Successful' });
    this.#keeper.remove(group, member.InstanceId);
    this.#keeper.kernel.events.emit('autoscaling.terminated', {
      group,
      instanceId: member.InstanceId,
      activityId: member.activityId,
    });
    this.#keeper.wake(group);
  }
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    'autoscaling.termination-failed': { group: Group; instanceId: string; activityId: string | undefined };
    'autoscaling.terminated': { group: Group; instanceId: string; activityId: string | undefined };
  }
}
