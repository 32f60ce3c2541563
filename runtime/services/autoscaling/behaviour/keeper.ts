import type { Timer, TimerOptions } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Group, groups, isWarmed, type Member } from '../state.ts';
import { at } from './activities.ts';
import { asAutoScaling } from './as-autoscaling.ts';
import { forgetGroup } from './belongings.ts';
import { actualCapacity, capacityOf, counted } from './capacity.ts';
import { Launches } from './launches.ts';
import { replacements } from './maintenance.ts';
import { Terminations } from './terminations.ts';
import { WarmPools } from './warm-pools.ts';
import { toTerminate, zoneToFill } from './zones.ts';

/** Keeps every group at its desired capacity: one pass at a time for each, begun by whatever changed. */
export const keeper = defineEngine('autoscaling.keeper', (kernel) => new Keeper(kernel));

export class Keeper {
  readonly kernel: Kernel;
  readonly launches: Launches;
  readonly terminations: Terminations;
  readonly pools: WarmPools;
  readonly #passes = new Map<string, { again: boolean; done: Promise<void> }>();
  readonly #timers = new Set<Timer>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.launches = new Launches(this);
    this.terminations = new Terminations(this);
    this.pools = new WarmPools(this);
  }

  /** What is due later; not once the service has stopped. */
  later(delayMs: number, name: string, action: () => void | Promise<void> | undefined, options?: TimerOptions): Timer {
    const timer = this.kernel.clock.after(
      delayMs,
      name,
      () => {
        this.#timers.delete(timer);
        return action();
      },
      { kind: 'scaling', ...options },
    );
    this.#timers.add(timer);
    return timer;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Nothing more is started, and what was asked of EC2 has been answered: no instance begins while all else ends. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#stopped = true;
    await Promise.allSettled([...this.#passes.values()].map(({ done }) => done));
  }

  find({ account, region }: Scope, name: string): Group | undefined {
    return groups({ store: this.kernel.store, account, region }).get(name);
  }

  /** Reads, changes and keeps a group in one go; nothing else comes in between. */
  change(group: Group, change: (now: Group) => Partial<Group>): Group | undefined {
    const now = this.find(group, group.AutoScalingGroupName);
    if (now?.AutoScalingGroupARN !== group.AutoScalingGroupARN) return undefined;
    const next = { ...now, ...change(now) };
    groups({ ...group, store: this.kernel.store }).put(group.AutoScalingGroupName, next);
    return next;
  }

  changeMember(group: Group, instanceId: string, change: Partial<Member>): Member | undefined {
    const next = this.change(group, ({ members }) => ({
      members: members.map((member) => (member.InstanceId === instanceId ? { ...member, ...change } : member)),
    }));
    return next?.members.find(({ InstanceId }) => InstanceId === instanceId);
  }

  remove(group: Group, instanceId: string): void {
    this.change(group, ({ members }) => ({ members: members.filter(({ InstanceId }) => InstanceId !== instanceId) }));
    this.kernel.events.emit('autoscaling.group', { arn: group.AutoScalingGroupARN });
    this.pools.finishDeletion(group);
    this.finishDeletion(group);
  }

  /** A group that is deleted is no more once its last instance has gone. */
  finishDeletion(group: Group): void {
    const now = this.find(group, group.AutoScalingGroupName);
    if (!now?.deleting || now.members.length > 0) return;
    const ctx = asAutoScaling(this.kernel, now);
    forgetGroup(ctx, now);
    ctx.trace.end();
  }

  /** Work on the group begins, or begins again once what is under way is done. */
  wake(group: Group): void {
    const key = group.AutoScalingGroupARN;
    const running = this.#passes.get(key);
    if (running) {
      running.again = true;
      return;
    }
    if (this.#stopped) return;
    const pass = { again: false, done: Promise.resolve() };
    this.#passes.set(key, pass);
    pass.done = this.kernel.clock.track(
      (async () => {
        do {
          pass.again = false;
          await this.#settle(group);
        } while (pass.again && !this.#stopped);
      })().finally(() => this.#passes.delete(key)),
    );
  }

  async #settle({ AutoScalingGroupName, ...scope }: Group): Promise<void> {
    // Whoever woke it changed the group in this turn; let that turn end.
    await Promise.resolve();
    const group = this.find(scope, AutoScalingGroupName);
    if (!group) return;
    if (!group.suspended.ReplaceUnhealthy && !group.suspended.Terminate) this.#replaceUnhealthy(group);
    const now = this.find(scope, AutoScalingGroupName) ?? group;
    const missing = now.DesiredCapacity - actualCapacity(now);
    if (missing > 0 && !now.suspended.Launch) await this.launches.launch(now, missing);
    // More than desired, and nobody changed that: one was started to balance the zones, and serves before another goes.
    const balancing = now.cause === '' && counted(now).some(({ LifecycleState }) => LifecycleState !== 'InService');
    if (missing < 0 && !now.suspended.Terminate && !balancing) this.#shrink(now, -missing);
    if (missing <= 0) await this.#balance(now);
    // Told by the activities that came of it; what happens next has causes of its own.
    const last = this.find(scope, AutoScalingGroupName);
    if (last?.cause && !last.deleting && actualCapacity(last) >= last.DesiredCapacity)
      this.change(last, () => ({ cause: '' }));
    const settled = this.find(scope, AutoScalingGroupName);
    if (settled) await this.pools.fill(settled);
  }

  /** "Rebalancing activities": one starts where there are fewest before one goes where there are most. */
  async #balance(group: Group): Promise<void> {
    const { suspended, members } = group;
    if (suspended.AZRebalance || suspended.Launch || suspended.Terminate) return;
    const zone = zoneToFill(group);
    if (
      zone === undefined ||
      !members.every(({ LifecycleState }) => LifecycleState === 'InService' || isWarmed(LifecycleState))
    )
      return;
    const cause = `At ${at(this.kernel.clock.now())} an instance was launched to aid in balancing the group's zones.`;
    await this.launches.launch(group, 1, { zone, cause });
  }

  #replaceUnhealthy(group: Group): void {
    const { supersede, terminate } = replacements(group, this.kernel.clock.now());
    if (supersede.length > 0 || terminate.some(({ leaving }) => !leaving))
      this.change(group, () => ({
        cause: `At ${at(this.kernel.clock.now())} an instance was launched in response to an unhealthy instance needing to be replaced.`,
      }));
    for (const { InstanceId } of supersede) this.changeMember(group, InstanceId, { leaving: true });
    for (const member of terminate) {
      const why = member.unhealthyBecause ?? 'an unhealthy instance';
      const cause = `At ${at(this.kernel.clock.now())} an instance was taken out of service in response to ${why}.`;
      this.terminations.begin(group, member, { cause });
    }
  }

  #shrink(group: Group, count: number): void {
    const before = actualCapacity(group);
    const victims = toTerminate(group, count);
    if (victims.length === 0) return;
    const now = at(this.kernel.clock.now());
    const chosen = victims
      .map(({ InstanceId }) => `  At ${now} instance ${InstanceId} was selected for termination.`)
      .join('');
    const shrinking = `At ${now} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${before} to ${before - capacityOf(victims)}.`;
    const cause = [group.cause, `${shrinking}${chosen}`].filter(Boolean).join('  ');
    const reused = group.WarmPool?.ReuseOnScaleIn && !group.WarmPool.deleting;
    for (const victim of victims)
      if (reused && victim.LifecycleState === 'InService') this.pools.takeBack(group, victim, cause);
      else this.terminations.begin(group, victim, { cause });
  }
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** A group's instances are other than they were; whoever waits for its capacity looks again. */
    'autoscaling.group': { arn: string };
  }
}
