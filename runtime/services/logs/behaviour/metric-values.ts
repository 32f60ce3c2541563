import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { LogGroup } from '../state.ts';
import { compiledFilters } from './compiled-filters.ts';
import type { MetricFilter, MetricTransformation } from './filters.ts';
import { metricFilters } from './filters.ts';
import type { Ingested } from './ingested.ts';

const minuteMs = 60_000;

/** Turns events that match a metric filter into values of its metrics, at the time of the event. */
export const metricValues = defineEngine('logs.metric-values', (kernel) => new MetricValues(kernel));

class MetricValues {
  readonly #kernel: Kernel;
  /** Filters with a default value whose minute is still running. */
  readonly #minutes = new Map<string, { matched: boolean; timer: Timer }>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  apply({ group, events }: Ingested): void {
    for (const filter of metricFilters(this.#kernel, group)) {
      const compiled = this.#kernel.engine(compiledFilters).of(filter.filterPattern);
      let matched = false;
      for (const { timestamp, message } of events) {
        if (!compiled.matches(message)) continue;
        matched = true;
        const field = compiled.fields(message);
        for (const transformation of filter.metricTransformations) this.#emit(group, transformation, timestamp, field);
      }
      if (filter.metricTransformations.some(({ defaultValue }) => defaultValue !== undefined))
        this.#expectDefault(group, filter, matched);
    }
  }

  stop(): void {
    for (const { timer } of this.#minutes.values()) timer.cancel();
  }

  #emit(
    group: LogGroup,
    { metricValue, dimensions = {}, ...to }: MetricTransformation,
    timeMs: number,
    field: (selector: string) => string | undefined,
  ): void {
    const value = Number(metricValue.startsWith('$') ? (field(metricValue) ?? Number.NaN) : metricValue);
    if (Number.isNaN(value)) return;
    const named: Record<string, string> = {};
    for (const [name, selector] of Object.entries(dimensions)) {
      const found = field(selector);
      // "Publishing dimensions with metrics": an event without the field is not counted with dimensions.
      if (found === undefined || found === '') return;
      named[name] = found;
    }
    this.#value(group, to, { value, timeMs, dimensions: named });
  }

  /** The default value stands for a minute in which events came and none matched ("PutMetricFilter", defaultValue). */
  #expectDefault(group: LogGroup, filter: MetricFilter, matched: boolean): void {
    const key = `${group.id} ${filter.filterName}`;
    const minute = this.#minutes.get(key);
    if (minute) {
      minute.matched ||= matched;
      return;
    }
    const nowMs = this.#kernel.clock.now();
    const endMs = nowMs - (nowMs % minuteMs) + minuteMs;
    const timer = this.#kernel.clock.at(endMs, 'default values of metric filters', () => {
      const over = this.#minutes.get(key);
      this.#minutes.delete(key);
      if (over?.matched) return;
      for (const { defaultValue, ...to } of filter.metricTransformations) {
        if (defaultValue !== undefined)
          this.#value(group, to, { value: defaultValue, timeMs: endMs - minuteMs, dimensions: {} });
      }
    });
    this.#minutes.set(key, { matched, timer });
  }

  #value(
    group: LogGroup,
    to: { metricNamespace: string; metricName: string; unit?: string },
    of: { value: number; timeMs: number; dimensions: Record<string, string> },
  ): void {
    this.#kernel.events.emit('metric', {
      namespace: to.metricNamespace,
      name: to.metricName,
      unit: to.unit ?? 'None',
      region: group.region,
      account: group.account,
      ...of,
    });
  }
}
