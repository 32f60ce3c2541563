import type { Kernel } from '../../../kernel/service.ts';
import type { Index, Table } from '../state.ts';
import { itemTable } from './item-table.ts';
import { placeInIndex } from './keys.ts';
import { projected } from './write-item.ts';

/** Fills a new index from the items that are there ("Backfilling"). Items whose attributes do not fit are left out. */
export function backfill(kernel: Kernel, table: Table, index: Index): void {
  const items = kernel.engine(itemTable);
  for (const row of [...items.scan(table.id, undefined)]) {
    const place = placeInIndex(index, row, row.item);
    if (place) items.put(`${table.id}/${index.name}`, place, projected(table, index, row.item));
  }
}
