import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  KeysAndAttributes,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { Capacity, readUnits } from '../behaviour/capacity.ts';
import { collectionMetrics } from '../behaviour/item-collections.ts';
import { checkKey } from '../behaviour/keys.ts';
import { admit, isAdmitted } from '../behaviour/throughput.ts';
import { canonical, type Item } from '../behaviour/values.ts';
import { readItem } from '../behaviour/write-item.ts';
import { deleteWrite, performWrite, putWrite, type Write } from '../behaviour/writes.ts';
import { constraint, validation } from '../errors.ts';
import { checkMixture, projectionOf } from '../expressions/parameters.ts';
import type { DocumentPath } from '../expressions/paths.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { project } from '../expressions/projection.ts';
import { type Table, tableAt } from '../state.ts';

/** BatchGetItem: 100 items and 16 MB; BatchWriteItem: 25 requests ("Service, account, and table quotas"). */
const batchBytes = 16 * 1024 * 1024;
const mostKeys = 100;
const mostWrites = 25;

interface BatchRead {
  name: string;
  table: Table;
  request: KeysAndAttributes;
  keys: Item[];
  paths: DocumentPath[] | undefined;
}

export function BatchGetItem(ctx: Context, input: BatchGetItemCommandInput) {
  const reads = readsOf(ctx, input.RequestItems ?? {});
  refuseThrottled(ctx, reads, 'read');
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, KeysAndAttributes> = {};
  const ConsumedCapacity: object[] = [];
  let bytes = 0;
  for (const { name, table, request, keys, paths } of reads) {
    const capacity = new Capacity(table, 'read');
    const found: Item[] = [];
    let done = 0;
    for (const key of isAdmitted(ctx, table, 'read') ? keys : []) {
      const stored = readItem(ctx, table, key);
      if (bytes > 0 && bytes + (stored?.size ?? 0) > batchBytes) break;
      done += 1;
      bytes += stored?.size ?? 0;
      capacity.add(readUnits(stored?.size ?? 0, { consistent: request.ConsistentRead }));
      if (stored) found.push(paths ? project(stored.item, paths) : stored.item);
    }
    Responses[name] = found;
    if (done < keys.length) UnprocessedKeys[name] = { ...request, Keys: keys.slice(done) };
    const used = capacity.spend(ctx, input.ReturnConsumedCapacity);
    if (used) ConsumedCapacity.push(used);
  }
  return { Responses, UnprocessedKeys, ...(ConsumedCapacity.length > 0 ? { ConsumedCapacity } : {}) };
}

function readsOf(ctx: Context, requests: Record<string, KeysAndAttributes>): BatchRead[] {
  const entries = Object.entries(requests);
  if (entries.length === 0) throw tooFew(requests);
  const total = entries.reduce((sum, [, request]) => sum + (request.Keys?.length ?? 0), 0);
  for (const [name, { Keys = [] }] of entries) {
    if (Keys.length === 0) {
      throw constraint('[]', `requestItems.${name}.member.keys`, 'Member must have length greater than or equal to 1');
    }
  }
  if (total > mostKeys) throw validation('Too many items requested for the BatchGetItem call');
  return entries.map(([name, request]) => {
    checkMixture(request, { expressions: ['ProjectionExpression'], legacy: ['AttributesToGet'] });
    const placeholders = new Placeholders(request.ExpressionAttributeNames);
    const paths = projectionOf(request, placeholders);
    placeholders.checkUsed();
    const table = tableAt(ctx, name);
    const keys = (request.Keys ?? []).map((key) => checkKey(table, key));
    if (new Set(keys.map((key) => canonical({ M: key }))).size !== keys.length)
      throw validation('Provided list of item keys contains duplicates');
    return { name, table, request, keys, paths };
  });
}

/** A batch is refused as a whole only when nothing of it can be done. */
function refuseThrottled(ctx: Context, parts: { table: Table }[], direction: 'read' | 'write'): void {
  const [first] = parts;
  if (first && parts.every(({ table }) => !isAdmitted(ctx, table, direction))) admit(ctx, first.table, direction);
}

function tooFew(requests: object): Error {
  return constraint(JSON.stringify(requests), 'requestItems', 'Member must have length greater than or equal to 1');
}

interface BatchWrite {
  name: string;
  request: WriteRequest;
  write: Write;
  table: Table;
}

export function BatchWriteItem(ctx: Context, input: BatchWriteItemCommandInput) {
  const writes = writesOf(ctx, input.RequestItems ?? {});
  refuseThrottled(ctx, writes, 'write');
  const UnprocessedItems: Record<string, WriteRequest[]> = {};
  const ItemCollectionMetrics: Record<string, object[]> = {};
  const capacities = new Map<Table, Capacity>();
  for (const { name, request, write, table } of writes) {
    if (!isAdmitted(ctx, table, 'write')) {
      UnprocessedItems[name] = [...(UnprocessedItems[name] ?? []), request];
      continue;
    }
    const capacity = capacities.get(table) ?? new Capacity(table, 'write');
    capacities.set(table, capacity);
    capacity.addWrite(performWrite(ctx, write).written);
    const collection = collectionMetrics(ctx, table, write.key, input.ReturnItemCollectionMetrics);
    if (collection) ItemCollectionMetrics[name] = [...(ItemCollectionMetrics[name] ?? []), collection];
  }
  const ConsumedCapacity = [...capacities.values()].flatMap(
    (capacity) => capacity.spend(ctx, input.ReturnConsumedCapacity) ?? [],
  );
  return {
    UnprocessedItems,
    ...(Object.keys(ItemCollectionMetrics).length > 0 ? { ItemCollectionMetrics } : {}),
    ...(ConsumedCapacity.length > 0 ? { ConsumedCapacity } : {}),
  };
}

function writesOf(ctx: Context, requests: Record<string, WriteRequest[]>): BatchWrite[] {
  const entries = Object.entries(requests);
  if (entries.length === 0) throw tooFew(requests);
  for (const [name, list] of entries) {
    if (list.length >= 1 && list.length <= mostWrites) continue;
    throw constraint(
      `{${name}=[${list.length} write requests]}`,
      'requestItems',
      'Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]',
    );
  }
  const all = entries.flatMap(([name, list]) => list.map((request) => ({ name, request })));
  if (all.length > mostWrites) throw validation('Too many items requested for the BatchWriteItem call');
  const writes = all.map(({ name, request }) => {
    const write = writeOf(ctx, name, request);
    return { name, request, write, table: write.table };
  });
  const keys = writes.map(({ write }) => `${write.table.id}|${canonical({ M: write.key })}`);
  if (new Set(keys).size !== keys.length) throw validation('Provided list of item keys contains duplicates');
  return writes;
}

function writeOf(ctx: Context, TableName: string, { PutRequest, DeleteRequest }: WriteRequest): Write {
  if (PutRequest && DeleteRequest) {
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (PutRequest) return putWrite(ctx, { TableName, Item: PutRequest.Item });
  if (DeleteRequest) return deleteWrite(ctx, { TableName, Key: DeleteRequest.Key });
  throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}
