import type { Context, Kernel } from '../../../kernel/service.ts';
import { type Index, type KeyAttributes, schemaOf, type Table } from '../state.ts';
import { pack, unpack } from './encryption.ts';
import { sizeOfItem } from './item-sizes.ts';
import { itemTable, type Position, type Row } from './item-table.ts';
import { noteChange } from './journal.ts';
import { placeInIndex, placeOf } from './keys.ts';
import { emitStreamRecord } from './stream-records.ts';
import { expirySeconds, scheduleExpiry } from './time-to-live.ts';
import { equalValues, type Item } from './values.ts';

/** An item as it was read. */
export interface Stored {
  item: Item;
  size: number;
  row: Row;
}

/** What a write came to, in bytes, for the capacity it used. */
export interface Written {
  /** The larger of the item before and after. */
  bytes: number;
  indexes: { index: Index; writes: number[] }[];
}

export function readItem(kernel: Kernel, table: Table, key: Item): Stored | undefined {
  const row = kernel.engine(itemTable).get(table.id, placeOf(schemaOf(table), key));
  return row && { item: unpack(kernel, table, row.cell), size: row.size, row };
}

/** Puts, replaces or (after undefined) deletes an item, with every index it is in. All in the turn's one commit. */
export function writeItem(
  kernel: Kernel,
  table: Table,
  before: Stored | undefined,
  after: Item | undefined,
  by?: 'expiry',
): Written {
  const items = kernel.engine(itemTable);
  const schema = schemaOf(table);
  const present = after ?? before?.item;
  if (!present) return { bytes: 0, indexes: [] };
  const at = before?.row ?? placeOf(schema, present);
  const size = after ? sizeOfItem(after) : 0;
  if (table.recovery) noteChange(kernel, table, at, before?.row);
  if (after) items.put(table.id, at, pack(kernel, table, after), size);
  else items.delete(table.id, at);
  const indexes = schema.indexes.map((index) => ({
    index,
    writes: writeIndex(kernel, table, index, { at, before: before?.item, after }),
  }));
  const expires = after && expirySeconds(table, after);
  items.setExpiry(table.id, at, expires, before && expirySeconds(table, before.item));
  if (expires !== undefined) scheduleExpiry(kernel, table, expires);
  if (table.stream?.enabled) emitStreamRecord(kernel, table, { before: before?.item, after, by });
  return { bytes: Math.max(size, before?.size ?? 0), indexes };
}

interface Change {
  at: Position;
  before: Item | undefined;
  after: Item | undefined;
}

/** Sizes of the index writes the change needed: none when nothing the index holds has changed ("Write operations" of indexes). */
function writeIndex(kernel: Kernel, table: Table, index: Index, { at, before, after }: Change): number[] {
  const items = kernel.engine(itemTable);
  const old = before && placeInIndex(index, at, before);
  const now = after && placeInIndex(index, at, after);
  const previous = old && before && projected(index, before);
  const next = now && after && projected(index, after);
  if (old && now && previous && next && samePlace(old, now) && equalValues({ M: previous }, { M: next })) return [];
  const writes: number[] = [];
  const moved = !old || !now || !samePlace(old, now);
  const oldSize = previous ? sizeOfItem(previous) : 0;
  const newSize = next ? sizeOfItem(next) : 0;
  if (old && moved) {
    items.delete(index.source, old);
    writes.push(oldSize);
  }
  if (now && next) {
    items.put(index.source, now, pack(kernel, table, next), newSize);
    writes.push(moved ? newSize : Math.max(oldSize, newSize));
  }
  return writes;
}

function samePlace(a: Position, b: Position): boolean {
  return Buffer.compare(a.pk, b.pk) === 0 && Buffer.compare(a.sk, b.sk) === 0;
}

/** What of the item the index holds ("Projection"). */
export function projected(index: Index, item: Item): Item {
  if (index.projection.type === 'ALL') return item;
  const kept: Item = {};
  for (const name of index.projection.attributes) {
    const value = item[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Fills a new index from the items that are there ("Backfilling"). Items whose attributes do not fit are left out. */
export function backfill(kernel: Kernel, table: Table, index: Index): void {
  const items = kernel.engine(itemTable);
  for (const row of items.everything(table.id)) {
    const item = unpack(kernel, table, row.cell);
    if (!fits(index.keys, item)) continue;
    const place = placeInIndex(index, row, item);
    const kept = projected(index, item);
    if (place) items.put(index.source, place, pack(kernel, table, kept), sizeOfItem(kept));
  }
}

function fits(keys: KeyAttributes, item: Item): boolean {
  return keys.all.every(({ name, type }) => {
    const value = item[name];
    if (value === undefined) return false;
    const inner = (value as unknown as Record<string, string | Uint8Array | undefined>)[type];
    return inner !== undefined && inner.length > 0;
  });
}

/** Packs every item anew, when the table's key has changed. `old` opens them. */
export function repack(ctx: Context, old: Table, table: Table): void {
  const items = ctx.engine(itemTable);
  for (const source of [table.id, ...schemaOf(table).indexes.map((index) => index.source)]) {
    for (const row of items.everything(source))
      items.put(source, row, pack(ctx, table, unpack(ctx, old, row.cell)), row.size);
  }
}
