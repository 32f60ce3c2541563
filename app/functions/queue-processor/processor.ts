import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createLog, errorFields, type Log } from '../../shared/log.ts';
import type { OrderMessage, StoredOrder } from '../../shared/order.ts';
import { orderKey } from '../../shared/order-identity.ts';
import { priceOrder } from '../../shared/pricing.ts';
import { parseOrderMessage } from './order-message.ts';

export type ProcessorDependencies = {
  documents: Pick<DynamoDBDocumentClient, 'send'>;
  tableName: string;
  now?: () => Date;
  createLog?: typeof createLog;
};

/** A batch may hold up to 10,000 messages with a batching window; this many are stored at a time. */
const concurrentRecords = 10;

/**
 * Makes the SQS handler. Each message stands alone: one that cannot be processed is reported as its own failure, comes
 * back after the visibility timeout and ends in the dead-letter queue; the others are stored and deleted
 * ("Implementing partial batch responses", Lambda Developer Guide).
 */
export function createProcessor({ now = () => new Date(), ...dependencies }: ProcessorDependencies) {
  return async (event: SQSEvent, context: Pick<Context, 'awsRequestId'>): Promise<SQSBatchResponse> => {
    const log = (dependencies.createLog ?? createLog)({ requestId: context.awsRequestId });
    const batchItemFailures: SQSBatchItemFailure[] = [];
    for (let start = 0; start < event.Records.length; start += concurrentRecords) {
      const records = event.Records.slice(start, start + concurrentRecords);
      const outcomes = await Promise.allSettled(records.map((r) => processRecord(r, { ...dependencies, now, log })));
      outcomes.forEach((outcome, index) => {
        const messageId = records[index]?.messageId;
        if (outcome.status === 'fulfilled' || messageId === undefined) return;
        const receives = Number(records[index]?.attributes.ApproximateReceiveCount);
        log.error('message not processed', { messageId, receives, ...errorFields(outcome.reason) });
        batchItemFailures.push({ itemIdentifier: messageId });
      });
    }
    return { batchItemFailures };
  };
}

type Work = Pick<ProcessorDependencies, 'documents' | 'tableName'> & { now: () => Date; log: Log };

async function processRecord(record: SQSRecord, work: Work): Promise<void> {
  const message = parseOrderMessage(record.body);
  const order = orderFrom(message, work.now());
  const stored = await storeOnce(order, work);
  const { orderId, total, currency } = order;
  const { messageId } = record;
  if (stored) work.log.info('order confirmed', { orderId, messageId, total, currency });
  else work.log.info('order was already stored', { orderId, messageId });
}

function orderFrom(message: OrderMessage, confirmedAt: Date): StoredOrder {
  const { orderId, requestHash, receivedAt, customer, items, note } = message;
  return {
    pk: orderKey(orderId),
    orderId,
    status: 'confirmed',
    requestHash,
    receivedAt,
    confirmedAt: confirmedAt.toISOString(),
    customer,
    ...priceOrder(items),
    ...(note === undefined ? {} : { note }),
  };
}

/** SQS delivers at least once, and a retried request sends its message again: the first one to arrive is the order. */
async function storeOnce(order: StoredOrder, { documents, tableName }: Work): Promise<boolean> {
  try {
    await documents.send(
      new PutCommand({ TableName: tableName, Item: order, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
