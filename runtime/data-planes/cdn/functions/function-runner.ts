import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../../kernel/clock/clock.ts';
import type { EdgeFunction } from '../configuration.ts';

export interface FunctionResult {
  /** What the handler returned, as JSON; undefined when it threw or ran too long. */
  output: unknown;
  error: string | undefined;
  logs: string[];
  /** 0 to 100: share of the compute time allowed that was used. */
  computeUtilization: number;
}

/** AWS gives a function about a millisecond of compute; this machine's first run of a script needs more. */
const computeLimitMs = 100;

/** More than this many waiting runs are turned away, as AWS throttles. */
const waitingLimit = 1000;

/** How long the worker may be silent before it is replaced: a bound on what no bound inside the worker caught. */
const watchdogMs = 5000;

/** TypeScript here, JavaScript once published. */
const workerFile = `./function-worker${extname(import.meta.filename)}`;

interface Waiting {
  resolve: (result: FunctionResult) => void;
  timer: Timer;
}

/**
 * CloudFront Functions run in a worker thread of their own, each in a fresh V8 context without Node's objects, the network
 * or the file system ("Restrictions on CloudFront Functions"). The worker starts with the first function.
 */
export class FunctionRunner {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run(edgeFunction: EdgeFunction, event: object): Promise<FunctionResult> {
    if (this.#waiting.size >= waitingLimit) return Promise.resolve(failed('The function was throttled.'));
    const worker = this.#running();
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<FunctionResult>();
    const timer = this.#clock.after(
      watchdogMs,
      'cloudfront function',
      () => this.#replace('The function ran too long.'),
      { basis: 'elapsed' },
    );
    this.#waiting.set(id, { resolve, timer });
    worker.postMessage({
      id,
      code: edgeFunction.code,
      runtime: edgeFunction.runtime,
      event: JSON.stringify(event),
      limitMs: computeLimitMs,
    });
    return this.#clock.track(promise);
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#replace('The runtime stops.');
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL(workerFile, import.meta.url), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.unref();
    worker.on('message', (message: FunctionResult & { id: number }) => this.#settle(message.id, message));
    worker.on('error', (error: Error) => {
      if (this.#worker === worker) this.#replace(error.message);
    });
    this.#worker = worker;
    return worker;
  }

  #settle(id: number, result: FunctionResult): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    waiting.timer.cancel();
    waiting.resolve(result);
  }

  #replace(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, failed(reason));
    void worker?.terminate();
  }
}

function failed(error: string): FunctionResult {
  return { output: undefined, error, logs: [], computeUtilization: 100 };
}
