import type {
  AttributeValue,
  GetRecordsCommandInput,
  GetShardIteratorCommandInput,
} from '@aws-sdk/client-dynamodb-streams';
import type { Context } from '../../../kernel/service.ts';
import { type Images, openRecords, type RecordHead } from '../behaviour/sealed-records.ts';
import { expiredIterator, shardNotFound, trimmed, validation } from '../errors.ts';
import {
  formatSequence,
  lastSequence,
  oldestReadableMs,
  parseSequence,
  rowsAfter,
  type Stream,
  type StreamRow,
  streamAt,
} from '../state.ts';

/** "GetRecords": at most 1000 records or 1 MB; an iterator is good for 15 minutes. */
const mostRecords = 1000;
const mostBytes = 1024 * 1024;
const iteratorMs = 15 * 60_000;

/** Where a reader stands: behind a record, in one shard. */
interface Iterator {
  shard: string;
  after: number;
  issuedMs: number;
}

export function GetShardIterator(ctx: Context, input: GetShardIteratorCommandInput) {
  const stream = streamAt(ctx, ctx, input.StreamArn);
  if (input.ShardId !== stream.ShardId) throw shardNotFound(input.ShardId ?? '', stream.StreamArn);
  return {
    ShardIterator: encode(stream, {
      shard: stream.ShardId,
      after: startOf(ctx, stream, input),
      issuedMs: ctx.clock.now(),
    }),
  };
}

function startOf(
  ctx: Context,
  stream: Stream,
  { ShardIteratorType: type, SequenceNumber }: GetShardIteratorCommandInput,
): number {
  if (type === 'TRIM_HORIZON') return 0;
  if (type === 'LATEST') return lastSequence(ctx, stream);
  if (type !== 'AT_SEQUENCE_NUMBER' && type !== 'AFTER_SEQUENCE_NUMBER') {
    throw validation(
      `1 validation error detected: Value '${type}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]`,
    );
  }
  if (SequenceNumber === undefined) throw validation(`SequenceNumber must be specified for ShardIteratorType ${type}`);
  const seq = parseSequence(SequenceNumber);
  if (seq === undefined) throw validation(`Invalid SequenceNumber: ${SequenceNumber}`);
  const oldest = rowsAfter(ctx, stream, 0, 1)[0]?.seq;
  if (oldest !== undefined && seq < oldest && type === 'AT_SEQUENCE_NUMBER') throw trimmed();
  return type === 'AT_SEQUENCE_NUMBER' ? seq - 1 : seq;
}

export function GetRecords(ctx: Context, input: GetRecordsCommandInput) {
  const { arn, shard, after, issuedMs } = decode(input.ShardIterator ?? '');
  const stream = streamAt(ctx, ctx, arn);
  if (shard !== stream.ShardId) throw shardNotFound(shard, arn);
  const nowMs = ctx.clock.now();
  if (nowMs - issuedMs > iteratorMs) throw expiredIterator();
  const limit = input.Limit ?? mostRecords;
  if (limit < 1 || limit > mostRecords) {
    const bound = limit < 1 ? 'greater than or equal to 1' : `less than or equal to ${mostRecords}`;
    throw validation(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  const rows = withinPage(rowsAfter(ctx, stream, after, limit));
  const last = rows.at(-1)?.seq ?? after;
  const open = stream.disabledMs === undefined || last < lastReadable(ctx, stream);
  const next = open ? { NextShardIterator: encode(stream, { shard, after: last, issuedMs: nowMs }) } : {};
  const answer = (records: (RecordHead & Images)[]) => ({
    Records: rows.map((row, index) => describe(ctx, stream, row, records[index])),
    ...next,
  });
  const records = openRecords(ctx, rows);
  return records instanceof Promise ? records.then(answer) : answer(records);
}

function lastReadable(ctx: Context, stream: Stream): number {
  const row = ctx.store
    .prepare('SELECT max(seq) seq FROM dynamodb_stream_records WHERE streamArn = ? AND atMs >= ?')
    .get<{ seq: number | null }>(stream.StreamArn, oldestReadableMs(ctx));
  return row?.seq ?? 0;
}

function withinPage(rows: StreamRow[]): StreamRow[] {
  let bytes = 0;
  const over = rows.findIndex((row, index) => {
    bytes += row.record.length;
    return index > 0 && bytes > mostBytes;
  });
  return over < 0 ? rows : rows.slice(0, over);
}

function describe(ctx: Context, stream: Stream, row: StreamRow, record: (RecordHead & Images) | undefined) {
  if (!record) throw new Error('a stream record was lost while it was opened');
  const { eventID, eventName, userIdentity, Keys, NewImage, OldImage, SizeBytes } = record;
  return {
    eventID,
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: ctx.region,
    dynamodb: {
      // Whole seconds ("StreamRecord": rounded down).
      ApproximateCreationDateTime: new Date(Math.floor(row.atMs / 1000) * 1000),
      Keys: image(Keys),
      ...(NewImage ? { NewImage: image(NewImage) } : {}),
      ...(OldImage ? { OldImage: image(OldImage) } : {}),
      SequenceNumber: formatSequence(row.seq),
      SizeBytes,
      StreamViewType: stream.StreamViewType,
    },
    ...(userIdentity ? { userIdentity } : {}),
  };
}

/** Images are kept as JSON with bytes as base64. */
function image(text: string): Record<string, AttributeValue> {
  const item = JSON.parse(text) as Record<string, AttributeValue>;
  return text.includes('{"B":') || text.includes('{"BS":') ? revived(item) : item;
}

function revived(map: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, revive(value)]));
}

function revive(value: AttributeValue): AttributeValue {
  const bytes = (text: unknown): Buffer => Buffer.from(text as string, 'base64');
  if (value.B !== undefined) return { B: bytes(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(bytes) };
  if (value.M !== undefined) return { M: revived(value.M) };
  return value.L === undefined ? value : { L: value.L.map(revive) };
}

/** As on AWS the stream's ARN stands in front, which authorization reads. */
function encode(stream: Stream, iterator: Iterator): string {
  return `${stream.StreamArn}|1|${Buffer.from(JSON.stringify(iterator)).toString('base64')}`;
}

function decode(text: string): Iterator & { arn: string } {
  const [arn = '', , rest = ''] = text.split('|');
  try {
    const { shard, after, issuedMs } = JSON.parse(Buffer.from(rest, 'base64').toString('utf8')) as Iterator;
    if (typeof shard === 'string' && Number.isSafeInteger(after) && typeof issuedMs === 'number')
      return { arn, shard, after, issuedMs };
  } catch {
    // Falls through to the refusal: not an iterator of ours.
  }
  throw validation('Invalid ShardIterator');
}
