import type { Target } from '@aws-sdk/client-eventbridge';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Rule } from '../state.ts';
import { sendToDeadLetters } from './dead-letters.ts';
import type { BusEvent } from './event.ts';
import { payloadFor } from './input-transform.ts';
import type { Arrival } from './matching.ts';
import { countForRule } from './metrics.ts';
import { sendToTarget } from './send-to-target.ts';

/** One event on its way to one target, kept until it is there or given up. */
export interface Delivery extends Arrival {
  id: string;
  rule: Rule;
  target: Target;
  event: BusEvent;
  acceptedMs: number;
  dueMs: number;
  attempts: number;
}

/** "How EventBridge retries delivering events": for 24 hours and up to 185 times, with exponential back-off and jitter. */
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
const FIRST_BACKOFF_MS = 1000;
/** 185 attempts that start a second apart and end up this far apart take the 24 hours. */
const LONGEST_BACKOFF_MS = 480_000;

export const deliveries = defineEngine('events.deliveries', (kernel) => new Deliveries(kernel));

/** The durable outbox: what PutEvents acknowledged goes out also when the runtime was killed meanwhile. */
class Deliveries {
  readonly #kernel: Kernel;
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.store.migrate('events.deliveries', [
      'CREATE TABLE events_deliveries (id TEXT PRIMARY KEY, acceptedMs REAL, delivery TEXT) WITHOUT ROWID',
    ]);
  }

  resume(): void {
    const rows = this.#kernel.store
      .prepare('SELECT delivery FROM events_deliveries ORDER BY acceptedMs')
      .all<{ delivery: string }>();
    for (const { delivery } of rows) this.#schedule(JSON.parse(delivery) as Delivery);
  }

  stop(): void {
    this.#stopped = true;
  }

  add(rule: Rule, target: Target, event: BusEvent, arrival: Arrival): void {
    const nowMs = this.#kernel.clock.now();
    const { targets: _targets, ...own } = rule;
    const id = this.#kernel.ids.uuid();
    const delivery = { ...arrival, id, rule: { ...own, targets: [] }, target, event, attempts: 0 };
    this.#keep({ ...delivery, acceptedMs: nowMs, dueMs: nowMs });
    countForRule(this.#kernel, rule, 'Invocations');
    this.#run({ ...delivery, acceptedMs: nowMs, dueMs: nowMs });
  }

  #keep(delivery: Delivery): void {
    this.#kernel.store
      .prepare('INSERT OR REPLACE INTO events_deliveries VALUES (?, ?, ?)')
      .run(delivery.id, delivery.acceptedMs, JSON.stringify(delivery));
  }

  #schedule(delivery: Delivery): void {
    const { clock } = this.#kernel;
    if (delivery.dueMs <= clock.now()) this.#run(delivery);
    else clock.at(delivery.dueMs, `delivery of an event by rule ${delivery.rule.Name}`, () => this.#run(delivery));
  }

  #run(delivery: Delivery): void {
    if (!this.#stopped) void this.#kernel.clock.track(this.#attempt(delivery));
  }

  async #attempt(delivery: Delivery): Promise<void> {
    await this.#kernel.store.durable();
    if (this.#stopped) return;
    const { rule, target } = delivery;
    const ctx = this.#context(delivery);
    countForRule(ctx, rule, 'InvocationAttempts');
    if (delivery.attempts > 0) countForRule(ctx, rule, 'RetryInvocationAttempts');
    let failure: AwsError | undefined;
    try {
      await sendToTarget(ctx, delivery, payloadFor(ctx, delivery));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failure = error;
    }
    if (this.#stopped) return;
    ctx.trace.note('target', target.Arn ?? '');
    ctx.trace.end(failure ? { status: failure.status, error: failure.code } : { status: 200 });
    if (failure) return this.#failed(ctx, delivery, failure);
    countForRule(ctx, rule, 'SuccessfulInvocationAttempts');
    const latency = ctx.clock.now() - delivery.acceptedMs;
    countForRule(ctx, rule, 'IngestionToInvocationSuccessLatency', latency, 'Milliseconds');
    this.#remove(delivery);
  }

  async #failed(ctx: Context, delivery: Delivery, failure: AwsError): Promise<void> {
    const { MaximumRetryAttempts = DEFAULT_ATTEMPTS, MaximumEventAgeInSeconds = DEFAULT_AGE_SECONDS } =
      delivery.target.RetryPolicy ?? {};
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(delivery.attempts, 20), LONGEST_BACKOFF_MS);
    const dueMs = ctx.clock.now() + Math.round(backoff * (1 - ctx.ids.random() / 4));
    const exhausted = !isRetried(failure)
      ? undefined
      : delivery.attempts >= MaximumRetryAttempts
        ? 'MaximumRetryAttempts'
        : dueMs - delivery.acceptedMs > MaximumEventAgeInSeconds * 1000
          ? 'MaximumEventAgeInSeconds'
          : 'none';
    if (exhausted === 'none') {
      const next = { ...delivery, attempts: delivery.attempts + 1, dueMs };
      this.#keep(next);
      return this.#schedule(next);
    }
    countForRule(ctx, delivery.rule, 'FailedInvocations');
    await sendToDeadLetters(ctx, delivery, failure, exhausted);
    if (!this.#stopped) this.#remove(delivery);
  }

  #remove({ id }: Delivery): void {
    this.#kernel.store.prepare('DELETE FROM events_deliveries WHERE id = ?').run(id);
  }

  /** In the name of EventBridge for the rule, which the target's policy can ask for. */
  #context({ rule, target, traceHeader }: Delivery): Context {
    const resource = target.Arn;
    return this.#kernel.context({
      principal: servicePrincipal('events.amazonaws.com', rule.account, { sourceArn: rule.Arn }),
      region: rule.region,
      trace: startTrace(this.#kernel, 'events', `rule ${rule.Name}`, { header: traceHeader, resource }),
    });
  }
}

/** Missing permissions and resources are not tried again; what may pass is ("Event retry policy and using dead-letter queues"). */
function isRetried({ status, code }: AwsError): boolean {
  return (
    (status >= 500 && status !== 501) || status === 429 || /Throttl|TooManyRequests|RequestLimitExceeded/.test(code)
  );
}
