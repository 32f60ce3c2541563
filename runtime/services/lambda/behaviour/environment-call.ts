import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { MemoryUse } from '../../../engines/compute/memory-watch.ts';
import type { SandboxExit } from '../../../engines/compute/sandbox.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { FunctionVersion } from '../state.ts';
import type { PlatformLines } from './environment-log.ts';
import { failurePayload, type Invocation, type InvocationResult } from './invocation.ts';
import type { LogWriter } from './log-writer.ts';
import { header } from './runtime-api.ts';
import { meterInvocation } from './usage.ts';

/** How an invocation, or an init phase, came to its end. */
export type Ending =
  | { kind: 'answered'; payload: Buffer; failed: boolean; errorType: string | undefined }
  | { kind: 'streamed'; errorType: string | undefined }
  | { kind: 'too large'; size: number }
  | { kind: 'timed out' }
  | { kind: 'killed' }
  | { kind: 'exited'; exit: SandboxExit };

export interface CallParts {
  invocation: Invocation;
  version: FunctionVersion;
  lines: PlatformLines;
  log: LogWriter;
  initDurationMs: number | undefined;
  /** Ends the watching of its memory; what it used. */
  rest(): MemoryUse | undefined;
  onOver(ending: Ending): void;
}

/** One invocation in its environment, from its START line to its REPORT line. */
export class EnvironmentCall {
  readonly requestId: string;
  readonly headers: Record<string, string>;
  readonly result: Promise<InvocationResult>;
  readonly #kernel: Kernel;
  readonly #parts: CallParts;
  readonly #reported: Promise<void>;
  #resolve: (result: InvocationResult) => void = () => undefined;
  #resolveReported: () => void = () => undefined;
  #started = 0;
  #timer: Timer | undefined;
  #report: (() => void) | undefined;
  #outputEnded = false;
  #over = false;
  #body: PassThrough | undefined;

