/**
 * What the cloud says when it refuses: AWS's code, sentence, status and fault side. Services build these from their own
 * `errors.ts`; the protocols put them on the wire. Not for our own bugs (throw a plain Error) and not for what we tell
 * the person at the command line (PersonError).
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fault: 'client' | 'server';
  /** Modelled members beside the message, in AWS's spelling (e.g. CancellationReasons). */
  readonly members: Record<string, unknown> | undefined;
  /** The code older query clients expect (x-amzn-query-error), where it differs from `code`. */
  readonly queryCode: string | undefined;
  /** HTTP headers of the answer that the model does not give the error. Lower-case names. */
  readonly headers: Record<string, string> | undefined;

  constructor(code: string, message: string, options: AwsErrorOptions = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.fault = options.fault ?? (this.status >= 500 ? 'server' : 'client');
    this.members = options.members;
    this.queryCode = options.queryCode;
    this.headers = options.headers;
  }
}

export interface AwsErrorOptions {
  /** HTTP status; 400 unless told. */
  status?: number;
  fault?: 'client' | 'server';
  members?: Record<string, unknown>;
  queryCode?: string;
  headers?: Record<string, string>;
}

/** An operation, parameter or property that AWS has and Orrery does not run: refused by name, never accepted silently. */
export function refused(
  what: string,
  instead = 'Orrery does not run it yet; `orrery fidelity` lists what runs.',
): AwsError {
  return new AwsError('NotImplemented', `${what} is refused: ${instead}`, { status: 501, fault: 'client' });
}

/** What we say to the person: what happened, why, and what to do next. `code` is listed in the table of docs/errors. */
export class PersonError extends Error {
  readonly code: string;
  readonly next: string;

  constructor(code: string, what: string, next: string) {
    super(what);
    this.name = 'PersonError';
    this.code = code;
    this.next = next;
  }
}
