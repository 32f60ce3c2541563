import { type OrderStatus, orderStatuses } from '../../../shared/data/schema.ts';
import { html } from '../../../shared/html.ts';
import type { Answer } from '../../../shared/http/answer.ts';
import { formatMoney } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { adminPage, redirectTo, statusForm } from './page.ts';
import type { Desk } from './routes.ts';

const shown = 100;

/** `GET /admin/orders`: the latest orders, those still to be done first. */
export async function listOrders({ database, session, timeZone }: Desk): Promise<Answer> {
  const { orders, lines } = await database.read(async (db) => {
    const rows = await db.selectFrom('orders').selectAll().orderBy('received_at', 'desc').limit(shown).execute();
    const ids = rows.map(({ id }) => id);
    const found = ids.length
      ? await db.selectFrom('order_lines').selectAll().where('order_id', 'in', ids).orderBy('position').execute()
      : [];
    return { orders: rows, lines: Map.groupBy(found, ({ order_id }) => order_id) };
  });
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  const done = (status: OrderStatus): boolean => status === 'collected' || status === 'cancelled';
  const sorted = orders.toSorted((one, other) => Number(done(one.status)) - Number(done(other.status)));
  const main = html`<h1>Orders</h1>
    ${orders.length === 0 && html`<p>None yet. The fire is lit all the same.</p>`}
    <ul class="desk-list">${sorted.map(
      (order) => html`<li class="desk-card${done(order.status) && ' done'}">
        <div><h2>${order.customer_name}</h2>
          <p class="fact">${time.format(order.received_at)} · <span class="order-id">${order.id.slice(-6)}</span></p>
          <p class="fact"><a href="tel:${order.customer_phone}">${order.customer_phone}</a> · <a href="mailto:${order.customer_email}">${order.customer_email}</a></p></div>
        <ul>${(lines.get(order.id) ?? []).map((line) => html`<li>${line.quantity} × ${line.name}</li>`)}</ul>
        ${order.note && html`<p class="word">“${order.note}”</p>`}
        <p class="price">${formatMoney(order.total, order.currency)}</p>
        ${statusForm(session, { action: `/admin/orders/${order.id}`, name: `the order of ${order.customer_name}`, statuses: orderStatuses, current: order.status })}
      </li>`,
    )}</ul>`;
  return adminPage({ title: 'Orders', main, session, section: 'orders' });
}

/** `POST /admin/orders/{id}` with `status`. */
export async function setOrderStatus({ database, request, form }: Desk): Promise<Answer> {
  const id = request.parameter;
  const status = orderStatuses.find((each) => each === form.get('status'));
  if (!status) throw new Problem('invalid-order', { detail: 'An order has no such status.' });
  const [{ numUpdatedRows } = { numUpdatedRows: 0n }] = await database.write((db) =>
    db.updateTable('orders').set({ status }).where('id', '=', id).execute(),
  );
  if (numUpdatedRows === 0n) throw new Problem('order-not-found', { detail: `We have no order ${id.slice(0, 60)}.` });
  request.log.info('order status set', { orderId: id, status });
  return redirectTo('/admin/orders');
}
