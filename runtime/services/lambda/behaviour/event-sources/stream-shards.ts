import type { DescribeStreamOutput, Shard } from '@aws-sdk/client-dynamodb-streams';
import type { Source } from './source.ts';

/** All shards of a stream, each after its parent, so that changes of an item are read in their order. */
export async function shardsOf(source: Source): Promise<string[]> {
  const shards: Shard[] = [];
  let from: string | undefined;
  do {
    const { StreamDescription }: DescribeStreamOutput = await source.call('dynamodbstreams', 'DescribeStream', {
      StreamArn: source.mapping.EventSourceArn,
      ...(from ? { ExclusiveStartShardId: from } : {}),
    });
    shards.push(...(StreamDescription?.Shards ?? []));
    from = StreamDescription?.LastEvaluatedShardId;
  } while (from);
  const ordered: string[] = [];
  const visit = ({ ShardId = '', ParentShardId }: Shard): void => {
    const parent = shards.find((shard) => shard.ShardId === ParentShardId);
    if (parent && !ordered.includes(parent.ShardId ?? '')) visit(parent);
    if (!ordered.includes(ShardId)) ordered.push(ShardId);
  };
  for (const shard of shards) visit(shard);
  return ordered;
}
