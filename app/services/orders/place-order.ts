// POST /api/orders. The promise: a 202 means the order, its lines and the event about it are committed together, once,
// whatever fails and however often it is sent. The order's id follows from the idempotency key, so the table's primary
// key decides between retries that run at once.
import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Database } from '../../shared/data/database.ts';
import { insertIfAbsent } from '../../shared/data/insert-if-absent.ts';
import { readMenu } from '../../shared/data/menu-items.ts';
import type { Tables } from '../../shared/data/schema.ts';
import { shareLock } from '../../shared/data/share-lock.ts';
import type { Answer, HttpRequest } from '../../shared/http/answer.ts';
import { jsonAnswer } from '../../shared/http/answer.ts';
import { readJson } from '../../shared/http/body.ts';
import { readIdempotencyKey } from '../../shared/http/idempotency.ts';
import type { OrderRequest } from '../../shared/order.ts';
import { orderIdFor, requestHashOf } from '../../shared/order-identity.ts';
import { orderPlaced } from '../../shared/order-placed.ts';
import { validateOrder } from '../../shared/order-rules.ts';
import { priceOrder } from '../../shared/pricing.ts';
import { Problem } from '../../shared/problem.ts';
import type { Orders } from './routes.ts';

export async function placeOrder(request: HttpRequest, orders: Orders): Promise<Answer> {
  const { database, announce, now = () => new Date() } = orders;
  const body = await readJson(request);
  const key = readIdempotencyKey(request.headers['idempotency-key']);
  const orderId = orderIdFor(key ?? randomUUID());
  const receivedAt = now();
  const placed = await database.write(async (db) => {
    const earlier = await findEarlier(db, orderId);
    // A dish may leave the menu between an order and its retry: the retry is still the same order.
    if (earlier) return replay(earlier, body);
    const menu = new Map((await readMenu(db)).map((item) => [item.sku, item]));
    const order = valid(body, (sku) => menu.has(sku));
    const requestHash = requestHashOf(order);
    const row = orderRow(order, { orderId, requestHash, receivedAt });
    const priced = priceOrder(order.items, (sku) => menu.get(sku));
    const inserted = await insertIfAbsent(db, {
      engine: database.engine,
      table: 'orders',
      rows: [{ ...row, total: priced.total, currency: priced.currency }],
    });
    if (inserted === 0) return replay(await mustFind(db, { orderId, engine: database.engine }), body);
    await db
      .insertInto('order_lines')
      .values(
        priced.lines.map(({ sku, name, quantity, unitPrice, linePrice }, position) => ({
          order_id: orderId,
          position,
          sku,
          name,
          quantity,
          unit_price: unitPrice,
          line_price: linePrice,
        })),
      )
      .execute();
    await db
      .insertInto('outbox')
      .values(orderPlaced({ order, orderId, receivedAt, ...priced }))
      .execute();
    return { receivedAt, repeated: false };
  });
  if (!placed.repeated) announce();
  request.log.info('order received', { orderId, repeated: placed.repeated });
  return accepted(orderId, placed.receivedAt);
}

function valid(body: unknown, onMenu: (sku: string) => boolean): OrderRequest {
  const order = validateOrder(body, onMenu);
  if (order.ok) return order.value;
  throw new Problem('invalid-order', { detail: 'Some fields need another look.', errors: order.errors });
}

type Earlier = { request_hash: string; received_at: Date };

function replay(earlier: Earlier, body: unknown): { receivedAt: Date; repeated: true } {
  if (earlier.request_hash !== requestHashOf(valid(body, () => true))) {
    throw new Problem('idempotency-key-reused', {
      detail: 'An order with other contents was sent with this Idempotency-Key. Use a new key for a new order.',
    });
  }
  return { receivedAt: earlier.received_at, repeated: true };
}

function findEarlier(db: Transaction<Tables>, orderId: string): Promise<Earlier | undefined> {
  return db.selectFrom('orders').select(['request_hash', 'received_at']).where('id', '=', orderId).executeTakeFirst();
}

/** The lock makes it read what is committed now: MySQL's plain reads would still see the time before the other's commit. */
function mustFind(
  db: Transaction<Tables>,
  { orderId, engine }: { orderId: string; engine: Database['engine'] },
): Promise<Earlier> {
  return db
    .selectFrom('orders')
    .select(['request_hash', 'received_at'])
    .where('id', '=', orderId)
    .modifyEnd(shareLock(engine))
    .executeTakeFirstOrThrow();
}

function orderRow(
  { customer, note }: OrderRequest,
  { orderId, requestHash, receivedAt }: { orderId: string; requestHash: string; receivedAt: Date },
) {
  return {
    id: orderId,
    status: 'confirmed' as const,
    request_hash: requestHash,
    received_at: receivedAt,
    confirmed_at: receivedAt,
    customer_name: customer.name,
    customer_email: customer.email,
    customer_phone: customer.phone,
    note: note ?? null,
  };
}

/** The same key gets the same answer, byte for byte, also when the order has moved on: following it is another address. */
function accepted(orderId: string, receivedAt: Date): Answer {
  const location = `/api/orders/${orderId}`;
  const body = { orderId, status: 'received', receivedAt: receivedAt.toISOString(), href: location };
  return jsonAnswer(body, { status: 202, headers: { location } });
}
