import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Receipt, StoredOrder } from '../../shared/order.ts';
import { orderKey, receiptKey } from '../../shared/order-identity.ts';
import type { Dependencies } from './api.ts';

/** SQS keeps a message 14 days at most; a receipt outlives every message that could still become its order. */
const receiptLifeSeconds = 15 * 24 * 60 * 60;

type Table = Pick<Dependencies, 'documents' | 'tableName'>;

/** Leaves the receipt unless there is one. True when this call was the one that left it. */
export async function claimReceipt(
  { documents, tableName }: Table,
  { orderId, requestHash, receivedAt }: Pick<Receipt, 'orderId' | 'requestHash' | 'receivedAt'>,
): Promise<boolean> {
  const expiresAt = Math.floor(Date.parse(receivedAt) / 1000) + receiptLifeSeconds;
  const item: Receipt = { pk: receiptKey(orderId), orderId, requestHash, receivedAt, expiresAt };
  try {
    await documents.send(
      new PutCommand({ TableName: tableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    return true;
  } catch (error) {
    // By name and not by class: the bundle may hold another copy of the SDK than the client that threw.
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

export async function findReceipt(table: Table, orderId: string): Promise<Receipt | undefined> {
  return (await find(table, receiptKey(orderId))) as Receipt | undefined;
}

export async function findOrder(table: Table, orderId: string): Promise<StoredOrder | undefined> {
  return (await find(table, orderKey(orderId))) as StoredOrder | undefined;
}

/** Consistent, because a customer follows an order in the very second it is stored. */
async function find({ documents, tableName }: Table, pk: string): Promise<Record<string, unknown> | undefined> {
  const { Item } = await documents.send(new GetCommand({ TableName: tableName, Key: { pk }, ConsistentRead: true }));
  return Item;
}
