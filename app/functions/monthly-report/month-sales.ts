import type { Database } from '../../shared/data/database.ts';
import { currency } from '../../shared/menu.ts';
import { addDays, startOfDay, wallTime } from '../../shared/restaurant-clock.ts';

export type MonthSales = {
  /** `YYYY-MM`. */
  month: string;
  currency: string;
  orders: number;
  total: number;
  cancelled: number;
  parties: number;
  guests: number;
  days: { day: string; orders: number; total: number }[];
  /** Every dish that was sold, the most sold first. */
  dishes: { sku: string; name: string; quantity: number; total: number }[];
};

/** The month before the one the restaurant's clock shows. */
export function monthBefore(now: Date, timeZone: string): string {
  return addDays(`${wallTime(now, timeZone).day.slice(0, 7)}-01`, -1).slice(0, 7);
}

/** What was ordered and reserved in a month of the restaurant's own days. Cancelled orders are counted apart. */
export async function monthSales(
  database: Database,
  { month, timeZone }: { month: string; timeZone: string },
): Promise<MonthSales> {
  const days = daysOf(month);
  const first = days[0] ?? '';
  const end = addDays(days.at(-1) ?? '', 1);
  const [from, until] = [startOfDay(first, timeZone), startOfDay(end, timeZone)];
  return database.read(async (db) => {
    const orders = await db
      .selectFrom('orders')
      .select(['status', 'received_at', 'total'])
      .where('received_at', '>=', from)
      .where('received_at', '<', until)
      .execute();
    const dishes = await db
      .selectFrom('order_lines')
      .innerJoin('orders', 'orders.id', 'order_lines.order_id')
      .select((e) => [
        'sku',
        e.fn.max('name').as('name'),
        e.fn.sum('quantity').as('quantity'),
        e.fn.sum('line_price').as('total'),
      ])
      .where('received_at', '>=', from)
      .where('received_at', '<', until)
      .where('status', '!=', 'cancelled')
      .groupBy('sku')
      .execute();
    const reserved = await db
      .selectFrom('reservations')
      .select((e) => [e.fn.countAll().as('parties'), e.fn.sum('party').as('guests')])
      .where('day', '>=', first)
      .where('day', '<', end)
      .where('status', 'not in', ['cancelled', 'no-show'])
      .executeTakeFirstOrThrow();
    const sold = orders.filter(({ status }) => status !== 'cancelled');
    const byDay = Map.groupBy(sold, ({ received_at }) => wallTime(received_at, timeZone).day);
    return {
      month,
      currency,
      orders: sold.length,
      total: sum(sold),
      cancelled: orders.length - sold.length,
      parties: Number(reserved.parties),
      guests: Number(reserved.guests ?? 0),
      days: days.map((day) => ({ day, orders: byDay.get(day)?.length ?? 0, total: sum(byDay.get(day) ?? []) })),
      dishes: dishes
        .map(({ sku, name, quantity, total }) => ({ sku, name, quantity: Number(quantity), total: Number(total) }))
        .sort((one, other) => other.quantity - one.quantity || one.name.localeCompare(other.name)),
    };
  });
}

function daysOf(month: string): string[] {
  const days: string[] = [];
  for (let day = `${month}-01`; day.startsWith(month); day = addDays(day, 1)) days.push(day);
  return days;
}

function sum(orders: { total: number }[]): number {
  return orders.reduce((total, order) => total + order.total, 0);
}
