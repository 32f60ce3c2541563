import type { CallUsage, MeteredCall } from '../../kernel/usage.ts';

/** "Amazon DynamoDB pricing": each GetRecords call is a read request unit; Lambda's own, which are calls among services, are free. */
export function meterCall({ operation, input, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  if (operation !== 'GetRecords' || errorCode !== undefined || ctx.origin === 'internal') return [];
  const resource = String(input.ShardIterator ?? '').split('|')[0] ?? '';
  return [{ service: 'dynamodb', usageType: 'Streams-Requests', amount: 1, resource }];
}
