import { parseArn } from '../../../kernel/arn.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { EventTypes } from '../../../kernel/events/events.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Alarm, alarms, type CompositeAlarm, type StateValue } from '../state.ts';
import { ActionSuppression } from './action-suppression.ts';
import { alarmsOf, holds, parseAlarmRule } from './alarm-rule.ts';
import { changeState, type NewState } from './alarm-states.ts';
import { longTime } from './state-reason.ts';

/** Evaluates composite alarms when an alarm of their rule changes; nothing else can change them. */
export const compositeAlarms = defineEngine('cloudwatch.composite-alarms', (kernel) => new CompositeAlarms(kernel));

class CompositeAlarms {
  readonly #kernel: Kernel;
  readonly #unsubscribe: () => void;
  readonly #suppression: ActionSuppression;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#suppression = new ActionSuppression(kernel);
    this.#unsubscribe = kernel.events.on('cloudwatch.alarm', (event) => this.#changed(event));
  }

  evaluate(alarm: CompositeAlarm, because?: { alarmArn: string; state: StateValue; timeMs: number }): void {
    const stateOf = (name: string): StateValue | undefined => alarmNamed(this.#kernel, alarm, name)?.StateValue;
    const state = holds(parseAlarmRule(alarm.AlarmRule), stateOf) ? 'ALARM' : 'OK';
    if (state === alarm.StateValue) return;
    const suppressor = alarm.ActionsSuppressor && alarmNamed(this.#kernel, alarm, alarm.ActionsSuppressor);
    const now = changeState(this.#kernel, alarm, reasonOf(alarm, state, because), suppressor ? 'held' : 'run');
    if (suppressor && now.kind === 'composite') this.#suppression.hold(alarm, now, suppressor);
  }

  /** After it was put: under its suppressor, and in the state its rule calls for. */
  begin(alarm: CompositeAlarm): void {
    const { ActionsSuppressor } = alarm;
    this.#suppression.begin(alarm, ActionsSuppressor ? alarmNamed(this.#kernel, alarm, ActionsSuppressor) : undefined);
    const current = alarms(this.#kernel, alarm).get(alarm.AlarmName);
    if (current?.kind === 'composite') this.evaluate(current);
  }

  forget(alarm: Alarm): void {
    this.#suppression.forget(alarm);
  }

  stop(): void {
    this.#unsubscribe();
    this.#suppression.stop();
  }

  #changed(event: EventTypes['cloudwatch.alarm']): void {
    for (const alarm of alarms(this.#kernel, event).values()) {
      if (alarm.kind !== 'composite' || alarm.AlarmName === event.alarmName) continue;
      const named = (name: string | undefined): boolean => name === event.alarmName || name === event.alarmArn;
      if (named(alarm.ActionsSuppressor)) this.#suppression.suppressorChanged(alarm, event.state);
      if (alarmsOf(parseAlarmRule(alarm.AlarmRule)).some(named)) this.evaluate(alarm, event);
    }
  }
}

function reasonOf(
  alarm: CompositeAlarm,
  state: StateValue,
  because?: { alarmArn: string; state: StateValue; timeMs: number },
): NewState {
  if (!because)
    return { StateValue: state, StateReason: `${alarm.AlarmArn} was created and its alarm rule evaluates to ${state}` };
  const trigger = { arn: because.alarmArn, state: { value: because.state, timestamp: longTime(because.timeMs) } };
  return {
    StateValue: state,
    StateReason: `${because.alarmArn} transitioned to ${because.state} at ${reasonTime(because.timeMs)}`,
    StateReasonData: JSON.stringify({ triggeringAlarms: [trigger] }),
  };
}

export function alarmNamed(kernel: Kernel, scope: Scope, nameOrArn: string): Alarm | undefined {
  const resource = parseArn(nameOrArn)?.resource;
  return alarms(kernel, scope).get(resource?.startsWith('alarm:') ? resource.slice('alarm:'.length) : nameOrArn);
}

/** Friday 20 November, 2026 05:00:00 UTC */
function reasonTime(ms: number): string {
  const date = new Date(ms);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    date.toLocaleString('en-US', { timeZone: 'UTC', ...options });
  const time = date.toISOString().slice(11, 19);
  return `${part({ weekday: 'long' })} ${part({ day: '2-digit' })} ${part({ month: 'long' })}, ${part({ year: 'numeric' })} ${time} UTC`;
}
