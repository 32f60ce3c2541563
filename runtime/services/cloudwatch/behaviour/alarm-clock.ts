import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Alarm, alarms, type MetricAlarm } from '../state.ts';
import { hasRepeats, repeatActions } from './alarm-actions.ts';
import { changeState } from './alarm-states.ts';
import { evaluate, metricsOf, periodOf } from './evaluation.ts';
import { metricStore } from './metric-store.ts';

interface Watched {
  account: string;
  region: string;
  AlarmName: string;
  /** Seconds between evaluations. */
  interval: number;
  awake: boolean;
  unwatch: (() => void)[];
}

/**
 * Evaluates metric alarms at the ends of their periods. An alarm whose metrics have nothing in its range, and whose
 * state says so already, sleeps until a value of one of them arrives: winding 40 days costs nothing for it.
 */
export const alarmClock = defineEngine('cloudwatch.alarm-clock', (kernel) => new AlarmClock(kernel));

class AlarmClock {
  readonly #kernel: Kernel;
  readonly #watched = new Map<string, Watched>();
  /** One timer for all alarms of an interval, in seconds, that are awake. */
  readonly #timers = new Map<number, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Takes an alarm up, new or changed; it is evaluated at the end of the next period. */
  watch(alarm: MetricAlarm): void {
    this.forget(alarm);
    const { account, region, AlarmName } = alarm;
    const watched: Watched = { account, region, AlarmName, interval: intervalOf(alarm), awake: false, unwatch: [] };
    const wake = (): void => {
      if (!watched.awake) this.#wake(watched);
    };
    for (const metric of metricsOf(alarm)) watched.unwatch.push(this.#kernel.engine(metricStore).watch(metric, wake));
    this.#watched.set(alarm.AlarmArn, watched);
    this.#wake(watched);
  }

  /** After its state was set by hand: the next evaluation puts it right. */
  wake(alarm: Alarm): void {
    const watched = this.#watched.get(alarm.AlarmArn);
    if (watched) this.#wake(watched);
  }

  forget(alarm: { AlarmArn: string }): void {
    for (const end of this.#watched.get(alarm.AlarmArn)?.unwatch ?? []) end();
    this.#watched.delete(alarm.AlarmArn);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #wake(watched: Watched): void {
    watched.awake = true;
    if (this.#timers.has(watched.interval)) return;
    const nowMs = this.#kernel.clock.now();
    const step = watched.interval * 1000;
    const timer = this.#kernel.clock.at(
      nowMs - (nowMs % step) + step,
      'evaluation of alarms',
      () => this.#evaluateAll(watched.interval),
      { kind: 'alarm' },
    );
    this.#timers.set(watched.interval, timer);
  }

  #evaluateAll(interval: number): void {
    this.#timers.delete(interval);
    for (const watched of [...this.#watched.values()]) {
      if (!watched.awake || watched.interval !== interval) continue;
      watched.awake = false;
      const alarm = alarms(this.#kernel, watched).get(watched.AlarmName);
      if (alarm?.kind === 'metric' && !this.#evaluate(alarm)) this.#wake(watched);
    }
  }

  /** True when the alarm can sleep. */
  #evaluate(alarm: MetricAlarm): boolean {
    const step = intervalOf(alarm) * 1000;
    const nowMs = this.#kernel.clock.now();
    const evaluation = evaluate(this.#kernel, alarm, nowMs - (nowMs % step));
    if (evaluation.state !== undefined && evaluation.state !== alarm.StateValue) {
      changeState(this.#kernel, alarm, {
        StateValue: evaluation.state,
        StateReason: evaluation.reason,
        StateReasonData: evaluation.reasonData,
      });
    } else if (hasRepeats(alarm)) {
      repeatActions(this.#kernel, alarm, evaluation.newest);
      // Unless there is nothing to repeat it with: then it goes on when there is.
      if (!evaluation.empty) return false;
    }
    const store = this.#kernel.engine(metricStore);
    const toCome = metricsOf(alarm).some((id) => (store.find(id)?.lastMs ?? 0) >= nowMs - (nowMs % step));
    return evaluation.empty && !toCome;
  }
}

/** "Alarm evaluation": every minute, every ten seconds for high-resolution periods, every hour for windows over a day. */
function intervalOf(alarm: MetricAlarm): number {
  const period = periodOf(alarm);
  if (period < 60) return 10;
  return period * alarm.EvaluationPeriods > 86_400 ? 3600 : 60;
}
