import { eventPatterns } from '../../../engines/event-patterns/event-pattern.ts';
import { InvalidEventPattern } from '../../../engines/event-patterns/invalid-event-pattern.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidPattern } from '../errors.ts';
import { type Bus, type Rule, rulesOn } from '../state.ts';
import { deliveries } from './deliveries.ts';
import type { BusEvent } from './event.ts';
import { countForRule } from './metrics.ts';

/** Refuses a pattern as AWS does, else tells whether the event matches. */
export function matchesPattern(kernel: Kernel, pattern: string, event: unknown): boolean {
  try {
    return kernel.engine(eventPatterns).compile(pattern).matches(event);
  } catch (error) {
    if (error instanceof InvalidEventPattern) throw invalidPattern(error.message);
    throw error;
  }
}

export interface Arrival {
  traceHeader: string;
  /** Buses the event has already come through. */
  hops: number;
}

/** An event has come onto a bus: every enabled rule whose pattern fits sends it to its targets. */
export function arrive(kernel: Kernel, bus: Bus, event: BusEvent, arrival: Arrival): string[] {
  const matched = rulesOn(kernel, bus).filter(
    (rule) =>
      rule.State !== 'DISABLED' && rule.EventPattern !== undefined && matchesPattern(kernel, rule.EventPattern, event),
  );
  for (const rule of matched) {
    countForRule(kernel, rule, 'MatchedEvents');
    trigger(kernel, rule, event, arrival);
  }
  return matched.map(({ Name }) => Name);
}

/** Writes one delivery a target into the outbox, in the commit that the caller waits for; they set out once it is on disk. */
export function trigger(kernel: Kernel, rule: Rule, event: BusEvent, arrival: Arrival): void {
  countForRule(kernel, rule, 'TriggeredRules');
  for (const target of rule.targets) {
    countForRule(kernel, rule, 'Invocations');
    kernel.engine(deliveries).add({ ...arrival, rule: { ...rule, targets: [] }, target, event });
  }
}
