import type { DescribeStreamCommandInput, ListStreamsCommandInput } from '@aws-sdk/client-dynamodb-streams';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';
import { formatSequence, lastSequence, rowsAfter, type Stream, streamAt, streams } from '../state.ts';

const mostShown = 100;

export function ListStreams(ctx: Context, input: ListStreamsCommandInput) {
  const limit = limitOf(input.Limit);
  const table = input.TableName?.startsWith('arn:')
    ? parseArn(input.TableName)?.resource.split('/')[1]
    : input.TableName;
  const all = streams(ctx, ctx)
    .values()
    .filter((stream) => table === undefined || stream.TableName === table)
    .filter((stream) => stream.StreamArn > (input.ExclusiveStartStreamArn ?? ''));
  const page = all.slice(0, limit);
  return {
    Streams: page.map(({ StreamArn, TableName, StreamLabel }) => ({ StreamArn, TableName, StreamLabel })),
    ...(all.length > limit ? { LastEvaluatedStreamArn: page.at(-1)?.StreamArn } : {}),
  };
}

function limitOf(limit = mostShown): number {
  if (limit < 1)
    throw validation(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  return Math.min(limit, mostShown);
}

export function DescribeStream(ctx: Context, input: DescribeStreamCommandInput) {
  limitOf(input.Limit);
  const stream = streamAt(ctx, ctx, input.StreamArn);
  const { StreamArn, StreamLabel, StreamViewType, TableName, KeySchema, createdMs, disabledMs } = stream;
  const shown = input.ExclusiveStartShardId === undefined || input.ExclusiveStartShardId < stream.ShardId;
  return {
    StreamDescription: {
      StreamArn,
      StreamLabel,
      StreamStatus: disabledMs === undefined ? 'ENABLED' : 'DISABLED',
      StreamViewType,
      CreationRequestDateTime: new Date(createdMs),
      TableName,
      KeySchema,
      Shards:
        shown && wanted(stream, input) ? [{ ShardId: stream.ShardId, SequenceNumberRange: rangeOf(ctx, stream) }] : [],
    },
  };
}

/** ShardFilter asks for the children of a shard: there are none. */
function wanted(stream: Stream, { ShardFilter }: DescribeStreamCommandInput): boolean {
  return ShardFilter?.Type !== 'CHILD_SHARDS' || ShardFilter.ShardId !== stream.ShardId;
}

/** A stream that is switched off has its shard closed: readers then know when they have read it all. */
function rangeOf(ctx: Context, stream: Stream): object {
  const first = rowsAfter(ctx, stream, 0, 1)[0]?.seq ?? lastSequence(ctx, stream);
  const StartingSequenceNumber = formatSequence(first);
  if (stream.disabledMs === undefined) return { StartingSequenceNumber };
  return { StartingSequenceNumber, EndingSequenceNumber: formatSequence(lastSequence(ctx, stream)) };
}
