import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { onDemandExceeded, throughputExceeded } from '../errors.ts';
import type { Table } from '../state.ts';

/** "Burst capacity": up to five minutes of unused throughput are kept for later. */
const burstSeconds = 300;

interface Bucket {
  rate: number;
  units: number;
  atMs: number;
}

type Direction = 'read' | 'write';

/** What is left to use, by table or index and direction; full again after a restart. */
const buckets = defineEngine('dynamodb.throughput', () => new Map<string, Bucket>());

/** Refuses when the table, or the index that is read, has nothing left; a request that is let in may use more than there is. */
export function admit(kernel: Kernel, table: Table, direction: Direction, index?: string): void {
  if (unlimited(table)) return;
  check(kernel, table, direction, direction === 'read' ? index : undefined);
  if (direction === 'read') return;
  for (const { IndexName } of table.GlobalSecondaryIndexes) check(kernel, table, direction, IndexName);
}

export function isAdmitted(kernel: Kernel, table: Table, direction: Direction): boolean {
  if (unlimited(table)) return true;
  const names =
    direction === 'read' ? [undefined] : [undefined, ...table.GlobalSecondaryIndexes.map((index) => index.IndexName)];
  return names.every((name) => (bucketOf(kernel, table, direction, name)?.units ?? 1) > 0);
}

export function use(kernel: Kernel, table: Table, direction: Direction, units: number, index?: string): void {
  if (unlimited(table) || units === 0) return;
  const bucket = bucketOf(kernel, table, direction, index);
  if (bucket) bucket.units -= units;
}

function check(kernel: Kernel, table: Table, direction: Direction, index: string | undefined): void {
  const bucket = bucketOf(kernel, table, direction, index);
  if (!bucket || bucket.units > 0) return;
  throw table.BillingMode === 'PROVISIONED' ? throughputExceeded(index !== undefined) : onDemandExceeded();
}

function unlimited(table: Table): boolean {
  return (
    table.BillingMode === 'PAY_PER_REQUEST' &&
    !table.OnDemandThroughput &&
    !table.GlobalSecondaryIndexes.some((index) => index.OnDemandThroughput)
  );
}

function bucketOf(kernel: Kernel, table: Table, direction: Direction, index: string | undefined): Bucket | undefined {
  const rate = rateOf(table, direction, index);
  if (rate === undefined) return undefined;
  const id = `${table.id}/${index ?? ''}/${direction}`;
  const nowMs = kernel.clock.now();
  const known = kernel.engine(buckets).get(id);
  const bucket = known ?? { rate, units: rate * burstSeconds, atMs: nowMs };
  bucket.units = Math.min(rate * burstSeconds, bucket.units + ((nowMs - bucket.atMs) / 1000) * rate);
  bucket.atMs = nowMs;
  bucket.rate = rate;
  if (!known) kernel.engine(buckets).set(id, bucket);
  return bucket;
}

/** Units a second. A local index uses its table's; an on-demand maximum of -1 is none. */
function rateOf(table: Table, direction: Direction, indexName: string | undefined): number | undefined {
  const owner =
    indexName === undefined ? table : table.GlobalSecondaryIndexes.find((index) => index.IndexName === indexName);
  if (!owner) return rateOf(table, direction, undefined);
  if (table.BillingMode === 'PROVISIONED') {
    const { ProvisionedThroughput: given } = owner;
    return direction === 'read' ? given?.ReadCapacityUnits : given?.WriteCapacityUnits;
  }
  const { OnDemandThroughput: given } = owner;
  const most = direction === 'read' ? given?.MaxReadRequestUnits : given?.MaxWriteRequestUnits;
  return most === undefined || most < 0 ? undefined : most;
}
