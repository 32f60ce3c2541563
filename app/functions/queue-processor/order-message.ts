import type { OrderMessage } from '../../shared/order.ts';
import { isOrderId, requestHashOf } from '../../shared/order-identity.ts';
import { validateOrder } from '../../shared/order-rules.ts';

/**
 * Reads an order out of a queue message. Throws for anything the API handler would not have sent: the queue is a door
 * too, and what comes through it is held to the same rules.
 */
export function parseOrderMessage(body: string): OrderMessage {
  const message = parseObject(body);
  const { orderId, requestHash, receivedAt, ...rest } = message;
  if (typeof orderId !== 'string' || !isOrderId(orderId)) throw new MalformedMessage('orderId is not an order id');
  if (typeof receivedAt !== 'string' || Number.isNaN(Date.parse(receivedAt))) {
    throw new MalformedMessage('receivedAt is not a date');
  }
  const order = validateOrder(rest);
  if (!order.ok) throw new MalformedMessage(order.errors.map((e) => `${e.field}: ${e.detail}`).join(' '));
  if (requestHash !== requestHashOf(order.value)) throw new MalformedMessage('requestHash is not that of the order');
  return { orderId, requestHash, receivedAt, ...order.value };
}

export class MalformedMessage extends Error {
  constructor(detail: string) {
    super(`The message is not an order: ${detail}`);
    this.name = 'MalformedMessage';
  }
}

function parseObject(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Not the parser's own words: they quote the body, and customers' details stay out of the log.
    throw new MalformedMessage('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedMessage('not an object');
  return value as Record<string, unknown>;
}
