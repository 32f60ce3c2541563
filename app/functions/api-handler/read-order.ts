import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { StoredOrder } from '../../shared/order.ts';
import { isOrderId } from '../../shared/order-identity.ts';
import { Problem } from '../../shared/problem.ts';
import type { ApiRequest } from './api.ts';
import { findOrder, findReceipt } from './records.ts';

/**
 * `GET /api/orders/{orderId}`: `received` while only the receipt is there, then the order as it was priced. The id is
 * the only key to it, so the answer never says who ordered, nor their note.
 */
export async function readOrder(request: ApiRequest): Promise<APIGatewayProxyStructuredResultV2> {
  const orderId = request.parameter;
  const found = isOrderId(orderId) ? await findStatus(request, orderId) : undefined;
  if (!found) throw new Problem('order-not-found', { detail: `We have no order ${orderId.slice(0, 60)}.` });
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(found),
  };
}

async function findStatus(request: ApiRequest, orderId: string): Promise<Record<string, unknown> | undefined> {
  const order = await findOrder(request, orderId);
  if (order) return publicOrder(order);
  const receipt = await findReceipt(request, orderId);
  return receipt && { orderId, status: 'received', receivedAt: receipt.receivedAt };
}

function publicOrder({ orderId, status, receivedAt, confirmedAt, lines, total, currency }: StoredOrder) {
  return { orderId, status, receivedAt, confirmedAt, lines, total, currency };
}
