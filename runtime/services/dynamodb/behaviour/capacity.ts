import type { Context } from '../../../kernel/service.ts';
import { type Table, tableArn } from '../state.ts';
import { emitCount } from './metrics.ts';
import { use } from './throughput.ts';
import type { Written } from './write-item.ts';

/** "Read and write operations": 4 KB a read unit (half when eventually consistent), 1 KB a write unit, transactions double. */
export function readUnits(
  bytes: number,
  options: { consistent?: boolean | undefined; transaction?: boolean } = {},
): number {
  const units = Math.max(1, Math.ceil(bytes / 4096));
  if (options.transaction) return units * 2;
  return options.consistent ? units : units / 2;
}

function writeUnits(bytes: number, options: { transaction?: boolean | undefined } = {}): number {
  return Math.max(1, Math.ceil(bytes / 1024)) * (options.transaction ? 2 : 1);
}

interface IndexUnits {
  name: string;
  global: boolean;
  units: number;
}

/** What one request used of one table. */
export class Capacity {
  readonly #table: Table;
  readonly #direction: 'read' | 'write';
  readonly #transaction: boolean;
  readonly #indexes = new Map<string, IndexUnits>();
  #tableUnits = 0;

  constructor(table: Table, direction: 'read' | 'write', options: { transaction?: boolean } = {}) {
    this.#table = table;
    this.#direction = direction;
    this.#transaction = options.transaction ?? false;
  }

  add(units: number, index?: { name: string; global: boolean } | undefined): void {
    if (!index) {
      this.#tableUnits += units;
      return;
    }
    const known = this.#indexes.get(index.name);
    if (known) known.units += units;
    else this.#indexes.set(index.name, { name: index.name, global: index.global, units });
  }

  addWrite(written: Written): void {
    const options = { transaction: this.#transaction };
    this.add(writeUnits(written.bytes, options));
    for (const { index, writes } of written.indexes)
      for (const bytes of writes) this.add(writeUnits(bytes, options), index);
  }

  /** Takes it from the throughput, counts it as a metric, and says it where ReturnConsumedCapacity asks. */
  spend(ctx: Context, wanted: string | undefined): object | undefined {
    const table = this.#table;
    const name = this.#direction === 'read' ? 'ConsumedReadCapacityUnits' : 'ConsumedWriteCapacityUnits';
    let local = 0;
    for (const { name: index, global, units } of this.#indexes.values()) {
      if (!global) local += units;
      else {
        use(ctx, table, this.#direction, units, index);
        emitCount(ctx, table, { name, value: units, dimensions: { GlobalSecondaryIndexName: index } });
      }
    }
    const own = this.#tableUnits + local;
    use(ctx, table, this.#direction, own);
    if (own > 0) emitCount(ctx, table, { name, value: own });
    this.#meter(ctx);
    return wanted === 'TOTAL' || wanted === 'INDEXES' ? this.#describe(wanted) : undefined;
  }

  /** On demand, each unit is paid for; provisioned, what stands is ("Amazon DynamoDB pricing"). */
  #meter(ctx: Context): void {
    const { BillingMode, TableClass, TableName, account, region } = this.#table;
    if (BillingMode !== 'PAY_PER_REQUEST') return;
    const units = this.#direction === 'read' ? 'ReadRequestUnits' : 'WriteRequestUnits';
    ctx.events.emit('usage', {
      service: 'dynamodb',
      usageType: TableClass === 'STANDARD_INFREQUENT_ACCESS' ? `IA-${units}` : units,
      amount: [...this.#indexes.values()].reduce((sum, index) => sum + index.units, this.#tableUnits),
      resource: tableArn(region, account, TableName),
      region,
      account,
      traces: [ctx.trace.traceId],
    });
  }

  #describe(wanted: 'TOTAL' | 'INDEXES'): object {
    const all = [...this.#indexes.values()];
    const total = all.reduce((sum, { units }) => sum + units, this.#tableUnits);
    const split = (units: number): object => ({
      CapacityUnits: units,
      ...(this.#transaction
        ? { [this.#direction === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits']: units }
        : {}),
    });
    const about = { TableName: this.#table.TableName, ...split(total) };
    if (wanted === 'TOTAL') return about;
    const group = (global: boolean): object | undefined => {
      const members = all.filter((index) => index.global === global);
      return members.length === 0
        ? undefined
        : Object.fromEntries(members.map(({ name, units }) => [name, split(units)]));
    };
    return {
      ...about,
      Table: split(this.#tableUnits),
      GlobalSecondaryIndexes: group(true),
      LocalSecondaryIndexes: group(false),
    };
  }
}
