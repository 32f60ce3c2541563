import type { OrderRequest, PricedLine } from './order.ts';

/** EventBridge's names for the event: a rule matches on `source` and `detail-type`. */
export const eventSource = 'slack-water.orders';
export const orderPlacedType = 'Order Placed';

/** What the event tells: all that the mail about the order needs, so that its function never asks the database. */
export type OrderPlaced = {
  orderId: string;
  receivedAt: string;
  customer: OrderRequest['customer'];
  lines: PricedLine[];
  total: number;
  currency: string;
  note?: string;
};

/** The event's row in the outbox, written in the transaction that writes the order: no order is without its event. */
export function orderPlaced({
  order,
  orderId,
  receivedAt,
  ...priced
}: { order: OrderRequest; orderId: string; receivedAt: Date } & Pick<OrderPlaced, 'lines' | 'total' | 'currency'>) {
  const detail: OrderPlaced = {
    orderId,
    receivedAt: receivedAt.toISOString(),
    customer: order.customer,
    ...priced,
    ...(order.note === undefined ? {} : { note: order.note }),
  };
  return {
    id: orderId,
    detail_type: orderPlacedType,
    detail: JSON.stringify(detail),
    created_at: receivedAt,
    sent_at: null,
  };
}
