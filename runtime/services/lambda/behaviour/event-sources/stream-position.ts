import type { GetRecordsOutput, GetShardIteratorOutput } from '@aws-sdk/client-dynamodb-streams';
import type { Source } from './source.ts';
import { sequenceOf } from './stream-records.ts';
import { shardsOf } from './stream-shards.ts';

/** Where reading of a shard has come to; key: the mapping's UUID and the shard. Kept, so that a restart goes on there. */
interface Checkpoint {
  /** The last record that is done with. */
  sequenceNumber: string;
}

/** An iterator behind what is done; at the beginning of a shard of which nothing is. */
export async function iteratorOf(source: Source, shard: string): Promise<string | undefined> {
  const done = checkpoints(source).get(keyOf(source, shard));
  const position = done
    ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: done.sequenceNumber }
    : { ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator }: GetShardIteratorOutput = await source.call('dynamodbstreams', 'GetShardIterator', {
    StreamArn: source.mapping.EventSourceArn,
    ShardId: shard,
    ...position,
  });
  return ShardIterator;
}

export function noteDone(source: Source, shard: string, sequenceNumber: string): void {
  checkpoints(source).put(keyOf(source, shard), { sequenceNumber });
}

/**
 * StartingPosition LATEST: what is in the stream now counts as done. Found out once, before the mapping is answered, so
 * that no record that comes after the answer is missed.
 */
export async function skipToLatest(source: Source): Promise<void> {
  for (const shard of await shardsOf(source)) {
    let ShardIterator = await iteratorOf(source, shard);
    while (ShardIterator) {
      const page: GetRecordsOutput = await source.call('dynamodbstreams', 'GetRecords', { ShardIterator, Limit: 1000 });
      const last = page.Records?.at(-1);
      if (!last) break;
      noteDone(source, shard, sequenceOf(last));
      ShardIterator = page.NextShardIterator;
    }
  }
}

/** With its mapping, what it knew of its place goes. */
export function forgetPosition(source: Pick<Source, 'kernel' | 'account' | 'region'>, uuid: string): void {
  const collection = checkpoints(source);
  for (const [key] of collection.entries()) if (key.startsWith(`${uuid}:`)) collection.delete(key);
}

function checkpoints({ kernel, account, region }: Pick<Source, 'kernel' | 'account' | 'region'>) {
  return kernel.store.collection<Checkpoint>('lambda.streamCheckpoints', { account, region });
}

function keyOf(source: Source, shard: string): string {
  return `${source.mapping.UUID}:${shard}`;
}
