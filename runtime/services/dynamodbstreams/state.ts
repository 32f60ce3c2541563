import type { KeySchemaElement, StreamViewType } from '@aws-sdk/client-dynamodb-streams';
import { parseArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { streamNotFound } from './errors.ts';

/**
 * A table's stream. services/dynamodb writes the collection `dynamodb.streams` and the rows of dynamodb_stream_records
 * (its behaviour/stream-records.ts); the store is what the two services share, and this one only reads.
 */
export interface Stream {
  StreamArn: string;
  StreamLabel: string;
  StreamViewType: StreamViewType;
  TableName: string;
  KeySchema: KeySchemaElement[];
  /** Each stream has one shard, open for as long as the stream is. */
  ShardId: string;
  createdMs: number;
  disabledMs?: number;
}

export interface StreamRow {
  seq: number;
  atMs: number;
  record: string;
}

/** "Change data capture for DynamoDB Streams": records can be read for 24 hours. */
const keptMs = 24 * 60 * 60_000;

export function streams(kernel: Pick<Kernel, 'store'>, scope: Scope): Collection<Stream> {
  return kernel.store.collection<Stream>('dynamodb.streams', { account: scope.account, region: scope.region });
}

export function streamAt(kernel: Pick<Kernel, 'store' | 'clock'>, scope: Scope, arn = ''): Stream {
  const owner = parseArn(arn);
  const stream = owner && streams(kernel, { account: owner.account, region: owner.region || scope.region }).get(arn);
  if (!stream || (stream.disabledMs ?? Infinity) < kernel.clock.now() - keptMs) throw streamNotFound(arn);
  return stream;
}

export function oldestReadableMs(kernel: Pick<Kernel, 'clock'>): number {
  return Math.floor(kernel.clock.now() - keptMs);
}

/** Rows behind a sequence number, oldest first, that are not too old to be read. */
export function rowsAfter(
  kernel: Pick<Kernel, 'store' | 'clock'>,
  stream: Stream,
  seq: number,
  limit: number,
): StreamRow[] {
  return kernel.store
    .prepare(
      'SELECT seq, atMs, record FROM dynamodb_stream_records WHERE streamArn = ? AND seq > ? AND atMs >= ? ORDER BY seq LIMIT ?',
    )
    .all<StreamRow>(stream.StreamArn, seq, oldestReadableMs(kernel), limit);
}

export function lastSequence(kernel: Pick<Kernel, 'store'>, stream: Stream): number {
  const row = kernel.store
    .prepare('SELECT max(seq) seq FROM dynamodb_stream_records WHERE streamArn = ?')
    .get<{ seq: number | null }>(stream.StreamArn);
  return row?.seq ?? 0;
}

/** 21 digits, so that sequence numbers sort as texts too. */
export function formatSequence(seq: number): string {
  return `1${String(seq).padStart(20, '0')}`;
}

export function parseSequence(text: string): number | undefined {
  return /^1\d{20}$/.test(text) ? Number(text.slice(1)) : undefined;
}
