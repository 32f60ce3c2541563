import type { Message, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import type { Timer } from '../../../../kernel/clock/clock.ts';
import { AwsError } from '../../../../kernel/errors.ts';
import { queueUrl } from '../destinations.ts';
import { passes } from './filter-criteria.ts';
import { type Poller, reportedFailures, type Source } from './source.ts';
import { filterable, recordOf } from './sqs-record.ts';

declare module '../../../../kernel/events/events.ts' {
  interface EventTypes {
    /** Messages of a queue have become visible. */
    'sqs.available': { queueArn: string };
  }
}

/** "Configuring scaling behavior for SQS event source mappings": five batches at once to begin with, more while there is a backlog. */
const FIRST_CONCURRENCY = 5;
const MOST_CONCURRENCY = 1250;
const RECEIVE_LIMIT = 10;
/** "Lambda quotas": a batch's records together. */
const BATCH_LIMIT_BYTES = 6 * 1024 * 1024;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Reads a queue as Lambda does: receives when SQS says that messages are there (never on a timer), runs batches side by
 * side, deletes what succeeded, and leaves what failed to its visibility time-out.
 */
export class SqsPoller implements Poller {
  readonly #source: Source;
  readonly #unsubscribe: () => void;
  readonly #most: number;
  #limit = FIRST_CONCURRENCY;
  #running = 0;
  #reading = false;
  /** Messages may be there: set by SQS's signal, cleared by an empty receive. */
  #awaiting = true;
  #wake: (() => void) | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #paused: Timer | undefined;
  #stopped = false;

  constructor(source: Source) {
    this.#source = source;
    this.#most = source.mapping.ScalingConfig?.MaximumConcurrency ?? MOST_CONCURRENCY;
    this.#limit = Math.min(FIRST_CONCURRENCY, this.#most);
    this.#unsubscribe = source.kernel.events.on('sqs.available', ({ queueArn }) => {
      if (queueArn === source.mapping.EventSourceArn) this.#signal();
    });
    this.#read();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    this.#paused?.cancel();
    this.#wake?.();
  }

  #signal(): void {
    this.#awaiting = true;
    this.#wake?.();
    this.#read();
  }

  #read(): void {
    if (this.#reading || this.#stopped || this.#paused || !this.#awaiting || this.#running >= this.#limit) return;
    this.#reading = true;
    void this.#gatherAll();
  }

  async #gatherAll(): Promise<void> {
    try {
      while (this.#awaiting && !this.#stopped && !this.#paused && this.#running < this.#limit) {
        const messages = await this.#gather();
        if (messages.length > 0 && !this.#stopped) this.#begin(messages);
      }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#source.note(`PROBLEM: ${error.message}`);
      this.#pause();
    } finally {
      this.#reading = false;
    }
    if (this.#running === 0 && !this.#awaiting) this.#limit = Math.min(FIRST_CONCURRENCY, this.#most);
    this.#read();
  }

  /** One batch: until it is full, or the batching window is over; without a window, what one receive gives. */
  async #gather(): Promise<Message[]> {
    const { clock } = this.#source.kernel;
    const { BatchSize = 10, MaximumBatchingWindowInSeconds: window = 0 } = this.#source.mapping;
    const messages: Message[] = [];
    let endMs: number | undefined;
    let bytes = 0;
    while (messages.length < BatchSize && bytes < BATCH_LIMIT_BYTES && !this.#stopped) {
      this.#awaiting = false;
      const received = await this.#receive(Math.min(RECEIVE_LIMIT, BatchSize - messages.length));
      for (const { Body = '' } of received) bytes += Buffer.byteLength(Body);
      messages.push(...received);
      if (received.length > 0) this.#awaiting = true;
      endMs ??= clock.now() + window * 1000;
      if (messages.length === 0 || window === 0) break;
      if (received.length === 0 && (clock.now() >= endMs || !(await this.#availableBy(endMs)))) break;
    }
    return messages;
  }

  /** False when the time was over first. */
  #availableBy(endMs: number): Promise<boolean> {
    if (this.#awaiting) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (available: boolean): void => {
        timer.cancel();
        this.#wake = undefined;
        resolve(available);
      };
      const timer = this.#source.kernel.clock.at(
        endMs,
        `batching window of ${this.#source.mapping.FunctionName}`,
        () => settle(false),
        { kind: 'delivery' },
      );
      this.#wake = () => settle(true);
    });
  }

  get #queueUrl(): string {
    return queueUrl(this.#source.kernel, this.#source.mapping.EventSourceArn);
  }

  async #receive(count: number): Promise<Message[]> {
    const { Messages = [] } = await this.#source.call<ReceiveMessageResult>('sqs', 'ReceiveMessage', {
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: count,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      WaitTimeSeconds: 0,
    });
    if (Messages.length > 0) this.#awaiting = true;
    const { mapping, kernel } = this.#source;
    const wanted = Messages.filter((message) => passes(kernel, mapping.FilterCriteria, filterable(message)));
    // "Amazon SQS" in "Lambda event filtering": messages that no filter wants are deleted from the queue.
    if (wanted.length < Messages.length) await this.#delete(Messages.filter((message) => !wanted.includes(message)));
    return wanted;
  }

  #begin(messages: Message[]): void {
    this.#running += 1;
    void this.#handle(messages).finally(() => {
      this.#running -= 1;
      this.#read();
    });
  }

  async #handle(messages: Message[]): Promise<void> {
    const { EventSourceArn, FunctionResponseTypes } = this.#source.mapping;
    try {
      const Records = messages.map((message) => recordOf(message, EventSourceArn, this.#source.region));
      const result = await this.#source.invoke({ Records }, traceHeaders(messages));
      this.#pauseMs = FIRST_PAUSE_MS;
      if (this.#awaiting) this.#limit = Math.min(this.#most, this.#limit + 1);
      if (result.functionError) return this.#source.note('PROBLEM: Function call failed');
      const known = new Set(messages.map(({ MessageId = '' }) => MessageId));
      const failed = FunctionResponseTypes?.includes('ReportBatchItemFailures')
        ? reportedFailures(result.payload, known)
        : [];
      if (!failed) return this.#source.note('PROBLEM: Function call failed');
      await this.#delete(messages.filter(({ MessageId = '' }) => !failed.includes(MessageId)));
      this.#source.note('OK');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#source.note(`PROBLEM: ${error.message}`);
      // Throttled, or the function is gone: its messages come back when their visibility time-out is over.
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#pause();
    }
  }

  async #delete(messages: Message[]): Promise<void> {
    for (let at = 0; at < messages.length; at += 10) {
      const ten = messages.slice(at, at + 10);
      const Entries = ten.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      const input = { QueueUrl: this.#queueUrl, Entries };
      await this.#source.call('sqs', 'DeleteMessageBatch', input, traceHeaders(ten));
    }
  }

  /** Reads on later, each time later until a batch succeeds. */
  #pause(): void {
    if (this.#paused || this.#stopped) return;
    this.#paused = this.#source.kernel.clock.after(
      this.#pauseMs,
      `pause of ${this.#source.mapping.FunctionName}'s event source`,
      () => {
        this.#paused = undefined;
        this.#signal();
      },
    );
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function traceHeaders(messages: Message[]): string[] {
  return messages.flatMap(({ Attributes }) => Attributes?.AWSTraceHeader ?? []);
}
