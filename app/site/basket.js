import { keep, recall } from './keep.js';

/** The most of one dish an order may have, and the most dishes: the API's own bounds (app/shared/order-rules.ts). */
export const basketLimits = { quantity: 20, lines: 50 };

/** The basket: quantities by sku, in the order they were added. Fires `change`. Other tabs' changes arrive too. */
class Basket extends EventTarget {
  #quantities = readQuantities();

  constructor() {
    super();
    addEventListener('storage', (event) => {
      if (event.key !== 'slack-water.basket') return;
      this.#quantities = readQuantities();
      this.dispatchEvent(new Event('change'));
    });
  }

  get items() {
    return [...this.#quantities].map(([sku, quantity]) => ({ sku, quantity }));
  }

  get count() {
    return this.items.reduce((sum, item) => sum + item.quantity, 0);
  }

  quantityOf(sku) {
    return this.#quantities.get(sku) ?? 0;
  }

  /** Sets how many of a dish there are, within the limits; none removes it. */
  set(sku, quantity) {
    const bounded = Math.min(Math.max(Math.trunc(quantity), 0), basketLimits.quantity);
    if (bounded === 0) this.#quantities.delete(sku);
    else if (this.#quantities.has(sku) || this.#quantities.size < basketLimits.lines)
      this.#quantities.set(sku, bounded);
    this.#changed();
  }

  /** Drops what the menu no longer has; returns how many dishes that were. */
  keepOnly(skus) {
    const gone = this.items.filter((item) => !skus.has(item.sku));
    for (const { sku } of gone) this.#quantities.delete(sku);
    if (gone.length > 0) this.#changed();
    return gone.length;
  }

  empty() {
    this.#quantities.clear();
    this.#changed();
  }

  #changed() {
    keep('localStorage', 'basket', this.items);
    this.dispatchEvent(new Event('change'));
  }
}

function readQuantities() {
  const kept = recall('localStorage', 'basket');
  const sound = (Array.isArray(kept) ? kept : []).filter(
    (item) => typeof item?.sku === 'string' && Number.isInteger(item.quantity) && item.quantity > 0,
  );
  return new Map(sound.map(({ sku, quantity }) => [sku, Math.min(quantity, basketLimits.quantity)]));
}

export const basket = new Basket();
