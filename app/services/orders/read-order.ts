import { type Answer, type HttpRequest, jsonAnswer } from '../../shared/http/answer.ts';
import { isOrderId } from '../../shared/order-identity.ts';
import { Problem } from '../../shared/problem.ts';
import type { Orders } from './routes.ts';

/** `GET /api/orders/{id}`. The id is the only key to it, so the answer never says who ordered, nor their note. */
export async function readOrder(request: HttpRequest, { database }: Orders): Promise<Answer> {
  const orderId = request.parameter;
  const unknown = new Problem('order-not-found', { detail: `We have no order ${orderId.slice(0, 60)}.` });
  if (!isOrderId(orderId)) throw unknown;
  const found = await database.read(async (db) => {
    const order = await db
      .selectFrom('orders')
      .select(['id', 'status', 'received_at', 'confirmed_at', 'total', 'currency'])
      .where('id', '=', orderId)
      .executeTakeFirst();
    const lines = await db
      .selectFrom('order_lines')
      .selectAll()
      .where('order_id', '=', orderId)
      .orderBy('position')
      .execute();
    return order && { order, lines };
  });
  if (!found) throw unknown;
  const { status, received_at, confirmed_at, total, currency } = found.order;
  return jsonAnswer({
    orderId,
    status,
    receivedAt: received_at.toISOString(),
    confirmedAt: confirmed_at.toISOString(),
    lines: found.lines.map(({ sku, quantity, name, unit_price, line_price }) => ({
      sku,
      quantity,
      name,
      unitPrice: unit_price,
      linePrice: line_price,
    })),
    total,
    currency,
  });
}
