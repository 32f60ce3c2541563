import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { isAway, isContention, isRefused } from './database-errors.ts';

export type Resilience = {
  /** Tries again for as long as a customer may be kept waiting. */
  patiently<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Tries once, for a caller that has something else to show; while the database is known to be away, not at all. */
  once<Value>(work: () => Promise<Value>): Promise<Value>;
};

/**
 * Around every use of the database: tries again what may do on another try (with jitter, so that instances that failed
 * together do not return together), lets only one attempt a second through after eight in a row found it away, and
 * gives up after `totalMs`. Patient work may run more than once, so it must be one transaction or safe to repeat.
 */
export function databaseResilience({ totalMs = 8_000, onceMs = 2_500 } = {}): Resilience {
  const again = retry(handleWhen(isUnavailable), {
    maxAttempts: 12,
    backoff: new ExponentialBackoff({ initialDelay: 40, maxDelay: 1_200 }),
  });
  const breaker = circuitBreaker(handleWhen(isAway), {
    halfOpenAfter: 1_000,
    breaker: new ConsecutiveBreaker(8),
  });
  const patient = wrap(timeout(totalMs, TimeoutStrategy.Aggressive), again, breaker);
  const short = wrap(timeout(onceMs, TimeoutStrategy.Aggressive), breaker);
  return { patiently: (work) => patient.execute(work), once: (work) => short.execute(work) };
}

/** Whether the database could not be used, so that the answer is "later" and not "our mistake". */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof BrokenCircuitError ||
    error instanceof TaskCancelledError ||
    isAway(error) ||
    isContention(error) ||
    isRefused(error)
  );
}
