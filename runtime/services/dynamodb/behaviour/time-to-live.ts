import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { keysOf, type Table, tables } from '../state.ts';
import { itemTable } from './item-table.ts';
import { placeOf } from './keys.ts';
import type { Item } from './values.ts';
import { writeItem } from './write-item.ts';

/** One timer a table, at the next expiry. AWS deletes "within a few days"; here it is within this time. */
const graceMs = 60_000;
/** "Using time to live (TTL)": a time more than five years past is passed over. */
const tooOldSeconds = 5 * 365 * 86_400;

const timers = defineEngine('dynamodb.expiry-timers', () => new Map<string, Timer>());

/** The TTL attribute's value when it counts: a number, in seconds. */
export function expirySeconds(table: Table, item: Item): number | undefined {
  if (!table.timeToLive?.Enabled) return undefined;
  const value = item[table.timeToLive.AttributeName]?.N;
  return value === undefined ? undefined : Math.floor(Number(value));
}

export function scheduleExpiry(kernel: Kernel, table: Table, seconds: number): void {
  const known = kernel.engine(timers);
  const atMs = Math.max(seconds * 1000 + graceMs, kernel.clock.now() + graceMs);
  const timer = known.get(table.id);
  if (timer && timer.atMs <= atMs) return;
  timer?.cancel();
  known.set(
    table.id,
    kernel.clock.at(atMs, `expiry in ${table.TableName}`, () => expire(kernel, table)),
  );
}

/** After a restart, or when TTL is switched on for a table that has items. */
export function resumeExpiry(kernel: Kernel, table: Table): void {
  const next = kernel.engine(itemTable).nextExpiry(table.id);
  if (next !== undefined) scheduleExpiry(kernel, table, next);
}

export function reindexExpiry(kernel: Kernel, table: Table): void {
  const items = kernel.engine(itemTable);
  items.clearExpiry(table.id);
  if (!table.timeToLive?.Enabled) return;
  const entries = [...items.scan(table.id, undefined)].map((row) => ({ row, seconds: expirySeconds(table, row.item) }));
  for (const { row, seconds } of entries) if (seconds !== undefined) items.setExpiry(table.id, row, seconds, undefined);
  resumeExpiry(kernel, table);
}

function expire(kernel: Kernel, given: Table): void {
  kernel.engine(timers).delete(given.id);
  const table = tables(kernel, given).get(given.TableName);
  if (table?.id !== given.id || !table.timeToLive?.Enabled) return;
  const items = kernel.engine(itemTable);
  const nowSeconds = Math.floor(kernel.clock.now() / 1000);
  let deleted = 0;
  for (const { pk, sk } of items.expired(table.id, nowSeconds, 1000)) {
    const item = items.get(table.id, pk, sk);
    const seconds = item && expirySeconds(table, item);
    if (!item || seconds === undefined || nowSeconds - seconds > tooOldSeconds)
      items.setExpiry(table.id, item ? placeOf(keysOf(table), item) : { pk, sk, ipk: pk, isk: sk }, undefined, seconds);
    else {
      writeItem(kernel, table, item, undefined);
      deleted += 1;
    }
  }
  if (deleted > 0) {
    kernel.events.emit('metric', {
      namespace: 'AWS/DynamoDB',
      name: 'TimeToLiveDeletedItemCount',
      dimensions: { TableName: table.TableName },
      value: deleted,
      unit: 'Count',
      timeMs: kernel.clock.now(),
      region: table.region,
      account: table.account,
    });
  }
  resumeExpiry(kernel, table);
}
