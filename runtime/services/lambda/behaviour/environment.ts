import type { IncomingMessage } from 'node:http';
import type { SandboxExit } from '../../../engines/compute/sandbox.ts';
import type { IssuedCredentials } from '../../../kernel/authorizer.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { runtimeKind } from '../runtimes.ts';
import type { FunctionVersion } from '../state.ts';
import { type Ending, EnvironmentCall } from './environment-call.ts';
import { PlatformLines } from './environment-log.ts';
import { environmentVariables, foldersOf, startEnvironment } from './environment-variables.ts';
import type { Invocation, InvocationResult } from './invocation.ts';
import { LogWriter } from './log-writer.ts';
import { type DeliveredInvocation, header, read, responseLimitBytes } from './runtime-api.ts';
import type { VpcPlace } from './vpc-place.ts';
import { type Worker, workers } from './workers.ts';

export interface EnvironmentParts {
  version: FunctionVersion;
  region: string;
  layers: string | undefined;
  credentials: IssuedCredentials;
  /** Where it runs when its function is in a VPC. */
  vpc: VpcPlace | undefined;
  logGroup: string;
  logStream: string;
  /** It ended and takes no more; an invocation handed over but never fetched is handed back. */
  onEnd(
    environment: Environment,
    unfetched: { invocation: Invocation; resolve: (result: InvocationResult) => void } | undefined,
  ): void;
  /** It can be given the next invocation. */
  onFree(environment: Environment): void;
}

/** One execution environment: a sandbox with one process that handles one invocation after another. */
export class Environment {
  readonly version: FunctionVersion;
  readonly credentials: IssuedCredentials;
  /** Since when it has had nothing to do; cloud time. */
  idleSinceMs: number;
  readonly #kernel: Kernel;
  readonly #parts: EnvironmentParts;
  readonly #log: LogWriter;
  readonly #lines: PlatformLines;
  #worker: Worker | undefined;
  #answerNext: ((invocation: DeliveredInvocation) => void) | undefined;
  /** The invocation under way. */
  #call: EnvironmentCall | undefined;
  /** The invocation whose output is being read: it may have been answered before all of it has arrived. */
  #writing: EnvironmentCall | undefined;
  #handed: { invocation: Invocation; resolve: (result: InvocationResult) => void } | undefined;
  #settleInit: ((ending: Ending | undefined) => void) | undefined;
  #initDurationMs: number | undefined;
  #end: Promise<void> | undefined;
  /** Set when newer code has taken its place: it finishes what it does. */
  #retired = false;

