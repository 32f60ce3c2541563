import type { Context } from '../../../kernel/service.ts';
import type { Table } from '../state.ts';

/** "Read and write operations": 4 KB a read unit (half when eventually consistent), 1 KB a write unit, transactions double. */
export function readUnits(
  bytes: number,
  options: { consistent?: boolean | undefined; transaction?: boolean } = {},
): number {
  const units = Math.max(1, Math.ceil(bytes / 4096));
  if (options.transaction) return units * 2;
  return options.consistent ? units : units / 2;
}

export function writeUnits(bytes: number, options: { transaction?: boolean } = {}): number {
  return Math.max(1, Math.ceil(bytes / 1024)) * (options.transaction ? 2 : 1);
}

/** Counts it as a metric, and says it where ReturnConsumedCapacity asks. */
export function consumed(
  ctx: Context,
  table: Table,
  units: { read?: number; write?: number },
  wanted: string | undefined,
): object {
  const about = {
    namespace: 'AWS/DynamoDB',
    dimensions: { TableName: table.TableName },
    unit: 'Count',
    timeMs: ctx.clock.now(),
    region: table.region,
    account: table.account,
  };
  if (units.read) ctx.events.emit('metric', { ...about, name: 'ConsumedReadCapacityUnits', value: units.read });
  if (units.write) ctx.events.emit('metric', { ...about, name: 'ConsumedWriteCapacityUnits', value: units.write });
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {};
  const CapacityUnits = (units.read ?? 0) + (units.write ?? 0);
  return {
    ConsumedCapacity: {
      TableName: table.TableName,
      CapacityUnits,
      ...(wanted === 'INDEXES' ? { Table: { CapacityUnits } } : {}),
    },
  };
}
