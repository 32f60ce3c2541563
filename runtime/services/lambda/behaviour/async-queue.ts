import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { FunctionName } from '../function-names.ts';
import { findVersion, functionArn } from '../function-names.ts';
import { type EventInvokeRecord, eventInvokeConfigs, type FunctionVersion } from '../state.ts';
import { type AsyncEvent, AsyncTable } from './async-table.ts';
import { deliverOutcome, type Outcome } from './destinations.ts';
import { execute } from './execute.ts';
import type { InvocationResult } from './invocation.ts';
import { emitMetric } from './metrics.ts';

/** "How Lambda handles errors and retries with asynchronous invocation": a minute before the first retry, two before the second. */
const RETRY_DELAYS_MS = [60_000, 120_000];
const DEFAULT_RETRIES = 2;
const DEFAULT_AGE_MS = 6 * 3600_000;
/** Throttled and failed-in-Lambda events: from 1 second, doubling, to 5 minutes, until the event is too old. */
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 300_000;

/** Accepts an event for a function: it is in the table before the caller is answered, and is run beside. */
export function enqueue(ctx: Context, target: FunctionName & { version: FunctionVersion }, payload: Buffer): void {
  ctx.engine(asyncQueue).add({
    id: ctx.requestId,
    account: ctx.account,
    region: ctx.region,
    name: target.name,
    qualifier: target.qualifier ?? '',
    payload,
    acceptedMs: ctx.clock.now(),
    dueMs: ctx.clock.now(),
    failures: 0,
    refusals: 0,
    traceHeader: ctx.trace.header,
  });
}

export const asyncQueue = defineEngine<AsyncQueue>('lambda-async', (kernel) => new AsyncQueue(kernel));

class AsyncQueue {
  readonly #kernel: Kernel;
  readonly #table: AsyncTable;
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#table = new AsyncTable(kernel.store);
  }

  /** Goes on with what was accepted before the last stop. */
  resume(): void {
    for (const event of this.#table.all()) this.#schedule(event);
  }

  stop(): void {
    this.#stopped = true;
  }

  add(event: AsyncEvent): void {
    this.#table.put(event);
    emitMetric({ ctx: this.#context(event), name: event.name }, 'AsyncEventsReceived', 1, 'Count');
    this.#run(event);
  }

  #schedule(event: AsyncEvent): void {
    if (event.dueMs <= this.#kernel.clock.now()) this.#run(event);
    else this.#kernel.clock.at(event.dueMs, `retry of ${event.name}`, () => this.#run(event), { kind: 'delivery' });
  }

  #run(event: AsyncEvent): void {
    if (!this.#stopped) void this.#kernel.clock.track(this.#attempt(event));
  }

  async #attempt(event: AsyncEvent): Promise<void> {
    const ctx = this.#context(event);
    const config = configOf(ctx, event);
    let result: InvocationResult | undefined;
    let refusal: AwsError | undefined;
    try {
      const named = { name: event.name, qualifier: event.qualifier || undefined };
      const version = findVersion(ctx, named, ctx.ids.random());
      emitMetric({ ctx, name: event.name }, 'AsyncEventAge', ctx.clock.now() - event.acceptedMs, 'Milliseconds');
      result = await execute(ctx, { ...named, version }, { requestId: event.id, payload: event.payload });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refusal = error;
    }
    if (this.#stopped) return;
    if (refusal?.code === 'ResourceNotFoundException') return this.#table.remove(event.id);
    if (result && !result.functionError) return this.#settle(ctx, event, { condition: 'Success', result });
    const next = result ? this.#afterFailure(event) : this.#afterRefusal(event);
    const tooOld = next.dueMs - event.acceptedMs > (config.MaximumEventAgeInSeconds ?? DEFAULT_AGE_MS / 1000) * 1000;
    const exhausted = result !== undefined && event.failures >= (config.MaximumRetryAttempts ?? DEFAULT_RETRIES);
    if (!tooOld && !exhausted) {
      this.#table.put(next);
      return this.#schedule(next);
    }
    emitMetric({ ctx, name: event.name }, 'AsyncEventsDropped', 1, 'Count');
    await this.#settle(ctx, event, { condition: exhausted ? 'RetriesExhausted' : 'EventAgeExceeded', result });
  }

  #afterFailure(event: AsyncEvent): AsyncEvent {
    const delay = RETRY_DELAYS_MS[event.failures] ?? 120_000;
    return { ...event, failures: event.failures + 1, dueMs: this.#kernel.clock.now() + delay };
  }

  #afterRefusal(event: AsyncEvent): AsyncEvent {
    const delay = Math.min(FIRST_BACKOFF_MS * 2 ** event.refusals, LONGEST_BACKOFF_MS);
    return { ...event, refusals: event.refusals + 1, dueMs: this.#kernel.clock.now() + delay };
  }

  async #settle(ctx: Context, event: AsyncEvent, outcome: Outcome): Promise<void> {
    await deliverOutcome(ctx, {
      event,
      outcome,
      config: configOf(ctx, event),
      functionArn: functionArn(ctx, event.name, event.qualifier || undefined),
    });
    if (!this.#stopped) this.#table.remove(event.id);
  }

  #context({ account, region, name, traceHeader }: AsyncEvent): Context {
    return this.#kernel.context({
      principal: servicePrincipal('lambda.amazonaws.com', account),
      region,
      trace: startTrace(this.#kernel, 'lambda', `event for ${name}`, { header: traceHeader }),
    });
  }
}

function configOf(ctx: Context, { name, qualifier }: AsyncEvent): Partial<EventInvokeRecord> {
  return eventInvokeConfigs(ctx).get(`${name}:${qualifier || '$LATEST'}`) ?? {};
}
