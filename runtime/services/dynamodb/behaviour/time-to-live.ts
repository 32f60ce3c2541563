import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Table, tables } from '../state.ts';
import { unlock, unpack } from './encryption.ts';
import { itemTable } from './item-table.ts';
import type { Item } from './values.ts';
import { writeItem } from './write-item.ts';

/** One timer a table, at the next expiry. AWS deletes "within a few days"; here it is within this time. */
const graceMs = 60_000;
/** "Using time to live (TTL)": a time more than five years past is passed over. */
const tooOldSeconds = 5 * 365 * 86_400;
const batch = 1000;

const timers = defineEngine('dynamodb.expiry-timers', () => new Map<string, Timer>());

/** The TTL attribute's value when it counts: a number, in seconds. */
export function expirySeconds(table: Table, item: Item): number | undefined {
  if (!table.timeToLive?.Enabled) return undefined;
  const value = item[table.timeToLive.AttributeName]?.N;
  const seconds = value === undefined ? Number.NaN : Math.floor(Number(value));
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

export function scheduleExpiry(kernel: Kernel, table: Table, seconds: number): void {
  const known = kernel.engine(timers);
  const atMs = Math.max(seconds * 1000, kernel.clock.now()) + graceMs;
  const timer = known.get(table.id);
  if (timer && timer.atMs <= atMs) return;
  timer?.cancel();
  known.set(
    table.id,
    kernel.clock.at(atMs, `expiry in ${table.TableName}`, () => expire(kernel, table), { kind: 'expiry' }),
  );
}

/** After a restart, or when TTL is switched on for a table that has items. */
export function resumeExpiry(kernel: Kernel, table: Table): void {
  const next = kernel.engine(itemTable).nextExpiry(table.id);
  if (next !== undefined) scheduleExpiry(kernel, table, next);
}

export function cancelExpiry(kernel: Kernel, table: Table): void {
  kernel.engine(timers).get(table.id)?.cancel();
  kernel.engine(timers).delete(table.id);
}

/** When the attribute is chosen, or no longer: which items expire, and when. */
export function reindexExpiry(kernel: Kernel, table: Table): void {
  const items = kernel.engine(itemTable);
  items.clearExpiry(table.id);
  cancelExpiry(kernel, table);
  if (!table.timeToLive?.Enabled) return;
  for (const row of items.everything(table.id)) {
    const seconds = expirySeconds(table, unpack(kernel, table, row.cell));
    if (seconds !== undefined) items.setExpiry(table.id, row, seconds, undefined);
  }
  resumeExpiry(kernel, table);
}

async function expire(kernel: Kernel, given: Table): Promise<void> {
  kernel.engine(timers).delete(given.id);
  const table = tables(kernel, given).get(given.TableName);
  if (table?.id !== given.id || !table.timeToLive?.Enabled) return;
  const principal = servicePrincipal('dynamodb.amazonaws.com', table.account);
  try {
    await unlock(kernel.context({ principal, region: table.region }), table);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    scheduleExpiry(kernel, table, 0);
    return;
  }
  deleteExpired(kernel, table);
  resumeExpiry(kernel, table);
}

function deleteExpired(kernel: Kernel, table: Table): void {
  const items = kernel.engine(itemTable);
  const nowSeconds = Math.floor(kernel.clock.now() / 1000);
  let deleted = 0;
  for (const at of items.expired(table.id, nowSeconds, batch)) {
    const row = items.get(table.id, at);
    if (!row || nowSeconds - at.expiresSeconds > tooOldSeconds) {
      items.setExpiry(table.id, at, undefined, at.expiresSeconds);
      continue;
    }
    writeItem(kernel, table, { item: unpack(kernel, table, row.cell), size: row.size, row }, undefined, 'expiry');
    deleted += 1;
  }
  if (deleted === 0) return;
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
