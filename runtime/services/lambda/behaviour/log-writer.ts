import type { Timer } from '../../../kernel/clock/clock.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { type Hop, startTrace } from '../../../kernel/events/hop.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { traceIdOf } from '../../../kernel/usage.ts';

/** "PutLogEvents": at most 10,000 events and 1 MB, each event counting 26 bytes more. */
const LARGEST_BATCH_BYTES = 1_048_576;
const LARGEST_BATCH_EVENTS = 10_000;
const EVENT_OVERHEAD_BYTES = 26;
/** What may wait for delivery; beyond it the oldest lines are dropped, as Lambda drops logs it cannot deliver. */
const LONGEST_BACKLOG = 50_000;
const DELIVERY_PERIOD_MS = 200;

interface LogEvent {
  timestamp: number;
  message: string;
}

/** A line that waits, and the trace of the invocation that wrote it. */
interface Waiting {
  event: LogEvent;
  traceId: string | undefined;
}

/**
 * Brings an environment's lines to its log stream as the execution role, in batches, beside the invocations: without
 * the permissions there are simply no logs ("Accessing function logs using CloudWatch", Lambda Developer Guide).
 */
export class LogWriter {
  readonly #kernel: Kernel;
  readonly #ctx: Context;
  readonly #group: string;
  readonly #stream: string;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #soon: Timer | undefined;
  #made = false;
  #refused = false;

  constructor(kernel: Kernel, to: { principal: Principal; region: string; group: string; stream: string }) {
    this.#kernel = kernel;
    this.#ctx = kernel.context({ principal: to.principal, region: to.region });
    this.#group = to.group;
    this.#stream = to.stream;
  }

  write(message: string, traceHeader?: string): void {
    if (this.#refused) return;
    if (this.#waiting.length >= LONGEST_BACKLOG) this.#waiting.shift();
    const event = { timestamp: this.#kernel.clock.now(), message };
    this.#waiting.push({ event, traceId: traceIdOf(traceHeader) });
  }

  /** Sends soon, together with what is written until then: an environment that is busy calls the logs service 5 times a second. */
  flushSoon(): void {
    this.#soon ??= this.#kernel.clock.after(DELIVERY_PERIOD_MS, `logs of ${this.#group}`, () => this.flush(), {
      basis: 'elapsed',
    });
  }

  /** Sends what waits now; lines that come meanwhile go with the next batch of the same sending. */
  flush(): Promise<void> {
    this.#soon?.cancel();
    this.#soon = undefined;
    if (!this.#sending && this.#waiting.length > 0) this.#sending = this.#kernel.clock.track(this.#send());
    return this.#sending ?? Promise.resolve();
  }

  async #send(): Promise<void> {
    try {
      await this.#make();
      while (this.#waiting.length > 0) {
        const lines = this.#take();
        await this.#call('PutLogEvents', { logEvents: lines.map(({ event }) => event) }, this.#traceOf(lines));
      }
    } catch (error) {
      this.#refused = true;
      this.#waiting = [];
      if (!(error instanceof AwsError)) throw error;
    } finally {
      this.#sending = undefined;
    }
  }

  async #make(): Promise<void> {
    if (this.#made) return;
    try {
      await this.#call('CreateLogStream', {});
    } catch (error) {
      if (!isCode(error, 'ResourceNotFoundException')) throw error;
      await this.#ctx.call('logs', 'CreateLogGroup', { logGroupName: this.#group }).catch((failure) => {
        if (!isCode(failure, 'ResourceAlreadyExistsException')) throw failure;
      });
      await this.#call('CreateLogStream', {});
    }
    this.#made = true;
  }

  #call(operation: string, input: object, trace = this.#ctx.trace): Promise<object> {
    const stream = { logGroupName: this.#group, logStreamName: this.#stream };
    return this.#ctx.call('logs', operation, { ...stream, ...input }, { trace });
  }

  /** One delivery carries lines of several invocations. */
  #traceOf(lines: Waiting[]): Hop {
    const trace = startTrace(this.#kernel, 'lambda', `logs of ${this.#group}`);
    const of = lines.flatMap(({ traceId }) => traceId ?? []);
    if (of.length > 0) this.#kernel.events.emit('trace.links', { traceId: trace.traceId, of });
    return trace;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { event } of this.#waiting) {
      bytes += Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
      if (count > 0 && (bytes > LARGEST_BATCH_BYTES || count >= LARGEST_BATCH_EVENTS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof AwsError && error.code === code;
}
