import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';

/** Something on its way, kept on disk until it is there or given up. `Content` is JSON. */
export interface Parcel<Content> {
  id: string;
  content: Content;
  acceptedMs: number;
  dueMs: number;
  /** Attempts made before this one. */
  attempts: number;
}

export interface RetryPolicy {
  MaximumRetryAttempts?: number | undefined;
  MaximumEventAgeInSeconds?: number | undefined;
}

export type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** What one service does with its parcels. */
export interface Carrier<Content> {
  /** Unique in the runtime. */
  name: string;
  /** For the clock's list of what is due. */
  describe(content: Content): string;
  policy(content: Content): RetryPolicy;
  /** One attempt; rejects with AwsError when it failed. */
  carry(parcel: Parcel<Content>): Promise<void>;
  /** It failed for good: `exhausted` when retrying ended, undefined when retrying would not help. */
  giveUp(parcel: Parcel<Content>, failure: AwsError, exhausted: Exhausted | undefined): Promise<void>;
}

/** EventBridge and its Scheduler alike: for 24 hours and up to 185 times, with exponential back-off and jitter. */
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
const FIRST_BACKOFF_MS = 1000;
/** 185 attempts that start a second apart and end up this far apart take the 24 hours. */
const LONGEST_BACKOFF_MS = 480_000;

/**
 * A durable outbox: what is added in the turn of an acknowledged request goes out also when the runtime was killed
 * meanwhile. Attempts start when the parcel is on disk, and are work that a wind waits for.
 */
export class Outbox<Content> {
  readonly #kernel: Kernel;
  readonly #carrier: Carrier<Content>;
  #stopped = false;

  constructor(kernel: Kernel, carrier: Carrier<Content>) {
    this.#kernel = kernel;
    this.#carrier = carrier;
    kernel.store.migrate('outbox', [
      'CREATE TABLE outbox (carrier TEXT, id TEXT, acceptedMs REAL, parcel TEXT, PRIMARY KEY (carrier, id)) WITHOUT ROWID',
    ]);
  }

  /** Goes on with what was accepted before the last stop. */
  resume(): void {
    const rows = this.#kernel.store
      .prepare('SELECT parcel FROM outbox WHERE carrier = ? ORDER BY acceptedMs')
      .all<{ parcel: string }>(this.#carrier.name);
    for (const { parcel } of rows) this.#schedule(JSON.parse(parcel) as Parcel<Content>);
  }

  stop(): void {
    this.#stopped = true;
  }

  add(content: Content): void {
    const nowMs = this.#kernel.clock.now();
    const parcel = { id: this.#kernel.ids.uuid(), content, acceptedMs: nowMs, dueMs: nowMs, attempts: 0 };
    this.#keep(parcel);
    this.#run(parcel);
  }

  #keep(parcel: Parcel<Content>): void {
    this.#kernel.store
      .prepare('INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?)')
      .run(this.#carrier.name, parcel.id, parcel.acceptedMs, JSON.stringify(parcel));
  }

  #schedule(parcel: Parcel<Content>): void {
    const { clock } = this.#kernel;
    if (parcel.dueMs <= clock.now()) this.#run(parcel);
    else clock.at(parcel.dueMs, this.#carrier.describe(parcel.content), () => this.#run(parcel), { kind: 'delivery' });
  }

  #run(parcel: Parcel<Content>): void {
    if (!this.#stopped) void this.#kernel.clock.track(this.#attempt(parcel));
  }

  async #attempt(parcel: Parcel<Content>): Promise<void> {
    await this.#kernel.store.durable();
    if (this.#stopped) return;
    let failure: AwsError | undefined;
    try {
      await this.#carrier.carry(parcel);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failure = error;
    }
    if (this.#stopped) return;
    if (failure) await this.#failed(parcel, failure);
    else this.#remove(parcel);
  }

  async #failed(parcel: Parcel<Content>, failure: AwsError): Promise<void> {
    const { clock, ids } = this.#kernel;
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(parcel.attempts, 20), LONGEST_BACKOFF_MS);
    const dueMs = clock.now() + Math.round(backoff * (1 - ids.random() / 4));
    const exhausted = exhaustion(parcel, dueMs, this.#carrier.policy(parcel.content));
    if (isPassing(failure) && !exhausted) {
      const next = { ...parcel, attempts: parcel.attempts + 1, dueMs };
      this.#keep(next);
      return this.#schedule(next);
    }
    await this.#carrier.giveUp(parcel, failure, isPassing(failure) ? exhausted : undefined);
    if (!this.#stopped) this.#remove(parcel);
  }

  #remove({ id }: Parcel<Content>): void {
    this.#kernel.store.prepare('DELETE FROM outbox WHERE carrier = ? AND id = ?').run(this.#carrier.name, id);
  }
}

function exhaustion<Content>(
  { attempts, acceptedMs }: Parcel<Content>,
  dueMs: number,
  { MaximumRetryAttempts = DEFAULT_ATTEMPTS, MaximumEventAgeInSeconds = DEFAULT_AGE_SECONDS }: RetryPolicy,
): Exhausted | undefined {
  if (attempts >= MaximumRetryAttempts) return 'MaximumRetryAttempts';
  return dueMs - acceptedMs > MaximumEventAgeInSeconds * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
}

/** Missing permissions and resources do not mend by waiting; what may pass is tried again ("Event retry policy"). */
function isPassing({ status, code }: AwsError): boolean {
  return (
    (status >= 500 && status !== 501) || status === 429 || /Throttl|TooManyRequests|RequestLimitExceeded/.test(code)
  );
}

/** What dead letters of EventBridge and its Scheduler say in ERROR_CODE. */
export function deadLetterCode({ code, status }: AwsError): string {
  if (/^[A-Z]+(_[A-Z]+)+$/.test(code)) return code;
  if (/AccessDenied|AuthorizationError|NotAuthorized/.test(code)) return 'NO_PERMISSIONS';
  if (/NotFound|NonExistentQueue|DoesNotExist/.test(code)) return 'NO_RESOURCE';
  if (status === 429 || /Throttl|TooManyRequests/.test(code)) return 'THROTTLING';
  if (status >= 500) return 'ERROR_FROM_TARGET';
  return /Invalid|Validation/.test(code) ? 'INVALID_PARAMETER' : 'SDK_CLIENT_ERROR';
}
