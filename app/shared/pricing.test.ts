import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { menu } from './menu.ts';
import { isOrderId, orderIdFor, requestHashOf } from './order-identity.ts';
import { priceOrder } from './pricing.ts';
import { seeded, validOrders } from './valid-orders.ts';

test('a total is the sum of its lines, whole, and does not depend on how the lines are split or ordered', () => {
  fc.assert(
    fc.property(validOrders, ({ items }) => {
      const { lines, total } = priceOrder(items);
      assert.ok(Number.isSafeInteger(total) && total > 0);
      assert.equal(
        total,
        lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0),
      );
      const singles = items.flatMap(({ sku, quantity }) =>
        Array.from({ length: quantity }, () => ({ sku, quantity: 1 })),
      );
      assert.equal(priceOrder(singles.reverse()).total, total);
    }),
    seeded,
  );
});

test('prices each dish as the menu says', () => {
  for (const { sku, price } of menu) assert.equal(priceOrder([{ sku, quantity: 3 }]).total, 3 * price);
});

test('refuses to price what is not on the menu', () => {
  assert.throws(() => priceOrder([{ sku: 'unicorn', quantity: 1 }]), /"unicorn" is not on the menu/);
});

test('an idempotency key always makes the same order id, and another key another', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      assert.ok(isOrderId(orderIdFor(one)));
      assert.equal(orderIdFor(one) === orderIdFor(other), one === other);
    }),
    seeded,
  );
});

test('two orders have one hash only when they ask for the same', () => {
  fc.assert(
    fc.property(validOrders, validOrders, (one, other) => {
      assert.equal(requestHashOf(one), requestHashOf(structuredClone(one)));
      assert.notEqual(requestHashOf(one), requestHashOf({ ...one, note: `${one.note ?? ''}.` }));
      const same = requestHashOf(one) === requestHashOf(other);
      assert.equal(same, JSON.stringify(one) === JSON.stringify(other));
    }),
    seeded,
  );
});
