import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';
import type { KeyRange } from '../expressions/key-condition.ts';
import { encodeKey, type Item, parseItem, sizeOfItem, stringifyItem } from './values.ts';

export interface StoredItem {
  item: Item;
  pk: Uint8Array;
  sk: Uint8Array;
}

interface Row {
  pk: Uint8Array;
  sk: Uint8Array;
  ipk: Uint8Array;
  isk: Uint8Array;
  item: string;
}

/** Where a page of an index or table goes on: its own key, and in an index the item's key too. */
export interface Position {
  pk: Uint8Array;
  sk: Uint8Array;
  ipk: Uint8Array;
  isk: Uint8Array;
}

export const itemTable = defineEngine('dynamodb.items', (kernel) => new ItemTable(kernel.store));

const empty = Buffer.alloc(0);

/**
 * Items of all tables and their index entries, keyed by bytes that sort as DynamoDB sorts: a table is the source `id`, an
 * index `id/name`. In a table's own rows ipk and isk are empty.
 */
export class ItemTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('dynamodb', [
      `CREATE TABLE dynamodb_items (source TEXT NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, ipk BLOB NOT NULL, isk BLOB NOT NULL,
         item TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (source, pk, sk, ipk, isk)) WITHOUT ROWID;
       CREATE TABLE dynamodb_expiry (source TEXT NOT NULL, expiresSeconds INTEGER NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL,
         PRIMARY KEY (source, expiresSeconds, pk, sk)) WITHOUT ROWID`,
    ]);
  }

  get(source: string, pk: Uint8Array, sk: Uint8Array): Item | undefined {
    const row = this.#sql('SELECT item FROM dynamodb_items WHERE source = ? AND pk = ? AND sk = ? LIMIT 1').get<{
      item: string;
    }>(source, pk, sk);
    return row && parseItem(row.item);
  }

  put(source: string, at: Position, item: Item): void {
    this.#sql('INSERT OR REPLACE INTO dynamodb_items VALUES (?,?,?,?,?,?,?)').run(
      source,
      at.pk,
      at.sk,
      at.ipk,
      at.isk,
      stringifyItem(item),
      sizeOfItem(item),
    );
  }

  delete(source: string, at: Position): void {
    this.#sql('DELETE FROM dynamodb_items WHERE source = ? AND pk = ? AND sk = ? AND ipk = ? AND isk = ?').run(
      source,
      at.pk,
      at.sk,
      at.ipk,
      at.isk,
    );
  }

  /** Rows of one partition in the order of the sort key, lazily: a page ends by size, which only its reader knows. */
  *query(
    source: string,
    range: KeyRange,
    options: { forward: boolean; after: Position | undefined },
  ): Generator<Position & { item: Item }> {
    const pk = encodeKey(range.partition);
    const conditions = ['source = ?', 'pk = ?'];
    const values: (string | Uint8Array)[] = [source, pk];
    if (range.low) {
      conditions.push(`sk ${range.low.inclusive ? '>=' : '>'} ?`);
      values.push(range.low.bytes);
    }
    if (range.high) {
      conditions.push(`sk ${range.high.inclusive ? '<=' : '<'} ?`);
      values.push(range.high.bytes);
    }
    if (options.after) {
      conditions.push(`(sk, ipk, isk) ${options.forward ? '>' : '<'} (?, ?, ?)`);
      values.push(options.after.sk, options.after.ipk, options.after.isk);
    }
    const order = options.forward ? 'ASC' : 'DESC';
    const text = `SELECT pk, sk, ipk, isk, item FROM dynamodb_items WHERE ${conditions.join(' AND ')} ORDER BY sk ${order}, ipk ${order}, isk ${order}`;
    yield* this.#read(text, values);
  }

  /** All rows in key order. */
  *scan(source: string, after: Position | undefined): Generator<Position & { item: Item }> {
    const columns = 'SELECT pk, sk, ipk, isk, item FROM dynamodb_items WHERE source = ?';
    const order = 'ORDER BY pk, sk, ipk, isk';
    if (after)
      yield* this.#read(`${columns} AND (pk, sk, ipk, isk) > (?, ?, ?, ?) ${order}`, [
        source,
        after.pk,
        after.sk,
        after.ipk,
        after.isk,
      ]);
    else yield* this.#read(`${columns} ${order}`, [source]);
  }

  *#read(text: string, values: (string | Uint8Array)[]): Generator<Position & { item: Item }> {
    for (const row of this.#sql(text).iterate<Row>(...values))
      yield { pk: row.pk, sk: row.sk, ipk: row.ipk, isk: row.isk, item: parseItem(row.item) };
  }

  count(source: string): { items: number; bytes: number } {
    return (
      this.#sql('SELECT count(*) items, coalesce(sum(size), 0) bytes FROM dynamodb_items WHERE source = ?').get<{
        items: number;
        bytes: number;
      }>(source) ?? { items: 0, bytes: 0 }
    );
  }

  drop(id: string): void {
    this.#sql("DELETE FROM dynamodb_items WHERE source = ? OR (source >= ? || '/' AND source < ? || '0')").run(
      id,
      id,
      id,
    );
    this.#sql('DELETE FROM dynamodb_expiry WHERE source = ?').run(id);
  }

  dropIndex(source: string): void {
    this.#sql('DELETE FROM dynamodb_items WHERE source = ?').run(source);
  }

  setExpiry(source: string, at: Position, seconds: number | undefined, before: number | undefined): void {
    if (before === seconds) return;
    if (before !== undefined)
      this.#sql('DELETE FROM dynamodb_expiry WHERE source = ? AND expiresSeconds = ? AND pk = ? AND sk = ?').run(
        source,
        before,
        at.pk,
        at.sk,
      );
    if (seconds !== undefined)
      this.#sql('INSERT OR REPLACE INTO dynamodb_expiry VALUES (?,?,?,?)').run(source, seconds, at.pk, at.sk);
  }

  clearExpiry(source: string): void {
    this.#sql('DELETE FROM dynamodb_expiry WHERE source = ?').run(source);
  }

  expired(source: string, nowSeconds: number, limit: number): { pk: Uint8Array; sk: Uint8Array }[] {
    return this.#sql('SELECT pk, sk FROM dynamodb_expiry WHERE source = ? AND expiresSeconds <= ? LIMIT ?').all<{
      pk: Uint8Array;
      sk: Uint8Array;
    }>(source, nowSeconds, limit);
  }

  nextExpiry(source: string): number | undefined {
    return (
      this.#sql('SELECT min(expiresSeconds) at FROM dynamodb_expiry WHERE source = ?').get<{ at: number | null }>(
        source,
      )?.at ?? undefined
    );
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}

export function position(
  pk: Uint8Array,
  sk: Uint8Array = empty,
  ipk: Uint8Array = empty,
  isk: Uint8Array = empty,
): Position {
  return { pk, sk, ipk, isk };
}
