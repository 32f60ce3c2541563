import type { Timer } from '../../../kernel/clock/clock.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';

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

/**
 * Brings an environment's lines to its log stream as the execution role, in batches, beside the invocations: without
 * the permissions there are simply no logs ("Accessing function logs using CloudWatch", Lambda Developer Guide).
 */
export class LogWriter {
  readonly #kernel: Kernel;
  readonly #ctx: Context;
  readonly #group: string;
  readonly #stream: string;
  #waiting: LogEvent[] = [];
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

  write(message: string): void {
    if (this.#refused) return;
    if (this.#waiting.length >= LONGEST_BACKLOG) this.#waiting.shift();
    this.#waiting.push({ timestamp: this.#kernel.clock.now(), message });
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
        const logEvents = this.#take();
        await this.#call('PutLogEvents', { logEvents });
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

  #call(operation: string, input: object): Promise<object> {
    return this.#ctx.call('logs', operation, { logGroupName: this.#group, logStreamName: this.#stream, ...input });
  }

  #take(): LogEvent[] {
    let bytes = 0;
    let count = 0;
    for (const { message } of this.#waiting) {
      bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
      if (count > 0 && (bytes > LARGEST_BATCH_BYTES || count >= LARGEST_BATCH_EVENTS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof AwsError && error.code === code;
}
