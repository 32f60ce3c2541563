import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { menu } from './menu.ts';
import { orderLimits, validateOrder } from './order-rules.ts';
import { sampleOrder, seeded, validOrders } from './valid-orders.ts';

test('takes every order within the bounds, and takes what it returns again unchanged', () => {
  fc.assert(
    fc.property(validOrders, (order) => {
      const first = validateOrder(order);
      assert.ok(first.ok, JSON.stringify(first));
      assert.deepEqual(validateOrder(first.value), first);
    }),
    seeded,
  );
});

test('never throws and never takes anything that is not an order', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const result = validateOrder(value);
      assert.equal(result.ok, false);
      assert.ok(!result.ok && result.errors.length >= 1 && result.errors.length <= orderLimits.errors);
    }),
    seeded,
  );
});

test('takes quantities from 1 to 20 and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.integer({ min: -2, max: 25 }), fc.double(), fc.string()), (quantity) => {
      const result = validateOrder({ ...sampleOrder, items: [{ sku: 'chips', quantity }] });
      const right = Number.isInteger(quantity) && Number(quantity) >= 1 && Number(quantity) <= 20;
      assert.equal(result.ok, right && typeof quantity === 'number');
    }),
    seeded,
  );
});

const broken: [string, unknown, string][] = [
  ['a missing customer', { items: sampleOrder.items }, 'customer'],
  ['a blank name', { ...sampleOrder, customer: { ...sampleOrder.customer, name: '  ' } }, 'customer.name'],
  ['a long name', { ...sampleOrder, customer: { ...sampleOrder.customer, name: 'x'.repeat(101) } }, 'customer.name'],
  ['a name of two lines', { ...sampleOrder, customer: { ...sampleOrder.customer, name: 'a\nb' } }, 'customer.name'],
  ['an address without @', { ...sampleOrder, customer: { ...sampleOrder.customer, email: 'a.b' } }, 'customer.email'],
  [
    'an address without a dot',
    { ...sampleOrder, customer: { ...sampleOrder.customer, email: 'a@b' } },
    'customer.email',
  ],
  ['words for a phone', { ...sampleOrder, customer: { ...sampleOrder.customer, phone: 'call me' } }, 'customer.phone'],
  ['no items', { ...sampleOrder, items: [] }, 'items'],
  ['51 lines', { ...sampleOrder, items: Array(51).fill({ sku: 'chips', quantity: 1 }) }, 'items'],
  ['a dish not on the menu', { ...sampleOrder, items: [{ sku: 'toString', quantity: 1 }] }, 'items[0].sku'],
  ['a misspelt member', { ...sampleOrder, items: [{ sku: 'chips', quantity: 1, qty: 2 }] }, 'items[0].qty'],
  ['a long note', { ...sampleOrder, note: 'x'.repeat(501) }, 'note'],
];

for (const [what, order, field] of broken) {
  test(`names ${field} for ${what}`, () => {
    const result = validateOrder(order);
    assert.deepEqual(!result.ok && result.errors.map((error) => error.field), [field]);
  });
}

test('every dish has its own sku, a positive whole price and an image of its own', () => {
  assert.equal(new Set(menu.map((item) => item.sku)).size, menu.length);
  assert.equal(new Set(menu.map((item) => item.image)).size, menu.length);
  assert.ok(menu.every((item) => Number.isInteger(item.price) && item.price > 0));
});
