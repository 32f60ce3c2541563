import type { Kernel } from '../../../kernel/service.ts';
import { type Alarm, alarms, type StateValue } from '../state.ts';
import { runActions } from './alarm-actions.ts';
import { announce } from './alarm-events.ts';
import { remember } from './history.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** An alarm is in another state than before. */
    'cloudwatch.alarm': {
      alarmName: string;
      alarmArn: string;
      account: string;
      region: string;
      state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
      previous: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
      reason: string;
      timeMs: number;
    };
  }
}

export interface NewState {
  StateValue: StateValue;
  StateReason: string;
  StateReasonData?: string | undefined;
}

/** Puts an alarm into another state: kept, told, and its actions carried out unless they are held back by a suppressor. */
export function changeState(kernel: Kernel, before: Alarm, to: NewState, actions: 'run' | 'held' = 'run'): Alarm {
  const nowMs = kernel.clock.now();
  const { StateReasonData: _data, ...kept } = before;
  const now: Alarm = {
    ...kept,
    StateValue: to.StateValue,
    StateReason: to.StateReason,
    ...(to.StateReasonData === undefined ? {} : { StateReasonData: to.StateReasonData }),
    stateUpdatedMs: nowMs,
    stateTransitionedMs: to.StateValue === before.StateValue ? before.stateTransitionedMs : nowMs,
  };
  alarms(kernel, now).put(now.AlarmName, now);
  if (now.StateValue === before.StateValue) return now;
  remember(
    kernel,
    now,
    'StateUpdate',
    `Alarm updated from ${before.StateValue} to ${now.StateValue}`,
    historyData(before, now),
  );
  kernel.events.emit('cloudwatch.alarm', {
    alarmName: now.AlarmName,
    alarmArn: now.AlarmArn,
    account: now.account,
    region: now.region,
    state: now.StateValue,
    previous: before.StateValue,
    reason: now.StateReason,
    timeMs: nowMs,
  });
  announce(kernel, before, now);
  if (actions === 'run') runActions(kernel, before, now);
  return now;
}

function historyData(before: Alarm, now: Alarm): object {
  const state = (alarm: Alarm) => ({
    stateValue: alarm.StateValue,
    stateReason: alarm.StateReason,
    ...(alarm.StateReasonData ? { stateReasonData: JSON.parse(alarm.StateReasonData) as unknown } : {}),
  });
  return {
    version: '1.0',
    oldState: state(before),
    newState: state(now),
  };
}
