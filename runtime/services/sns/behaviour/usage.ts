import type { PublishBatchRequestEntry } from '@aws-sdk/client-sns';
import type { Context } from '../../../kernel/service.ts';
import type { CallUsage, MeteredCall } from '../../../kernel/usage.ts';
import type { Topic } from '../state.ts';
import { sizeOf } from './message-rules.ts';

/** "Amazon SNS pricing": each 64 KB chunk of published data is a request. */
const chunkBytes = 64 * 1024;

export function meterCall({ operation, input, errorCode }: MeteredCall): readonly CallUsage[] {
  if (errorCode !== undefined) return [];
  const resource = input.TopicArn ?? input.TargetArn ?? '';
  const bytes =
    operation === 'PublishBatch'
      ? ((input.PublishBatchRequestEntries ?? []) as PublishBatchRequestEntry[]).reduce(
          (sum, one) => sum + sizeOf(one),
          0,
        )
      : sizeOf(input);
  return [{ usageType: 'Requests-Tier1', amount: Math.max(1, Math.ceil(bytes / chunkBytes)), resource }];
}

/** Deliveries to queues and functions are free; by mail and HTTP they are charged. */
export function meterDelivery(ctx: Context, topic: Topic, usageType: string): void {
  const { TopicArn, region, account } = topic;
  const traces = [ctx.trace.traceId];
  ctx.events.emit('usage', { service: 'sns', usageType, amount: 1, resource: TopicArn, region, account, traces });
}