  constructor(kernel: Kernel, parts: EnvironmentParts) {
    this.#kernel = kernel;
    this.#parts = parts;
    this.version = parts.version;
    this.credentials = parts.credentials;
    this.idleSinceMs = kernel.clock.now();
    this.#lines = new PlatformLines(parts.version, () => kernel.clock.now());
    this.#log = new LogWriter(kernel, {
      principal: parts.credentials.principal,
      region: parts.region,
      group: parts.logGroup,
      stream: parts.logStream,
    });
  }

  /** Resolves when the handler is loaded; with what to answer when it cannot be. */
  async start(limitMs: number): Promise<Ending | undefined> {
    const started = this.#kernel.clock.elapsed();
    for (const line of this.#lines.initStart()) this.#log.write(line);
    const ready = new Promise<Ending | undefined>((resolve) => {
      this.#settleInit = resolve;
    });
    const limit = this.#kernel.clock.after(
      limitMs,
      `init of ${this.version.FunctionName}`,
      () => this.#settleInit?.({ kind: 'timed out' }),
      {
        basis: 'elapsed',
      },
    );
    await this.#launch();
    const ending = await ready;
    limit.cancel();
    this.#settleInit = undefined;
    this.#initDurationMs = this.#kernel.clock.elapsed() - started;
    if (ending) this.#reportInit(ending, this.#initDurationMs);
    return ending;
  }

  #reportInit(ending: Ending, durationMs: number): void {
    const errorType =
      ending.kind === 'answered' ? ending.errorType : ending.kind === 'exited' ? 'Runtime.ExitError' : undefined;
    for (const line of this.#lines.initReport({
      durationMs,
      status: ending.kind === 'timed out' ? 'timeout' : 'error',
      errorType,
    }))
      this.#log.write(line);
    void this.end();
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return new Promise((resolve) => {
      this.#handed = { invocation, resolve };
      this.#deliver();
    });
  }

  /**
   * Ends when the invocation it was made for or that is under way is over; at once when there is none. Resolves when what
   * it has logged so far is delivered.
   */
  retire(): Promise<void> {
    this.#retired = true;
    const idle = !this.#call && !this.#handed && !this.#settleInit;
    return idle ? this.end() : this.#log.flush();
  }

  /** Resolves when its process is gone and its log delivered. */
  end(): Promise<void> {
    this.#end ??= this.#endNow();
    return this.#end;
  }

  async #endNow(): Promise<void> {
    this.#worker?.api.close();
    await this.#worker?.sandbox.kill();
    await this.#log.flush();
  }

  async #launch(): Promise<void> {
    const { version, region, layers, credentials, logGroup, logStream, vpc } = this.#parts;
    const kind = runtimeKind(version.Runtime);
    const worker = this.#kernel.engine(workers).take(kind, version.MemorySize, {
      startEnvironment: startEnvironment(version),
      vpc,
    });
    this.#worker = worker;
    worker.onLine = (line) => this.#line(line);
    worker.sandbox.limitMemory(version.MemorySize * 2 ** 20);
    worker.sandbox.work();
    void worker.sandbox.exited.then((exit) => this.#exited(exit));
    worker.api.serve({
      next: (answer) => this.#next(answer),
      response: (id, message) => this.#response(id, message),
      error: (id, errorType, payload) => this.#finish(id, { kind: 'answered', payload, failed: true, errorType }),
      initError: (errorType, payload) => this.#settleInit?.({ kind: 'answered', payload, failed: true, errorType }),
    });
    const runtimeApi = await worker.address;
    const place = { region, logGroup, logStream, runtimeApi, layers, endpoints: vpc?.endpoints };
    const { mounts, opt } = foldersOf(version, worker.places, layers);
    const assignment = {
      environment: environmentVariables(this.#kernel, version, { places: worker.places, place, credentials }),
      mounts,
      opt,
      cacheFolder: kind === 'node' ? `${worker.places.cache}/${version.codeHash.slice(0, 32)}` : undefined,
      clockOffsetMs: this.#kernel.clock.offset(),
    };
    worker.sandbox.control.write(`${JSON.stringify(assignment)}\n`);
  }

  #next(answer: (invocation: DeliveredInvocation) => void): void {
    this.#answerNext = answer;
    // Our own bootstraps mark the end of an invocation's output; of a custom runtime's, asking for the next is the only sign.
    const wrote = runtimeKind(this.version.Runtime) === 'custom' ? this.#writing : undefined;
    if (wrote) setImmediate(() => wrote === this.#writing && this.#outputEnded());
    this.#settleInit?.(undefined);
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#answerNext || !this.#handed) return;
    const { invocation, resolve } = this.#handed;
    const answer = this.#answerNext;
    this.#handed = undefined;
    this.#answerNext = undefined;
    this.#worker?.sandbox.work();
    const call = new EnvironmentCall(this.#kernel, {
      invocation,
      version: this.version,
      lines: this.#lines,
      log: this.#log,
      initDurationMs: this.#initDurationMs,
      rest: () => this.#worker?.sandbox.rest(),
      onOver: (ending) => this.#over(ending),
    });
    this.#initDurationMs = undefined;
    this.#outputEnded();
    this.#call = call;
    this.#writing = call;
    void call.result.then(resolve);
    call.begin();
    answer({ headers: call.headers, payload: invocation.payload });
  }

  async #response(id: string, message: IncomingMessage): Promise<boolean> {
    const call = this.#call;
    if (!call || call.requestId !== id) return false;
    if (header(message, 'lambda-runtime-function-response-mode') === 'streaming') return call.stream(message);
    const payload = await read(message);
    if (payload.length > responseLimitBytes) return this.#finish(id, { kind: 'too large', size: payload.length });
    return this.#finish(id, { kind: 'answered', payload, failed: false, errorType: undefined });
  }

  #finish(id: string, ending: Ending): boolean {
    if (this.#call?.requestId !== id) return false;
    this.#call.finish(ending);
    return true;
  }

  #over(ending: Ending): void {
    this.#call = undefined;
    this.idleSinceMs = this.#kernel.clock.now();
    const lost = ending.kind === 'timed out' || ending.kind === 'exited' || ending.kind === 'killed';
    if (lost || this.#retired) void this.end();
    else this.#parts.onFree(this);
  }

  #line(line: string): void {
    if (line.startsWith('\x1eend ')) {
      if (line.endsWith(this.#writing?.requestId ?? '\n')) this.#outputEnded();
      return;
    }
    const text = line.replaceAll('\r', '\n');
    if (this.#writing) this.#writing.line(text);
    else this.#log.write(text);
  }

  #outputEnded(): void {
    this.#writing?.outputEnded();
    this.#writing = undefined;
  }

  #exited(exit: SandboxExit): void {
    const unfetched = this.#handed;
    this.#handed = undefined;
    const ending: Ending = exit.outOfMemory ? { kind: 'killed' } : { kind: 'exited', exit };
    this.#settleInit?.(ending);
    this.#call?.finish(ending);
    this.#outputEnded();
    void this.end();
    this.#parts.onEnd(this, unfetched);
  }
}
