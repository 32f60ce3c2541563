import type { StreamViewType } from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { schemaOf, type Table } from '../state.ts';
import { sealText } from './encryption.ts';
import { stringifyItem } from './item-json.ts';
import { sizeOfItem } from './item-sizes.ts';
import { keyAttributesOf } from './keys.ts';
import { equalValues, type Item } from './values.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** Records have been added to a table's stream. */
    'dynamodb.streamRecords': { streamArn: string };
  }
}

/**
 * A table's stream as both services see it: this one writes the collection `dynamodb.streams` and the rows of
 * dynamodb_stream_records, services/dynamodbstreams reads them.
 */
export interface Stream {
  StreamArn: string;
  StreamLabel: string;
  StreamViewType: StreamViewType;
  TableName: string;
  KeySchema: Table['KeySchema'];
  ShardId: string;
  createdMs: number;
  /** When it was switched off; it can be read for a day more. */
  disabledMs?: number | undefined;
}

/** "Change data capture for DynamoDB Streams": records are kept for 24 hours. */
export const keptMs = 24 * 60 * 60_000;

export function streams(kernel: Pick<Kernel, 'store'>, scope: Scope): Collection<Stream> {
  return kernel.store.collection<Stream>('dynamodb.streams', { account: scope.account, region: scope.region });
}

/** The label is the moment the stream was enabled, which makes its ARN unique. */
export function newStream(kernel: Kernel, table: Table, StreamViewType: StreamViewType): NonNullable<Table['stream']> {
  const known = streams(kernel, table);
  let labelMs = Math.floor(kernel.clock.now());
  const arnAt = (ms: number): string => `${table.TableArn}/stream/${labelOf(ms)}`;
  while (known.has(arnAt(labelMs))) labelMs += 1;
  const [StreamArn, StreamLabel] = [arnAt(labelMs), labelOf(labelMs)];
  const ShardId = `shardId-${String(labelMs).padStart(20, '0')}-${kernel.ids.hex(8)}`;
  const { TableName, KeySchema } = table;
  known.put(StreamArn, {
    StreamArn,
    StreamLabel,
    StreamViewType,
    TableName,
    KeySchema,
    ShardId,
    createdMs: kernel.clock.now(),
  });
  return { StreamArn, StreamLabel, StreamViewType, enabled: true };
}

function labelOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}

export function disableStream(kernel: Kernel, table: Table): void {
  const known = streams(kernel, table);
  const stream = table.stream && known.get(table.stream.StreamArn);
  if (!stream || stream.disabledMs !== undefined) return;
  known.put(stream.StreamArn, { ...stream, disabledMs: kernel.clock.now() });
  kernel.events.emit('dynamodb.streamRecords', { streamArn: stream.StreamArn });
}

/** A write that changes nothing makes no record. */
export function emitStreamRecord(
  kernel: Kernel,
  table: Table,
  { before, after, by }: { before: Item | undefined; after: Item | undefined; by: 'expiry' | undefined },
): void {
  const { stream } = table;
  const present = after ?? before;
  if (!stream || !present || (before && after && equalValues({ M: before }, { M: after }))) return;
  const Keys = keyAttributesOf(schemaOf(table), present);
  const view = stream.StreamViewType;
  const NewImage = after && (view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES') ? after : undefined;
  const OldImage = before && (view === 'OLD_IMAGE' || view === 'NEW_AND_OLD_IMAGES') ? before : undefined;
  const SizeBytes = [Keys, NewImage, OldImage].reduce((sum, item) => sum + (item ? sizeOfItem(item) : 0), 0);
  const record = {
    eventID: kernel.ids.hex(32),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    ...(by ? { userIdentity: { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' } } : {}),
    ...imagesOf(kernel, table, {
      Keys: stringifyItem(Keys),
      ...(NewImage ? { NewImage: stringifyItem(NewImage) } : {}),
      ...(OldImage ? { OldImage: stringifyItem(OldImage) } : {}),
    }),
    SizeBytes,
  };
  kernel.store
    .prepare('INSERT INTO dynamodb_stream_records (streamArn, atMs, record) VALUES (?,?,?)')
    .run(stream.StreamArn, Math.floor(kernel.clock.now()), JSON.stringify(record));
  kernel.events.emit('dynamodb.streamRecords', { streamArn: stream.StreamArn });
}

/** Of a table under a key of KMS the stream is sealed as the table is, and names the data key for its readers. */
function imagesOf(kernel: Kernel, { sse }: Table, images: Record<string, string>): object {
  if (!sse) return images;
  const { CiphertextBlob, context } = sse;
  const sealed = sealText(kernel, sse, JSON.stringify(images)).toString('base64');
  return { sealed, dataKey: { CiphertextBlob, context } };
}

/** Deletes what is too old to be read, and streams that were switched off a day ago. */
export function trimStreams(kernel: Kernel): void {
  const beforeMs = kernel.clock.now() - keptMs;
  kernel.store.prepare('DELETE FROM dynamodb_stream_records WHERE atMs < ?').run(Math.floor(beforeMs));
  for (const scope of kernel.store.scopes('dynamodb.streams')) {
    const known = streams(kernel, scope);
    for (const [arn, { disabledMs = Infinity }] of known.entries()) if (disabledMs < beforeMs) known.delete(arn);
  }
}
