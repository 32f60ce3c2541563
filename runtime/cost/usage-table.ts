import type { Store } from '../kernel/store/store.ts';

/** What was used in one month of the cloud's time. */
export interface UsageRow {
  month: string;
  account: string;
  region: string;
  service: string;
  usageType: string;
  resource: string;
  /** The route whose requests it was for; empty for nobody's. */
  cause: string;
  amount: number;
}

export type UsageKey = Omit<UsageRow, 'amount'>;

/** Rows kept by resource and route; what comes beyond is counted under these names, so that the table stays bounded. */
const rowLimit = 100_000;
const others = '(others)';

/** The counters on disk. */
export class UsageTable {
  readonly #store: Store;
  #rows: number;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('cost', [
      `CREATE TABLE usage (month TEXT, account TEXT, region TEXT, service TEXT, usageType TEXT, resource TEXT, cause TEXT,
         amount REAL NOT NULL, PRIMARY KEY (month, account, region, service, usageType, resource, cause)) WITHOUT ROWID`,
      'CREATE TABLE usage_requests (month TEXT, cause TEXT, count INTEGER NOT NULL, PRIMARY KEY (month, cause)) WITHOUT ROWID',
      'CREATE TABLE usage_time (month TEXT PRIMARY KEY, fromMs REAL NOT NULL, meteredMs REAL NOT NULL) WITHOUT ROWID',
    ]);
    this.#rows = store.prepare('SELECT count(*) AS n FROM usage').get<{ n: number }>()?.n ?? 0;
  }

  add({ month, account, region, service, usageType, ...by }: UsageKey, amount: number): void {
    const update = this.#store.prepare(
      `UPDATE usage SET amount = amount + ? WHERE month = ? AND account = ? AND region = ? AND service = ?
         AND usageType = ? AND resource = ? AND cause = ?`,
    );
    const key = [month, account, region, service, usageType] as const;
    if (update.run(amount, ...key, by.resource, by.cause).changes > 0) return;
    const full = this.#rows >= rowLimit;
    const resource = full ? others : by.resource;
    const cause = full ? '' : by.cause;
    if (full && update.run(amount, ...key, resource, cause).changes > 0) return;
    this.#store.prepare('INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(...key, resource, cause, amount);
    this.#rows += 1;
  }

  addRequests(month: string, cause: string, count: number): void {
    this.#store
      .prepare('INSERT INTO usage_requests VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count')
      .run(month, cause, count);
  }

  addTime(month: string, fromMs: number, ms: number): void {
    this.#store
      .prepare(
        'INSERT INTO usage_time VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET meteredMs = meteredMs + excluded.meteredMs',
      )
      .run(month, fromMs, ms);
  }

  rows(): UsageRow[] {
    return this.#store.prepare('SELECT * FROM usage').all<UsageRow & Record<string, string | number>>();
  }

  requests(): { month: string; cause: string; count: number }[] {
    return this.#store.prepare('SELECT * FROM usage_requests ORDER BY cause').all();
  }

  /** How long the meter ran in each month, of the cloud's time. */
  times(): { month: string; fromMs: number; meteredMs: number }[] {
    return this.#store.prepare('SELECT * FROM usage_time ORDER BY month').all();
  }
}
