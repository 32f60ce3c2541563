import { currency, menuItem } from './menu.ts';
import type { OrderItem, PricedLine } from './order.ts';

/** Prices an order's items from the menu, in minor units. Throws for a dish that is not on the menu. */
export function priceOrder(
  items: OrderItem[],
  find: FindDish = menuItem,
): { lines: PricedLine[]; total: number; currency: string } {
  const lines = items.map((item) => priceLine(item, find));
  return { lines, total: lines.reduce((sum, line) => sum + line.linePrice, 0), currency };
}

/** The dish as it is on the menu now. */
export type FindDish = (sku: string) => { name: string; price: number } | undefined;

function priceLine({ sku, quantity }: OrderItem, find: FindDish): PricedLine {
  const item = find(sku);
  if (item === undefined) throw new Error(`The dish ${JSON.stringify(sku)} is not on the menu`);
  return { sku, quantity, name: item.name, unitPrice: item.price, linePrice: item.price * quantity };
}
