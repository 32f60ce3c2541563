import type { Context } from '../../../kernel/service.ts';
import type { Condition } from '../expressions/condition.ts';
import { holds } from '../expressions/evaluate.ts';
import { project } from '../expressions/projection.ts';
import { schemaOf } from '../state.ts';
import { Capacity, readUnits } from './capacity.ts';
import { unpack } from './encryption.ts';
import { itemTable, type Position, type Row } from './item-table.ts';
import { keyAttributesOf } from './keys.ts';
import { emitCount } from './metrics.ts';
import { keyOf, type Selection, type Source } from './read-source.ts';
import { admit } from './throughput.ts';
import type { Item } from './values.ts';
import { readItem } from './write-item.ts';

/** A page holds at most 1 MB before filtering ("Paginating table query results"). */
const pageBytes = 1024 * 1024;
/** Rows read from the store at once when there is no Limit; more of them once it is clear that many are wanted. */
const firstRows = 100;
const moreRows = 1000;

export interface PageRequest extends Selection {
  operation: 'Query' | 'Scan';
  filter: Condition | undefined;
  limit: number | undefined;
  consistent: boolean | undefined;
  returnCapacity: string | undefined;
  start: Position | undefined;
  /** Rows behind a position, in order. */
  rows(after: Position | undefined, limit: number): Row[];
}

interface Page {
  items: Item[];
  count: number;
  scanned: number;
  bytes: number;
  fetchedUnits: number;
  last: Item | undefined;
  full: boolean;
}

/** One page of a Query or Scan, as its output. */
export function readPage(ctx: Context, source: Source, request: PageRequest) {
  admit(ctx, source.table, 'read', source.index?.name);
  const page = gather(ctx, source, request);
  const capacity = new Capacity(source.table, 'read');
  capacity.add(readUnits(page.bytes, { consistent: request.consistent }), source.index);
  if (page.fetchedUnits > 0) capacity.add(page.fetchedUnits);
  const ConsumedCapacity = capacity.spend(ctx, request.returnCapacity);
  emitCount(ctx, source.table, {
    name: 'ReturnedItemCount',
    value: page.count,
    dimensions: { Operation: request.operation },
  });
  return {
    ...(request.countOnly ? {} : { Items: page.items }),
    Count: page.count,
    ScannedCount: page.scanned,
    ...(page.full && page.last ? { LastEvaluatedKey: keyOf(source, page.last) } : {}),
    ...(ConsumedCapacity ? { ConsumedCapacity } : {}),
  };
}

/** A page that is full by Limit says where to go on even when nothing follows, as DynamoDB does. */
function gather(ctx: Context, source: Source, request: PageRequest): Page {
  const page: Page = { items: [], count: 0, scanned: 0, bytes: 0, fetchedUnits: 0, last: undefined, full: false };
  let after = request.start;
  let chunk = Math.min(request.limit ?? firstRows, moreRows);
  for (;;) {
    const rows = request.rows(after, chunk);
    for (const row of rows) {
      take(ctx, source, request, { page, row });
      if (page.scanned === request.limit || page.bytes >= pageBytes) page.full = true;
      if (page.full) return page;
    }
    if (rows.length < chunk) return page;
    after = rows.at(-1);
    chunk = Math.min(request.limit === undefined ? moreRows : request.limit - page.scanned, moreRows);
  }
}

function take(ctx: Context, source: Source, request: PageRequest, { page, row }: { page: Page; row: Row }): void {
  let item = unpack(ctx, source.table, row.cell);
  page.scanned += 1;
  page.bytes += row.size;
  page.last = item;
  if (request.fetch) {
    const whole = readItem(ctx, source.table, keyAttributesOf(schemaOf(source.table), item));
    page.fetchedUnits += readUnits(whole?.size ?? 0, { consistent: request.consistent });
    item = whole?.item ?? item;
  }
  if (request.filter && !holds(request.filter, item)) return;
  page.count += 1;
  if (!request.countOnly) page.items.push(request.paths ? project(item, request.paths) : item);
}

/** Rows of one partition. */
export function queryRows(
  ctx: Context,
  source: Source,
  range: Omit<Parameters<ReturnType<typeof tableOf>['query']>[1], 'after' | 'limit'>,
): PageRequest['rows'] {
  return (after, limit) => tableOf(ctx).query(source.id, { ...range, after, limit });
}

/** Rows of the whole source, or of one segment's range of hashes. */
export function scanRows(
  ctx: Context,
  source: Source,
  segment: { number: number; total: number } | undefined,
): PageRequest['rows'] {
  const from = segment && boundary(segment.number, segment.total);
  const before =
    segment && segment.number + 1 < segment.total ? boundary(segment.number + 1, segment.total) : undefined;
  return (after, limit) => tableOf(ctx).scan(source.id, { after, from, before, limit });
}

function boundary(segment: number, total: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number((BigInt(segment) << 32n) / BigInt(total)), 0);
  return bytes;
}

function tableOf(ctx: Context) {
  return ctx.engine(itemTable);
}
