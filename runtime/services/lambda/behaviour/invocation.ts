import type { Readable } from 'node:stream';

/** One invocation on its way to an environment. */
export interface Invocation {
  requestId: string;
  payload: Buffer;
  /** As the caller named the function, qualifier included. */
  invokedFunctionArn: string;
  /** Base64, as it came. */
  clientContext?: string | undefined;
  /** X-Amzn-Trace-Id. */
  traceHeader: string;
  /** The caller takes the response while it is made. */
  streams: boolean;
  /** Called with each line of its log, START and REPORT included. */
  onLog?: (line: string) => void;
}

export interface InvocationResult {
  payload: Buffer;
  /** Lambda says `Unhandled` for whatever went wrong in the function; undefined when nothing did. */
  functionError: 'Unhandled' | undefined;
  /** errorType of the payload: Sandbox.Timedout, Runtime.ExitError, or the function's own. */
  errorType: string | undefined;
  /** When the caller streams and the function does: what is still to come. `payload` is then empty. */
  stream?: { body: Readable; contentType: string };
  executedVersion: string;
  /** Resolves once its REPORT line is written. */
  reported: Promise<void>;
}

/** What Lambda answers in the function's place. */
export function failurePayload(errorType: string, errorMessage: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}
