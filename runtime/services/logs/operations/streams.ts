import type {
  CreateLogStreamCommandInput,
  DeleteLogStreamCommandInput,
  DescribeLogStreamsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../../kernel/service.ts';
import { eventTable, type StreamRow } from '../behaviour/event-table.ts';
import { alreadyExists, invalidParameter, streamNotFound } from '../errors.ts';
import { checkLimit, checkStreamName, groupArn, groupAt } from '../state.ts';

export function CreateLogStream(ctx: Context, input: CreateLogStreamCommandInput) {
  const name = input.logStreamName ?? '';
  checkStreamName(name);
  const group = groupAt(ctx, input);
  const table = ctx.engine(eventTable);
  if (table.stream(group.id, name)) throw alreadyExists('log stream');
  table.addStream(group.id, name, ctx.clock.now());
  return {};
}

export function DeleteLogStream(ctx: Context, input: DeleteLogStreamCommandInput) {
  const table = ctx.engine(eventTable);
  const stream = table.stream(groupAt(ctx, input).id, input.logStreamName ?? '');
  if (!stream) throw streamNotFound();
  table.deleteStream(stream);
  return {};
}

export function DescribeLogStreams(ctx: Context, input: DescribeLogStreamsCommandInput) {
  const group = groupAt(ctx, input);
  const limit = checkLimit(input.limit, 50);
  const byTime = input.orderBy === 'LastEventTime';
  if (byTime && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const descending = input.descending ?? false;
  const token = input.nextToken === undefined ? undefined : Buffer.from(input.nextToken, 'base64url').toString('utf8');
  const table = ctx.engine(eventTable);
  const offset = byTime ? Number(token ?? 0) : 0;
  if (!Number.isInteger(offset)) throw invalidParameter('The specified nextToken is invalid.');
  const found = byTime
    ? table.streamsByTime(group.id, { offset, descending, limit: limit + 1 })
    : table.streamsByName(group.id, {
        prefix: input.logStreamNamePrefix ?? '',
        after: token,
        descending,
        limit: limit + 1,
      });
  const page = found.slice(0, limit);
  const next = byTime ? String(offset + limit) : (page.at(-1)?.logStreamName ?? '');
  return {
    logStreams: page.map((stream) => describe(stream, groupArn(group))),
    nextToken: found.length > limit ? Buffer.from(next).toString('base64url') : undefined,
  };
}

/** storedBytes of a stream is always 0 since June 2019 ("LogStream", API Reference). */
function describe(stream: StreamRow, arn: string) {
  return {
    logStreamName: stream.logStreamName,
    creationTime: stream.creationTime,
    firstEventTimestamp: stream.firstEventTimestamp ?? undefined,
    lastEventTimestamp: stream.lastEventTimestamp ?? undefined,
    lastIngestionTime: stream.lastIngestionTime ?? undefined,
    uploadSequenceToken: sequenceToken(stream),
    arn: `${arn}:log-stream:${stream.logStreamName}`,
    storedBytes: 0,
  };
}

/** Still given out, and ignored when it comes back ("PutLogEvents", API Reference). */
export function sequenceToken(stream: StreamRow): string {
  return String(stream.id).padStart(56, '49');
}
