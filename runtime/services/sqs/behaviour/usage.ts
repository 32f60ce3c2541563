import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import type { CallUsage, MeteredCall } from '../../../kernel/usage.ts';
import { parseQueueUrl, queueArn } from '../state.ts';
import { sizeOf } from './message-rules.ts';

/** "Amazon SQS pricing": every 64 KB chunk of a payload is a request. */
const chunkBytes = 64 * 1024;

/** Every API action is a request, an empty receive too; a batch is one, by the size of all it carries. */
export function meterCall({ operation, input, output, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  if (errorCode !== undefined) return [];
  const { resource, fifo } = queueOf(input, ctx);
  const headers = headersOf(output);
  return [
    {
      usageType: fifo ? 'Requests-FIFO-Tier1' : 'Requests-Tier1',
      amount: Math.max(1, Math.ceil(payloadOf(operation, input, output) / chunkBytes)),
      resource,
      ...(headers.length > 0 ? { traceHeaders: headers } : {}),
    },
  ];
}

function queueOf(input: { QueueUrl?: string; QueueName?: string }, ctx: MeteredCall['ctx']) {
  const { account, name, region } =
    input.QueueUrl === undefined
      ? { account: ctx.account, region: ctx.region, name: input.QueueName ?? '' }
      : parseQueueUrl(ctx, input.QueueUrl);
  return { resource: name === '' ? '' : queueArn(region, account, name), fifo: name.endsWith('.fifo') };
}

function payloadOf(operation: string, input: object, output: object): number {
  if (operation === 'SendMessage') return sizeOf(input);
  if (operation === 'SendMessageBatch')
    return ((input as SendMessageBatchCommandInput).Entries ?? []).reduce((sum, entry) => sum + sizeOf(entry), 0);
  return messagesOf(output).reduce((sum, { Body = '' }) => sum + Buffer.byteLength(Body), 0);
}

/** A receive is for the messages it gave. */
function headersOf(output: object): string[] {
  return messagesOf(output).flatMap(({ Attributes }) => Attributes?.AWSTraceHeader ?? []);
}

interface Received {
  Body?: string;
  Attributes?: { AWSTraceHeader?: string };
}

function messagesOf(output: object): Received[] {
  return (output as { Messages?: Received[] }).Messages ?? [];
}
