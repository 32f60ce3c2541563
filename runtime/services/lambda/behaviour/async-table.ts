import type { Store } from '../../../kernel/store/store.ts';

/** An accepted asynchronous invocation, kept until it has succeeded or is given up. */
export interface AsyncEvent {
  id: string;
  account: string;
  region: string;
  name: string;
  /** Empty when none was named. */
  qualifier: string;
  payload: Buffer;
  acceptedMs: number;
  /** Not to be tried before. */
  dueMs: number;
  /** Tries that ended in a function error. */
  failures: number;
  /** Tries that were throttled or failed in Lambda itself. */
  refusals: number;
  traceHeader: string;
}

/** The durable queue of asynchronous invocations: an accepted event outlives `kill -9`. */
export class AsyncTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('lambda.async', [
      `CREATE TABLE lambda_async_events (id TEXT PRIMARY KEY, account TEXT, region TEXT, name TEXT, qualifier TEXT, payload BLOB,
         acceptedMs REAL, dueMs REAL, failures INTEGER, refusals INTEGER, traceHeader TEXT) WITHOUT ROWID`,
    ]);
  }

  put(event: AsyncEvent): void {
    const { id, account, region, name, qualifier, payload, acceptedMs, dueMs, failures, refusals, traceHeader } = event;
    this.#store
      .prepare('INSERT OR REPLACE INTO lambda_async_events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, account, region, name, qualifier, payload, acceptedMs, dueMs, failures, refusals, traceHeader);
  }

  remove(id: string): void {
    this.#store.prepare('DELETE FROM lambda_async_events WHERE id = ?').run(id);
  }

  all(): AsyncEvent[] {
    return this.#store
      .prepare('SELECT * FROM lambda_async_events ORDER BY acceptedMs')
      .all<Omit<AsyncEvent, 'payload'> & { payload: Uint8Array }>()
      .map((row) => ({ ...row, payload: Buffer.from(row.payload) }));
  }
}
