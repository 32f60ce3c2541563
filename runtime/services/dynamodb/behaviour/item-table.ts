import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';

/** Where a row stands: the key of a table or index, and in an index the item's own key too. Bytes that sort as DynamoDB sorts. */
export interface Position {
  pk: Uint8Array;
  sk: Uint8Array;
  ipk: Uint8Array;
  isk: Uint8Array;
}

/** An item as the store has it: JSON text, or sealed bytes in a table with a KMS key. */
export type Cell = string | Uint8Array;

export interface Row extends Position {
  cell: Cell;
  /** Of the item, as DynamoDB counts. */
  size: number;
}

export interface Range {
  pk: Uint8Array;
  low?: { bytes: Uint8Array; inclusive: boolean };
  high?: { bytes: Uint8Array; inclusive: boolean };
  forward: boolean;
  after: Position | undefined;
  limit: number;
}

export interface ScanRange {
  after: Position | undefined;
  /** Partitions from here … */
  from?: Uint8Array | undefined;
  /** … and before here. */
  before?: Uint8Array | undefined;
  limit: number;
}

export const itemTable = defineEngine('dynamodb.items', (kernel) => new ItemTable(kernel.store));

const empty = Buffer.alloc(0);
const columns = 'pk, sk, ipk, isk, cell, size';

/**
 * Items of all tables and their index entries: a table is the source `id`, an index `id/name`, a backup its own. In a
 * table's own rows ipk and isk are empty. Reads are ranges of the primary key, a page at a time.
 */
class ItemTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('dynamodb', [
      `CREATE TABLE dynamodb_items (source TEXT NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, ipk BLOB NOT NULL, isk BLOB NOT NULL,
         item TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (source, pk, sk, ipk, isk)) WITHOUT ROWID;
       CREATE TABLE dynamodb_expiry (source TEXT NOT NULL, expiresSeconds INTEGER NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL,
         PRIMARY KEY (source, expiresSeconds, pk, sk)) WITHOUT ROWID`,
      // Partition keys got their hash in front: rows of the first form, of before any release, cannot be told apart.
      `DROP TABLE dynamodb_items; DELETE FROM dynamodb_expiry;
       CREATE TABLE dynamodb_rows (source TEXT NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, ipk BLOB NOT NULL, isk BLOB NOT NULL,
         cell BLOB NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (source, pk, sk, ipk, isk)) WITHOUT ROWID;
       CREATE TABLE dynamodb_journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, atMs INTEGER NOT NULL,
         pk BLOB NOT NULL, sk BLOB NOT NULL, cell BLOB, size INTEGER NOT NULL);
       CREATE INDEX dynamodb_journal_source ON dynamodb_journal (source, atMs);
       CREATE TABLE dynamodb_stream_records (seq INTEGER PRIMARY KEY AUTOINCREMENT, streamArn TEXT NOT NULL, atMs INTEGER NOT NULL,
         record TEXT NOT NULL);
       CREATE INDEX dynamodb_stream_records_stream ON dynamodb_stream_records (streamArn, seq);
       CREATE INDEX dynamodb_stream_records_time ON dynamodb_stream_records (atMs)`,
    ]);
  }

  get(source: string, at: Position): Row | undefined {
    const row = this.#sql(
      'SELECT cell, size FROM dynamodb_rows WHERE source = ? AND pk = ? AND sk = ? LIMIT 1',
    ).get<Row>(source, at.pk, at.sk);
    return row && { ...at, cell: row.cell, size: row.size };
  }

  put(source: string, at: Position, cell: Cell, size: number): void {
    this.#sql('INSERT OR REPLACE INTO dynamodb_rows VALUES (?,?,?,?,?,?,?)').run(
      source,
      at.pk,
      at.sk,
      at.ipk,
      at.isk,
      cell,
      size,
    );
  }

  delete(source: string, at: Position): void {
    this.#sql('DELETE FROM dynamodb_rows WHERE source = ? AND pk = ? AND sk = ? AND ipk = ? AND isk = ?').run(
      source,
      at.pk,
      at.sk,
      at.ipk,
      at.isk,
    );
  }

  /** Rows of one partition in the order of the sort key. */
  query(source: string, { pk, low, high, forward, after, limit }: Range): Row[] {
    let where = 'source = ? AND pk = ?';
    const values: (string | Uint8Array | number)[] = [source, pk];
    if (low) where += ` AND sk ${low.inclusive ? '>=' : '>'} ?`;
    if (low) values.push(low.bytes);
    if (high) where += ` AND sk ${high.inclusive ? '<=' : '<'} ?`;
    if (high) values.push(high.bytes);
    if (after) where += ` AND (sk, ipk, isk) ${forward ? '>' : '<'} (?, ?, ?)`;
    if (after) values.push(after.sk, after.ipk, after.isk);
    const order = forward ? 'sk, ipk, isk' : 'sk DESC, ipk DESC, isk DESC';
    return this.#sql(`SELECT ${columns} FROM dynamodb_rows WHERE ${where} ORDER BY ${order} LIMIT ?`).all<Row>(
      ...values,
      limit,
    );
  }

  /** Rows in the order of their keys' hashes. */
  scan(source: string, { after, from, before, limit }: ScanRange): Row[] {
    let where = 'source = ?';
    const values: (string | Uint8Array | number)[] = [source];
    if (after) where += ' AND (pk, sk, ipk, isk) > (?, ?, ?, ?)';
    if (after) values.push(after.pk, after.sk, after.ipk, after.isk);
    if (from) where += ' AND pk >= ?';
    if (from) values.push(from);
    if (before) where += ' AND pk < ?';
    if (before) values.push(before);
    return this.#sql(`SELECT ${columns} FROM dynamodb_rows WHERE ${where} ORDER BY pk, sk, ipk, isk LIMIT ?`).all<Row>(
      ...values,
      limit,
    );
  }

  /** All rows, some at a time, so that rows may be written meanwhile. */
  *everything(source: string): Generator<Row> {
    let after: Position | undefined;
    for (;;) {
      const rows = this.scan(source, { after, limit: 500 });
      yield* rows;
      after = rows.at(-1);
      if (!after) return;
    }
  }

  count(source: string): { items: number; bytes: number } {
    const row = this.#sql('SELECT count(*) items, coalesce(sum(size), 0) bytes FROM dynamodb_rows WHERE source = ?');
    return row.get<{ items: number; bytes: number }>(source) ?? { items: 0, bytes: 0 };
  }

  /** Bytes of an item collection: a partition's items in the table and its local indexes. */
  partitionBytes(source: string, pk: Uint8Array): number {
    const row = this.#sql('SELECT coalesce(sum(size), 0) bytes FROM dynamodb_rows WHERE source = ? AND pk = ?');
    return row.get<{ bytes: number }>(source, pk)?.bytes ?? 0;
  }

  /** The table, its indexes, expiry times and journal. */
  drop(id: string): void {
    this.#sql("DELETE FROM dynamodb_rows WHERE source = ? OR (source >= ? || '/' AND source < ? || '0')").run(
      id,
      id,
      id,
    );
    this.clearExpiry(id);
    this.#sql('DELETE FROM dynamodb_journal WHERE source = ?').run(id);
  }

  dropSource(source: string): void {
    this.#sql('DELETE FROM dynamodb_rows WHERE source = ?').run(source);
  }

  copy(from: string, to: string): void {
    this.#sql(
      'INSERT INTO dynamodb_rows SELECT ?, pk, sk, ipk, isk, cell, size FROM dynamodb_rows WHERE source = ?',
    ).run(to, from);
  }

  setExpiry(source: string, at: Position, seconds: number | undefined, before: number | undefined): void {
    if (before === seconds) return;
    if (before !== undefined) {
      this.#sql('DELETE FROM dynamodb_expiry WHERE source = ? AND expiresSeconds = ? AND pk = ? AND sk = ?').run(
        source,
        before,
        at.pk,
        at.sk,
      );
    }
    if (seconds !== undefined)
      this.#sql('INSERT OR REPLACE INTO dynamodb_expiry VALUES (?,?,?,?)').run(source, seconds, at.pk, at.sk);
  }

  clearExpiry(source: string): void {
    this.#sql('DELETE FROM dynamodb_expiry WHERE source = ?').run(source);
  }

  expired(source: string, nowSeconds: number, limit: number): (Position & { expiresSeconds: number })[] {
    const rows = this.#sql(
      'SELECT pk, sk, expiresSeconds FROM dynamodb_expiry WHERE source = ? AND expiresSeconds <= ? LIMIT ?',
    );
    return rows
      .all<{ pk: Uint8Array; sk: Uint8Array; expiresSeconds: number }>(source, nowSeconds, limit)
      .map(({ pk, sk, expiresSeconds }) => ({ ...position(pk, sk), expiresSeconds }));
  }

  nextExpiry(source: string): number | undefined {
    const row = this.#sql('SELECT min(expiresSeconds) at FROM dynamodb_expiry WHERE source = ?').get<{
      at: number | null;
    }>(source);
    return row?.at ?? undefined;
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
