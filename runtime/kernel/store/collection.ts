import { damaged } from './disk-trouble.ts';
import type { Scope, Statement, Store } from './store.ts';

/** Typed records by key, of one account and region. Reads come from memory; writes go to memory and the store. */
export interface Collection<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  put(key: string, record: T): void;
  /** True when there was one. */
  delete(key: string): boolean;
  /** In key order. */
  values(): T[];
  /** In key order. */
  entries(): [string, T][];
  readonly size: number;
}

export class RecordCollection<T extends object> implements Collection<T> {
  readonly #dataDir: string;
  readonly #name: string;
  readonly #scope: Scope;
  readonly #upsert: Statement;
  readonly #remove: Statement;
  readonly #select: Statement;
  readonly #records = new Map<string, T>();
  readonly #onPut: () => void;
  #sorted: [string, T][] | undefined;

  constructor(store: Store, name: string, scope: Scope, onPut: () => void) {
    this.#dataDir = store.dataDir;
    this.#onPut = onPut;
    this.#name = name;
    this.#scope = scope;
    this.#upsert = store.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)');
    this.#remove = store.prepare('DELETE FROM records WHERE collection = ? AND account = ? AND region = ? AND key = ?');
    this.#select = store.prepare('SELECT key, value FROM records WHERE collection = ? AND account = ? AND region = ?');
    this.reload();
  }

  reload(): void {
    this.#records.clear();
    this.#sorted = undefined;
    for (const row of this.#select.all<{ key: string; value: string }>(
      this.#name,
      this.#scope.account,
      this.#scope.region,
    ))
      this.#records.set(row.key, this.#parse(row));
  }

  #parse({ key, value }: { key: string; value: string }): T {
    try {
      return JSON.parse(value) as T;
    } catch {
      throw damaged(this.#dataDir, `the record ${key} of ${this.#name} in state.db cannot be read`);
    }
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  put(key: string, record: T): void {
    this.#upsert.run(this.#name, this.#scope.account, this.#scope.region, key, JSON.stringify(record));
    if (this.#records.size === 0) this.#onPut();
    this.#records.set(key, record);
    this.#sorted = undefined;
  }

  delete(key: string): boolean {
    if (!this.#records.has(key)) return false;
    this.#remove.run(this.#name, this.#scope.account, this.#scope.region, key);
    this.#sorted = undefined;
    return this.#records.delete(key);
  }

  values(): T[] {
    return this.entries().map(([, record]) => record);
  }

  entries(): [string, T][] {
    this.#sorted ??= [...this.#records.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return this.#sorted;
  }
}
