import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type AwsError, PersonError } from '../errors.ts';
import { type Collection, RecordCollection } from './collection.ts';
import { diskTrouble, openingTrouble } from './disk-trouble.ts';

/**
 * The state of the cloud, in one SQLite database (WAL) of the data folder. Writes made in one turn of the event loop
 * share one commit, and those that nobody waits for the commit of several turns; `durable()` resolves when everything
 * written so far would survive `kill -9` of the runtime.
 */
export interface Store {
  /** The folder everything lives in; services keep files in `folder(name)`. */
  readonly dataDir: string;
  folder(name: string): string;
  /**
   * Records kept in memory and written through: for what a service configures (queues, roles, functions), up to some
   * tens of thousands. `name` is unique in the runtime, by convention `service.nouns`. Records are JSON values: do not
   * change one in place, `put` a new one.
   */
  collection<T extends object>(name: string, scope: Scope): Collection<T>;
  /** Every scope that has records in the collection, e.g. to resume timers after a restart. */
  scopes(name: string): Scope[];
  /** For data that does not belong in memory (messages, items, object listings): a service's own tables. */
  prepare(sql: string): Statement;
  /** Runs the steps this database has not seen yet, in order. Never edit a step that has landed; add one. */
  migrate(component: string, steps: readonly string[]): void;
  /** Resolves when all writes so far are on disk; at once when there are none. Rejects when the disk refuses them. */
  durable(): Promise<void>;
  close(): void;
}

/** Global services use region `''`. */
export interface Scope {
  account: string;
  region: string;
}

export interface Statement {
  /** How many rows changed, and the key of the row that was inserted last. */
  run(...values: SQLInputValue[]): { changes: number; insertedKey: number };
  get<T = Record<string, SQLValue>>(...values: SQLInputValue[]): T | undefined;
  all<T = Record<string, SQLValue>>(...values: SQLInputValue[]): T[];
  iterate<T = Record<string, SQLValue>>(...values: SQLInputValue[]): Iterable<T>;
}

export type SQLValue = string | number | bigint | Uint8Array | null;

export function openStore(dataDir: string): Store {
  try {
    mkdirSync(dataDir, { recursive: true });
    return new SqliteStore(dataDir);
  } catch (error) {
    throw openingTrouble(dataDir, error) ?? error;
  }
}

