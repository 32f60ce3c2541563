import type { Kernel } from '../../../kernel/service.ts';
import { schemaOf, type Table } from '../state.ts';
import { itemTable } from './item-table.ts';
import { encodePartition } from './keys.ts';
import type { Item } from './values.ts';

const gigabyte = 2 ** 30;

/** "Item collections in local secondary indexes": told for tables that have such an index, and only when asked (SIZE). */
export function collectionMetrics(
  kernel: Kernel,
  table: Table,
  key: Item,
  wanted: string | undefined,
): object | undefined {
  const { partition, indexes } = schemaOf(table);
  const local = indexes.filter((index) => !index.global);
  const value = key[partition.name];
  if (wanted !== 'SIZE' || local.length === 0 || !value) return undefined;
  const pk = encodePartition(value);
  const items = kernel.engine(itemTable);
  const bytes = [table.id, ...local.map((index) => index.source)].reduce(
    (sum, source) => sum + items.partitionBytes(source, pk),
    0,
  );
  const whole = Math.floor(bytes / gigabyte);
  return { ItemCollectionKey: { [partition.name]: value }, SizeEstimateRangeGB: [whole, whole + 1] };
}
