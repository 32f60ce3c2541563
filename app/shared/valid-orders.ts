// For tests: orders that must be taken, and the seed the properties run with.
import fc from 'fast-check';
import { menu } from './menu.ts';
import type { OrderRequest } from './order.ts';
import { orderLimits } from './order-rules.ts';

export const sampleOrder: OrderRequest = {
  customer: { name: 'Ada Fisher', email: 'ada@example.com', phone: '+44 1728 555 010' },
  items: [{ sku: 'chips', quantity: 1 }],
};

/** Every run tries other values; a failure prints the seed, and SEED=… tries it again. */
export const seeded: { seed: number } = { seed: Number(process.env.SEED ?? Date.now() % 2 ** 31) };
console.log(`fast-check seed ${seeded.seed}`);

const text = (maxLength: number) => fc.string({ minLength: 1, maxLength }).filter((value) => value.trim() !== '');

export const validOrders: fc.Arbitrary<OrderRequest> = fc.record(
  {
    customer: fc.record({
      name: text(orderLimits.name),
      email: fc.emailAddress(),
      phone: fc.stringMatching(/^\+?[0-9]{5,20}$/),
    }),
    items: fc.array(
      fc.record({
        sku: fc.constantFrom(...menu.map((item) => item.sku)),
        quantity: fc.integer({ min: 1, max: orderLimits.quantity }),
      }),
      { minLength: 1, maxLength: orderLimits.lines },
    ),
    note: text(orderLimits.note),
  },
  { requiredKeys: ['customer', 'items'] },
);
