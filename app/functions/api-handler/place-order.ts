// POST /api/orders. The promise: a 202 means the order will be stored once, whatever fails and however often it is sent.
//
// Before the message is sent, the handler leaves a receipt in the table: a conditional put under an id derived from the
// idempotency key. The receipt does two jobs. It makes the key's first body binding, also among concurrent retries, and
// it lets GET /api/orders/{orderId} answer `received` before the processor has run. The alternative, an id that carries
// an HMAC and a handler that may not write at all, cannot tell a retry with a different body from the first, and
// needs a secret. The cost in privilege is kept small: the handler's role may put items only under `receipt#`
// (the condition key dynamodb:LeadingKeys), so the function that faces the internet can never write an order.
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { readIdempotencyKey } from '../../shared/http/idempotency.ts';
import type { OrderMessage } from '../../shared/order.ts';
import { orderIdFor, requestHashOf } from '../../shared/order-identity.ts';
import { validateOrder } from '../../shared/order-rules.ts';
import { Problem } from '../../shared/problem.ts';
import type { ApiRequest } from './api.ts';
import { readJsonBody } from './body.ts';
import { claimReceipt, findOrder, findReceipt } from './records.ts';

export async function placeOrder(request: ApiRequest): Promise<APIGatewayProxyStructuredResultV2> {
  const { event, log, now, newKey } = request;
  const order = validateOrder(readJsonBody(event));
  if (!order.ok) {
    throw new Problem('invalid-order', { detail: 'Some fields need another look.', errors: order.errors });
  }
  const clientKey = readIdempotencyKey(event.headers['idempotency-key']);
  const orderId = orderIdFor(clientKey ?? newKey());
  const requestHash = requestHashOf(order.value);
  const receivedAt = now().toISOString();

  const claimed = await claimReceipt(request, { orderId, requestHash, receivedAt });
  // A won receipt under a customer's own key may still be an old order's: receipts expire, orders do not.
  const earlier = claimed && clientKey === undefined ? undefined : await findEarlier(request, { orderId, claimed });
  if (earlier && earlier.requestHash !== requestHash) {
    throw new Problem('idempotency-key-reused', {
      detail: 'An order with other contents was sent with this Idempotency-Key. Use a new key for a new order.',
    });
  }
  const message: OrderMessage = { orderId, requestHash, receivedAt: earlier?.receivedAt ?? receivedAt, ...order.value };
  // An unprocessed earlier attempt may have died between its receipt and its message, so the message is sent again;
  // the processor stores an order once, however many messages name it.
  if (!earlier?.stored) await send(request, message);
  log.info('order received', { orderId, lines: order.value.items.length, repeated: earlier !== undefined });
  return accepted(message);
}

type Earlier = { requestHash: string; receivedAt: string; stored: boolean };

async function findEarlier(
  request: ApiRequest,
  { orderId, claimed }: { orderId: string; claimed: boolean },
): Promise<Earlier | undefined> {
  const order = await findOrder(request, orderId);
  if (order) return { ...order, stored: true };
  if (claimed) return undefined;
  const receipt = await findReceipt(request, orderId);
  if (receipt) return { ...receipt, stored: false };
  throw new Problem('temporarily-unavailable', { detail: 'The receipt expired this moment. Send the order again.' });
}

async function send({ queue, queueUrl }: ApiRequest, message: OrderMessage): Promise<void> {
  await queue.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
}

/** The same key gets the same answer, byte for byte, also when the order has moved on: following it is another address. */
function accepted({ orderId, receivedAt }: OrderMessage): APIGatewayProxyStructuredResultV2 {
  const location = `/api/orders/${orderId}`;
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', location },
    body: JSON.stringify({ orderId, status: 'received', receivedAt, href: location }),
  };
}
