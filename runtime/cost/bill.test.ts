import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeBill } from './bill.ts';
import { loadPriceList, type ServicePrices } from './price-list.ts';
import type { UsageRow } from './usage-table.ts';

const prices = new Map<string, ServicePrices>([
  [
    'shop',
    {
      service: 'shop',
      name: 'Shop',
      page: 'https://example.com/pricing',
      checked: 'by hand',
      taken: '2026-11-21',
      regions: {
        'us-east-1': {
          Request: {
            about: 'Requests',
            unit: 'requests',
            per: 100,
            tiers: [{ upTo: 1000, usd: 2 }, { usd: 1 }],
            free: { amount: 100, pool: 'r' },
          },
          'Request-ARM': {
            about: 'Requests, arm64',
            unit: 'requests',
            per: 100,
            tiers: [{ usd: 1 }],
            free: { amount: 100, pool: 'r' },
          },
          Shelf: { about: 'Shelves', unit: 'shelf-months', time: 'month', tiers: [{ usd: 10 }] },
        },
      },
    },
  ],
]);

function used(usageType: string, amount: number, change: Partial<UsageRow> = {}): UsageRow {
  return {
    month: '2026-11',
    account: '000000000000',
    region: 'us-east-1',
    service: 'shop',
    usageType,
    resource: 'a',
    cause: '',
    amount,
    ...change,
  };
}

describe('the bill', () => {
  test('tiers are of all resources together, and each bears its part', () => {
    const bill = makeBill([used('Request', 1500), used('Request', 500, { resource: 'b' })], prices, {
      freeTier: false,
    });
    assert.equal(bill.total, 30);
    assert.deepEqual(
      bill.lines.map(({ resource, cost }) => [resource, cost]),
      [
        ['a', 22.5],
        ['b', 7.5],
      ],
    );
  });

  test('each month begins anew with its tiers and its allowance', () => {
    const rows = [used('Request', 1000), used('Request', 1000, { month: '2026-12' })];
    assert.equal(makeBill(rows, prices, { freeTier: false }).total, 40);
    assert.equal(makeBill(rows, prices, { freeTier: true }).total, 36);
  });

  test('usage types of one pool share their allowance', () => {
    const bill = makeBill([used('Request', 300), used('Request-ARM', 100)], prices, { freeTier: true });
    assert.equal(bill.total, (225 / 100) * 2 + (75 / 100) * 1);
  });

  test('what stood a whole month costs a month, whether it had 720 or 744 hours', () => {
    assert.equal(makeBill([used('Shelf', 720)], prices, { freeTier: false }).total, 10);
    assert.equal(makeBill([used('Shelf', 744, { month: '2026-12' })], prices, { freeTier: false }).total, 10);
    assert.equal(makeBill([used('Shelf', 365, { month: '' })], prices, { freeTier: false }).total, 5);
  });

  test('what has no price, or none in its region, is named and not in the total', () => {
    const bill = makeBill(
      [used('Request', 100), used('Request', 7, { region: 'eu-west-1' }), used('Rent', 3)],
      prices,
      { freeTier: false },
    );
    assert.equal(bill.total, 2);
    assert.deepEqual(bill.notPriced, [
      { service: 'shop', usageType: 'Request', region: 'eu-west-1', amount: 7 },
      { service: 'shop', usageType: 'Rent', region: 'us-east-1', amount: 3 },
    ]);
  });
});

describe('the price list', () => {
  test('every price says where and when it was taken, its tiers rise, and one pool has one allowance', async () => {
    const list = await loadPriceList();
    assert.ok(list.size > 5);
    for (const { service, page, taken, regions } of list.values()) {
      assert.match(page, /^https:\/\/aws\.amazon\.com\//, service);
      assert.match(taken, /^\d{4}-\d\d-\d\d$/, service);
      const pools = new Map<string, number>();
      for (const [usageType, { tiers, free }] of Object.entries(regions).flatMap(([, types]) =>
        Object.entries(types),
      )) {
        const ends = tiers.map(({ upTo = Number.POSITIVE_INFINITY }) => upTo);
        assert.deepEqual(
          ends,
          [...ends].sort((a, b) => a - b),
          `${service} ${usageType}`,
        );
        assert.equal(ends.at(-1), Number.POSITIVE_INFINITY, `${service} ${usageType}`);
        if (free?.pool) assert.equal(pools.get(free.pool) ?? free.amount, free.amount, `${service} ${free.pool}`);
        if (free?.pool) pools.set(free.pool, free.amount);
      }
    }
  });
});
