import { createHash } from 'node:crypto';
import type { OrderRequest } from './order.ts';

/**
 * An order's id follows from its idempotency key, so every retry of a request names the same order wherever it fails:
 * the table's conditional writes then do the rest. 130 bits of SHA-256 in Crockford's base 32, which has no look-alikes.
 */
export function orderIdFor(idempotencyKey: string): string {
  const digest = createHash('sha256').update(`order:${idempotencyKey}`).digest();
  let bits = BigInt(`0x${digest.toString('hex')}`) >> 126n;
  let text = '';
  for (let index = 0; index < idLength; index += 1) {
    text = alphabet.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return `ord_${text}`;
}

export function isOrderId(text: string): boolean {
  return /^ord_[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}

/** Two requests with one key are the same order when what they ask for is the same, however the JSON was written. */
export function requestHashOf({ customer, items, note }: OrderRequest): string {
  const canonical = [
    customer.name,
    customer.email,
    customer.phone,
    items.map((i) => [i.sku, i.quantity]),
    note ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

export function receiptKey(orderId: string): string {
  return `receipt#${orderId}`;
}

export function orderKey(orderId: string): string {
  return `order#${orderId}`;
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 26;
