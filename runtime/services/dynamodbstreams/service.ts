import { formatArn } from '../../kernel/arn.ts';
import { type Access, type Context, defineService } from '../../kernel/service.ts';
import { GetRecords, GetShardIterator } from './operations/records.ts';
import { DescribeStream, ListStreams } from './operations/streams.ts';
import { meterCall } from './usage.ts';

/** DynamoDB Streams: what readers see of the changes that services/dynamodb writes down. */
export default defineService({
  name: 'dynamodbstreams',
  actionPrefix: 'dynamodb',
  operations: { ListStreams, DescribeStream, GetShardIterator, GetRecords },
  authorization: authorize,
  usage: { calls: meterCall },
  accessDenied: { code: 'AccessDeniedException', status: 400 },
  // The rows it reads are in a table that services/dynamodb makes.
  dependencies: ['dynamodb'],
});

/** "Actions, resources, and condition keys for Amazon DynamoDB": streams are a resource of their own, below their table. */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `dynamodb:${operation}`;
  if (operation === 'ListStreams')
    return { action, resource: formatArn('dynamodb', ctx.region, ctx.account, 'table/*/stream/*') };
  const resource =
    operation === 'GetRecords' ? String(input.ShardIterator ?? '').split('|')[0] : String(input.StreamArn ?? '');
  return { action, resource: resource || '*' };
}