class SqliteStore implements Store {
  readonly dataDir: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  /** By name, then by account and region: looked up at every operation, so without putting a key together. */
  readonly #collections = new Map<string, Map<string, Map<string, RecordCollection<object>>>>();
  readonly #scopes = new Map<string, Map<string, Scope>>();
  #pending: Pending | undefined;
  #closed = false;
  /** The disk's refusal of a statement of this turn: none of the turn's writes may be kept. */
  #refusal: AwsError | undefined;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.#database = new DatabaseSync(join(dataDir, 'state.db'));
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000');
    this.#database.exec(
      `CREATE TABLE IF NOT EXISTS records (collection TEXT, account TEXT, region TEXT, key TEXT, value TEXT NOT NULL,
         PRIMARY KEY (collection, account, region, key)) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS migrations (component TEXT PRIMARY KEY, steps INTEGER NOT NULL)`,
    );
    const scopes = this.#database.prepare('SELECT DISTINCT collection, account, region FROM records').all();
    for (const row of scopes as unknown as (Scope & { collection: string })[]) this.#rememberScope(row.collection, row);
  }

  folder(name: string): string {
    const path = join(this.dataDir, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  collection<T extends object>(name: string, scope: Scope): Collection<T> {
    const byRegion = inner(inner(this.#collections, name), scope.account);
    let collection = byRegion.get(scope.region);
    if (!collection) {
      collection = new RecordCollection<object>(this, name, scope, () => this.#rememberScope(name, scope));
      byRegion.set(scope.region, collection);
    }
    return collection as unknown as Collection<T>;
  }

  scopes(name: string): Scope[] {
    return [...(this.#scopes.get(name)?.values() ?? [])];
  }

  #rememberScope(name: string, { account, region }: Scope): void {
    inner(this.#scopes, name).set(`${account}|${region}`, { account, region });
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#wrap(this.#database.prepare(sql), !/^\s*(select|with)\b/i.test(sql));
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  migrate(component: string, steps: readonly string[]): void {
    const done =
      this.prepare('SELECT steps FROM migrations WHERE component = ?').get<{ steps: number }>(component)?.steps ?? 0;
    if (done > steps.length)
      throw new PersonError(
        'data-folder-newer',
        `The data folder ${this.dataDir} was written by a newer Orrery (${component}, step ${done} of ${steps.length}).`,
        'Use that version, or choose another folder: --data DIR.',
      );
    if (done === steps.length) return;
    this.#begin();
    for (const step of steps.slice(done)) this.#database.exec(step);
    this.prepare('INSERT OR REPLACE INTO migrations VALUES (?, ?)').run(component, steps.length);
  }

  durable(): Promise<void> {
    const pending = this.#pending;
    if (!pending) return Promise.resolve();
    if (pending.unhurried) {
      clearTimeout(pending.unhurried);
      pending.unhurried = undefined;
      setImmediate(() => this.#commit(pending));
    }
    return pending.promise;
  }

  close(): void {
    if (this.#closed) return;
    this.#commit();
    this.#closed = true;
    this.#database.close();
  }

  #wrap(statement: StatementSync, writes: boolean): Statement {
    return {
      run: (...values) => {
        this.#begin();
        try {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), insertedKey: Number(lastInsertRowid) };
        } catch (error) {
          this.#refused(error);
          return { changes: 0, insertedKey: 0 };
        }
      },
      get: <T>(...values: SQLInputValue[]) => {
        if (!writes) return statement.get(...values) as T | undefined;
        this.#begin();
        try {
          return statement.get(...values) as T | undefined;
        } catch (error) {
          this.#refused(error);
          return undefined;
        }
      },
      all: <T>(...values: SQLInputValue[]) => {
        if (!writes) return statement.all(...values) as T[];
        this.#begin();
        try {
          return statement.all(...values) as T[];
        } catch (error) {
          this.#refused(error);
          return [];
        }
      },
      iterate: <T>(...values: SQLInputValue[]) => statement.iterate(...values) as Iterable<T>,
    };
  }

  /**
   * A write that the disk refuses is told by `durable`, like one that it refuses at the commit: who asked is answered only
   * after it, and background work that cannot do anything about it is not torn down.
   */
  #refused(error: unknown): void {
    const trouble = diskTrouble(this.dataDir, error);
    if (!trouble) throw error;
    this.#refusal ??= trouble;
  }

  #begin(): void {
    if (this.#pending) return;
    this.#database.exec('BEGIN');
    const pending: Pending = deferred();
    pending.unhurried = setTimeout(() => this.#commit(pending), unhurriedMs);
    this.#pending = pending;
  }

  #commit(pending = this.#pending): void {
    if (!pending || pending !== this.#pending || this.#closed) return;
    this.#pending = undefined;
    clearTimeout(pending.unhurried);
    const refusal = this.#refusal;
    this.#refusal = undefined;
    try {
      if (refusal) throw refusal;
      this.#database.exec('COMMIT');
      pending.settle();
    } catch (error) {
      this.#undo();
      pending.settle(diskTrouble(this.dataDir, error) ?? (error as Error));
    }
  }

  /** The disk refused the commit: memory goes back to what the disk holds, and every caller of this turn is told. */
  #undo(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back by itself ("Response to errors within a transaction", SQLite documentation).
    }
    for (const byAccount of this.#collections.values())
      for (const byRegion of byAccount.values()) for (const collection of byRegion.values()) collection.reload();
  }
}

interface Pending {
  promise: Promise<void>;
  settle: (error?: Error) => void;
  /** Until somebody waits for it. */
  unhurried?: NodeJS.Timeout | undefined;
}

/** A background timer's row is worth no commit of its own: a wound month has a hundred thousand of them. */
const unhurriedMs = 10;

function inner<K, V>(outer: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let found = outer.get(key);
  if (!found) {
    found = new Map();
    outer.set(key, found);
  }
  return found;
}

function deferred(): { promise: Promise<void>; settle: (error?: Error) => void } {
  let settle: (error?: Error) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  promise.catch(() => undefined);
  return { promise, settle };
}
