/** What a customer asks for, after validation: trimmed, bounded, nothing unknown in it. */
export type OrderRequest = {
  customer: { name: string; email: string; phone: string };
  items: OrderItem[];
  note?: string;
};

export type OrderItem = { sku: string; quantity: number };

/** The body of one message on the orders queue. */
export type OrderMessage = OrderRequest & { orderId: string; requestHash: string; receivedAt: string };

/** Money is in minor units of the order's currency. */
export type PricedLine = OrderItem & { name: string; unitPrice: number; linePrice: number };

/** An order as the queue processor stores it, under `orderKey(orderId)`. */
export type StoredOrder = {
  pk: string;
  orderId: string;
  status: 'confirmed';
  requestHash: string;
  receivedAt: string;
  confirmedAt: string;
  customer: OrderRequest['customer'];
  lines: PricedLine[];
  total: number;
  currency: string;
  note?: string;
};

/** Proof that a request was taken in, stored by the API handler under `receiptKey(orderId)` before the message is sent. */
export type Receipt = {
  pk: string;
  orderId: string;
  requestHash: string;
  receivedAt: string;
  expiresAt: number;
};
