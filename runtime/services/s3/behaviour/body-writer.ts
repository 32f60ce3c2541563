import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BodyPlan, Digests } from './body-file.ts';
import type { FromWorker, ToWorker } from './body-worker.ts';

/** Chunks are handed over in slots of memory that both threads see: nothing is allocated, nothing is transferred. */
const slotBytes = 256 * 1024;
/** So much may be on its way to the worker, of all bodies together; then senders are made to wait. */
const slotCount = 16;

/** Hands large bodies to the worker thread, which is started for the first of them. */
export class BodyWriter {
  readonly #jobs = new Map<number, Job>();
  readonly #waiting: (() => void)[] = [];
  #free: number[] = [];
  #memory: Uint8Array | undefined;
  #worker: Worker | undefined;
  #lastId = 0;

  /** Writes the chunks to a new file. A failure of either side leaves no file. */
  async write(path: string, chunks: AsyncIterable<Uint8Array>, plan: BodyPlan): Promise<Digests> {
    const id = ++this.#lastId;
    const job = new Job();
    this.#jobs.set(id, job);
    this.#send({ id, open: path, plan });
    try {
      await this.#handOver(id, job, chunks);
      this.#send({ id, end: 'finish' });
      return await job.done;
    } catch (error) {
      this.#send({ id, end: 'abandon' });
      throw error;
    } finally {
      this.#jobs.delete(id);
      if (this.#jobs.size === 0) this.#worker?.unref();
    }
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Chunks are gathered to a slot's worth; a slot is held only while it is filled, so slow senders do not starve others. */
  async #handOver(id: number, job: Job, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let gathered: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += slotBytes) {
        const part = chunk.subarray(at, at + slotBytes);
        if (size + part.length > slotBytes) {
          await this.#sendParts(id, job, gathered);
          gathered = [];
          size = 0;
        }
        gathered.push(part);
        size += part.length;
      }
    }
    await this.#sendParts(id, job, gathered);
  }

  async #sendParts(id: number, job: Job, parts: Uint8Array[]): Promise<void> {
    while (this.#free.length === 0 && !job.error) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (job.error) throw job.error;
    const slot = this.#free.pop() ?? 0;
    let length = 0;
    for (const part of parts) {
      this.#memory?.set(part, slot * slotBytes + length);
      length += part.length;
    }
    this.#send({ id, slot, length });
  }

  #send(message: ToWorker): void {
    const worker = this.#worker ?? this.#start();
    worker.ref();
    worker.postMessage(message);
  }

  #start(): Worker {
    const memory = new SharedArrayBuffer(slotBytes * slotCount);
    this.#memory = new Uint8Array(memory);
    this.#free = Array.from({ length: slotCount }, (_, slot) => slot);
    const worker = new Worker(new URL(`./body-worker${extname(import.meta.filename)}`, import.meta.url), {
      workerData: { memory, slotBytes },
    });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => this.#heard(message));
    worker.on('error', (error: Error) => {
      this.#worker = undefined;
      for (const job of this.#jobs.values()) job.fail(error);
      this.#wakeAll();
    });
    return worker;
  }

  #heard(message: FromWorker): void {
    if ('free' in message) {
      this.#free.push(message.free);
      this.#waiting.shift()?.();
      return;
    }
    const job = this.#jobs.get(message.id);
    if ('digests' in message) job?.finish(message.digests);
    else job?.fail(Object.assign(new Error(message.error.message), { code: message.error.code }));
    if ('error' in message) this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

class Job {
  readonly done: Promise<Digests>;
  error: Error | undefined;
  readonly #settle: { resolve: (digests: Digests) => void; reject: (error: Error) => void };

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<Digests>();
    this.done = promise;
    this.#settle = { resolve, reject };
    promise.catch(() => undefined);
  }

  finish(digests: Digests): void {
    this.#settle.resolve(digests);
  }

  fail(error: Error): void {
    this.error = error;
    this.#settle.reject(error);
  }
}
