import { currency, menuItem } from './menu.ts';
import type { OrderItem, PricedLine } from './order.ts';

/** Prices an order's items from the menu, in minor units. Throws for a dish that is not on the menu. */
export function priceOrder(items: OrderItem[]): { lines: PricedLine[]; total: number; currency: string } {
  const lines = items.map(priceLine);
  return { lines, total: lines.reduce((sum, line) => sum + line.linePrice, 0), currency };
}

function priceLine({ sku, quantity }: OrderItem): PricedLine {
  const item = menuItem(sku);
  if (item === undefined) throw new Error(`The dish ${JSON.stringify(sku)} is not on the menu`);
  return { sku, quantity, name: item.name, unitPrice: item.price, linePrice: item.price * quantity };
}
