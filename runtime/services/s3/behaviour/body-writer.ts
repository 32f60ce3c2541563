import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BodyPlan, Digests } from './body-file.ts';
import type { FromWorker, ToWorker } from './body-worker.ts';

/** Chunks are handed over in batches: a message costs more than copying this much. */
const batchBytes = 512 * 1024;
/** So much may be on its way to the worker; then the sender is made to wait. */
const windowBytes = 4 * 1024 * 1024;

/** Hands large bodies to the worker thread, which is started for the first of them. */
export class BodyWriter {
  readonly #jobs = new Map<number, Job>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** Writes the chunks to a new file. A failure of either side leaves no file. */
  async write(path: string, chunks: AsyncIterable<Uint8Array>, plan: BodyPlan): Promise<Digests> {
    const id = ++this.#lastId;
    const job = new Job();
    this.#jobs.set(id, job);
    this.#send({ id, open: path, plan });
    try {
      for await (const batch of batches(chunks)) {
        await job.room();
        job.sent(batch.length);
        this.#send({ id, chunk: batch }, [batch.buffer as ArrayBuffer]);
      }
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

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(message, transfer);
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./body-worker${extname(import.meta.filename)}`, import.meta.url));
    worker.on('message', (message: FromWorker) => this.#jobs.get(message.id)?.heard(message));
    worker.on('error', (error: Error) => {
      this.#worker = undefined;
      for (const job of this.#jobs.values()) job.fail(error);
    });
    return worker;
  }
}

class Job {
  readonly done: Promise<Digests>;
  #settle: { resolve: (digests: Digests) => void; reject: (error: Error) => void } | undefined;
  #outstanding = 0;
  #wake: (() => void) | undefined;
  #error: Error | undefined;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => undefined);
  }

  sent(bytes: number): void {
    this.#outstanding += bytes;
  }

  /** Resolves when more may be sent. */
  async room(): Promise<void> {
    while (this.#outstanding > windowBytes && !this.#error) await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#error) throw this.#error;
  }

  heard(message: FromWorker): void {
    if ('digests' in message) return this.#settle?.resolve(message.digests);
    if ('error' in message) return this.fail(Object.assign(new Error(message.error.message), { code: message.error.code }));
    this.#outstanding -= message.written;
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#error = error;
    this.#settle?.reject(error);
    this.#wake?.();
  }
}

/** Copies into buffers of their own, which can be transferred to another thread. */
async function* batches(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let batch = new Uint8Array(batchBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + batchBytes - filled);
      batch.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < batchBytes) continue;
      yield batch;
      batch = new Uint8Array(batchBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield batch.subarray(0, filled);
}
