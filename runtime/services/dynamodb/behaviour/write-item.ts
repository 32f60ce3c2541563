import type { Context, Kernel } from '../../../kernel/service.ts';
import { type Index, indexesOf, keysOf, type Table } from '../state.ts';
import { itemTable, type Position } from './item-table.ts';
import { keyAttributesOf, placeInIndex, placeOf } from './keys.ts';
import { expirySeconds, scheduleExpiry } from './time-to-live.ts';
import { equalValues, type Item } from './values.ts';

/** Puts, replaces or (after undefined) deletes an item, with every index it is in. All in the turn's one commit. */
export function writeItem(kernel: Kernel, table: Table, before: Item | undefined, after: Item | undefined): void {
  const items = kernel.engine(itemTable);
  const present = after ?? before;
  if (!present) return;
  const at = placeOf(keysOf(table), present);
  if (after) items.put(table.id, at, after);
  else items.delete(table.id, at);
  for (const index of indexesOf(table)) writeIndex(kernel, table, index, { at, before, after });
  const expires = after && expirySeconds(table, after);
  items.setExpiry(table.id, at, expires, before && expirySeconds(table, before));
  if (expires !== undefined) scheduleExpiry(kernel, table, expires);
}

function writeIndex(
  kernel: Kernel,
  table: Table,
  index: Index,
  change: { at: Position; before: Item | undefined; after: Item | undefined },
): void {
  const items = kernel.engine(itemTable);
  const source = `${table.id}/${index.name}`;
  const old = change.before && placeInIndex(index, change.at, change.before);
  const now = change.after && placeInIndex(index, change.at, change.after);
  if (old && (!now || !samePlace(old, now))) items.delete(source, old);
  if (now && change.after) items.put(source, now, projected(table, index, change.after));
}

function samePlace(a: Position, b: Position): boolean {
  return Buffer.compare(a.pk, b.pk) === 0 && Buffer.compare(a.sk, b.sk) === 0;
}

/** What of the item the index holds ("Projection"). */
export function projected(table: Table, index: Index, item: Item): Item {
  if (index.projection.type === 'ALL') return item;
  const kept = { ...keyAttributesOf(keysOf(table), item), ...keyAttributesOf(index.keys, item) };
  if (index.projection.type === 'INCLUDE') {
    for (const name of index.projection.attributes) {
      const value = item[name];
      if (value !== undefined) kept[name] = value;
    }
  }
  return kept;
}

export function sameItem(a: Item | undefined, b: Item | undefined): boolean {
  return (
    (a === undefined && b === undefined) || (a !== undefined && b !== undefined && equalValues({ M: a }, { M: b }))
  );
}

export function readItem(ctx: Context, table: Table, key: Item): Item | undefined {
  const { pk, sk } = placeOf(keysOf(table), key);
  return ctx.engine(itemTable).get(table.id, pk, sk);
}
