import type { Timer } from '../../../kernel/clock/clock.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Alarm, alarms, type CompositeAlarm, type StateValue, type Suppression, suppressions } from '../state.ts';
import { runActions } from './alarm-actions.ts';

const reasons: Record<Suppression['phase'], string> = {
  WaitPeriod: 'Actions are suppressed by WaitPeriod',
  Alarm: 'Actions are suppressed by the suppressor alarm',
  ExtensionPeriod: 'Actions are suppressed by ExtensionPeriod',
};

/**
 * "Suppressing composite alarm actions" (User Guide): after a change the actions wait ActionsSuppressorWaitPeriod for the
 * suppressor to go into ALARM; while it is there, and ActionsSuppressorExtensionPeriod longer, they are held. Then the
 * actions of the state the alarm is in by that time are carried out, if it changed meanwhile.
 */
export class ActionSuppression {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    for (const scope of kernel.store.scopes('cloudwatch.suppressions')) {
      for (const kept of suppressions(kernel, scope).values()) if (kept.untilMs !== undefined) this.#arm(kept);
    }
  }

  /** The alarm changed: its actions are held for now. */
  hold(before: Alarm, now: CompositeAlarm, suppressor: Alarm): void {
    const known = suppressions(this.#kernel, now).get(now.AlarmName);
    if (known) this.#put({ ...known, before });
    else if (suppressor.StateValue === 'ALARM') this.#enter(now, 'Alarm', { before });
    else this.#enter(now, 'WaitPeriod', { before, seconds: now.ActionsSuppressorWaitPeriod ?? 0 });
  }

  suppressorChanged(alarm: CompositeAlarm, state: StateValue): void {
    const known = suppressions(this.#kernel, alarm).get(alarm.AlarmName);
    const kept = known?.before ? { before: known.before } : {};
    if (state === 'ALARM') this.#enter(alarm, 'Alarm', kept);
    else if (known?.phase === 'Alarm')
      this.#enter(alarm, 'ExtensionPeriod', { ...kept, seconds: alarm.ActionsSuppressorExtensionPeriod ?? 0 });
  }

  /** The alarm was put anew: whatever another suppressor held is let go of. */
  begin(alarm: CompositeAlarm, suppressor: Alarm | undefined): void {
    this.forget(alarm);
    if (suppressor?.StateValue === 'ALARM') this.#enter(alarm, 'Alarm', {});
  }

  forget({ AlarmArn, AlarmName, ...scope }: Scope & { AlarmArn: string; AlarmName: string }): void {
    this.#timers.get(AlarmArn)?.cancel();
    this.#timers.delete(AlarmArn);
    suppressions(this.#kernel, scope).delete(AlarmName);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #enter(alarm: CompositeAlarm, phase: Suppression['phase'], about: { before?: Alarm; seconds?: number }): void {
    const { AlarmName, AlarmArn, account, region } = alarm;
    const untilMs = about.seconds === undefined ? {} : { untilMs: this.#kernel.clock.now() + about.seconds * 1000 };
    const before = about.before ? { before: about.before } : {};
    this.#put({ AlarmName, AlarmArn, account, region, phase, ...untilMs, ...before });
  }

  #put(suppression: Suppression): void {
    suppressions(this.#kernel, suppression).put(suppression.AlarmName, suppression);
    this.#timers.get(suppression.AlarmArn)?.cancel();
    this.#timers.delete(suppression.AlarmArn);
    this.#mark(suppression, suppression.phase);
    if (suppression.untilMs !== undefined) this.#arm(suppression);
  }

  #arm(suppression: Suppression): void {
    const timer = this.#kernel.clock.at(
      suppression.untilMs ?? 0,
      `suppressed actions of ${suppression.AlarmName}`,
      () => this.#release(suppression),
      { kind: 'alarm' },
    );
    this.#timers.set(suppression.AlarmArn, timer);
  }

  #release(suppression: Suppression): void {
    this.forget(suppression);
    this.#mark(suppression, undefined);
    const current = alarms(this.#kernel, suppression).get(suppression.AlarmName);
    if (current && suppression.before) runActions(this.#kernel, suppression.before, current);
  }

  #mark(of: Suppression, by: Suppression['phase'] | undefined): void {
    const current = alarms(this.#kernel, of).get(of.AlarmName);
    if (current?.kind !== 'composite') return;
    const { ActionsSuppressedBy: _by, ActionsSuppressedReason: _why, ...plain } = current;
    const why = by && { ActionsSuppressedBy: by, ActionsSuppressedReason: reasons[by] };
    alarms(this.#kernel, of).put(of.AlarmName, { ...plain, ...why });
  }
}