  constructor(kernel: Kernel, parts: CallParts) {
    const { invocation, version } = parts;
    this.#kernel = kernel;
    this.#parts = parts;
    this.requestId = invocation.requestId;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#reported = new Promise((resolve) => {
      this.#resolveReported = resolve;
    });
    this.headers = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': String(Math.round(kernel.clock.now() + version.Timeout * 1000)),
      'lambda-runtime-invoked-function-arn': invocation.invokedFunctionArn,
      'lambda-runtime-trace-id': invocation.traceHeader,
      ...(invocation.clientContext ? { 'lambda-runtime-client-context': fromBase64(invocation.clientContext) } : {}),
      // Orrery's own: how far the cloud's time is ahead of the machine's.
      'orrery-clock-offset-ms': String(kernel.clock.offset()),
    };
  }

  begin(): void {
    const { version, lines } = this.#parts;
    this.#started = this.#kernel.clock.elapsed();
    for (const line of lines.start(this.requestId)) this.line(line);
    this.#timer = this.#kernel.clock.after(
      version.Timeout * 1000,
      `time-out of ${version.FunctionName}`,
      () => this.finish({ kind: 'timed out' }),
      {
        basis: 'elapsed',
      },
    );
  }

  line(text: string): void {
    this.#parts.log.write(text, this.#parts.invocation.traceHeader);
    this.#parts.invocation.onLog?.(text);
  }

  finish(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    const measuredMs = this.#kernel.clock.elapsed() - this.#started;
    const durationMs = ending.kind === 'timed out' ? this.#parts.version.Timeout * 1000 : measuredMs;
    const memory = this.#parts.rest();
    const overrun = memory !== undefined && memory.heldBytes > this.#parts.version.MemorySize * 2 ** 20;
    const final: Ending = overrun && ending.kind === 'answered' ? { kind: 'killed' } : ending;
    const outcome = this.#outcome(final);
    this.#report = () => this.#writeReport(final, { durationMs, memory, ...outcome });
    this.#settle(final, outcome);
    this.#parts.onOver(final);
    if (this.#outputEnded || final.kind === 'timed out') this.outputEnded();
  }

  /** All it wrote has been read: the END and REPORT lines can follow. */
  outputEnded(): void {
    this.#outputEnded = true;
    const report = this.#report;
    this.#report = undefined;
    report?.();
  }

  /** Takes a response that is sent while it is made; resolves when it has ended. */
  async stream(message: IncomingMessage): Promise<boolean> {
    const body = new PassThrough();
    const { invocation, version } = this.#parts;
    if (invocation.streams) {
      this.#body = body;
      const contentType = header(message, 'content-type') ?? 'application/octet-stream';
      const stream: { body: Readable; contentType: string } = { body, contentType };
      this.#resolve({
        payload: Buffer.alloc(0),
        functionError: undefined,
        errorType: undefined,
        stream,
        executedVersion: version.Version,
        reported: this.#reported,
      });
    }
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) {
        if (!invocation.streams) chunks.push(chunk as Buffer);
        else if (!body.write(chunk) && !body.destroyed)
          await new Promise((resolve) => body.once('drain', resolve).once('close', resolve));
      }
    } catch {
      return true;
    }
    const errorType = header(message, 'lambda-runtime-function-error-type');
    const trailer = header(message, 'lambda-runtime-function-error-body');
    const payload = errorType && trailer ? Buffer.from(trailer, 'base64') : Buffer.concat(chunks);
    if (invocation.streams) this.finish({ kind: 'streamed', errorType });
    else this.finish({ kind: 'answered', payload, failed: errorType !== undefined, errorType });
    return true;
  }

  #settle(ending: Ending, outcome: Outcome): void {
    const { version } = this.#parts;
    if (this.#body && !this.#body.writableEnded) {
      if (ending.kind === 'streamed' && !ending.errorType) this.#body.end();
      else this.#body.destroy(new Error(outcome.errorType ?? 'the function failed'));
    }
    this.#resolve({
      payload: outcome.payload,
      functionError: outcome.failed ? 'Unhandled' : undefined,
      errorType: outcome.errorType,
      executedVersion: version.Version,
      reported: this.#reported,
    });
  }

  #outcome(ending: Ending): Outcome {
    const told = (errorType: string, message: string): Outcome => ({
      payload: failurePayload(errorType, `RequestId: ${this.requestId} Error: ${message}`),
      failed: true,
      errorType,
      message,
    });
    switch (ending.kind) {
      case 'answered':
        return { payload: ending.payload, failed: ending.failed, errorType: ending.errorType, message: undefined };
      case 'streamed':
        return {
          payload: Buffer.alloc(0),
          failed: ending.errorType !== undefined,
          errorType: ending.errorType,
          message: undefined,
        };
      case 'too large': {
        const message = `Response payload size exceeded maximum allowed payload size (6291556 bytes).`;
        return {
          payload: failurePayload('Function.ResponseSizeTooLarge', message),
          failed: true,
          errorType: 'Function.ResponseSizeTooLarge',
          message,
        };
      }
      case 'timed out':
        return told('Sandbox.Timedout', `Task timed out after ${this.#parts.version.Timeout.toFixed(2)} seconds`);
      case 'killed':
        return told('Runtime.ExitError', 'Runtime exited with error: signal: killed');
      case 'exited':
        return told('Runtime.ExitError', exitMessage(ending.exit));
    }
  }

  #writeReport(
    ending: Ending,
    { durationMs, memory, errorType, message, failed }: Outcome & { durationMs: number; memory: MemoryUse | undefined },
  ): void {
    const { lines, invocation, initDurationMs, log } = this.#parts;
    const status = ending.kind === 'timed out' ? 'timeout' : failed && ending.kind !== 'answered' ? 'error' : 'success';
    const report = {
      durationMs,
      initDurationMs,
      maxMemoryBytes: memory?.peakBytes,
      status,
      errorType,
      traceHeader: invocation.traceHeader,
    } as const;
    if (message && errorType) for (const line of lines.failed(this.requestId, message, errorType)) this.line(line);
    for (const line of lines.end(this.requestId, report)) this.line(line);
    meterInvocation(this.#kernel, this.#parts.version, invocation, report);
    log.flushSoon();
    this.#resolveReported();
  }
}

interface Outcome {
  payload: Buffer;
  failed: boolean;
  errorType: string | undefined;
  /** What Lambda itself has to say in the log. */
  message: string | undefined;
}

export function exitMessage({ code, signal }: SandboxExit): string {
  if (signal) return `Runtime exited with error: signal: ${signals[signal] ?? signal.toLowerCase()}`;
  return code ? `Runtime exited with error: exit status ${code}` : 'Runtime exited without providing a reason';
}

/** As Go, in which AWS's supervisor is written, names signals. */
const signals: Record<string, string> = lookupTable({
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
});

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
