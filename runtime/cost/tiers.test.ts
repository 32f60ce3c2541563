import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { afterAllowance, charges } from './tiers.ts';

describe('tiers', () => {
  const tiers = [{ upTo: 300, usd: 1 }, { upTo: 1000, usd: 0.9 }, { usd: 0.5 }];

  test('each unit costs the price of the tier it falls into', () => {
    assert.deepEqual(charges(300, tiers), [{ amount: 300, usd: 1, cost: 300 }]);
    assert.deepEqual(charges(1500, tiers), [
      { amount: 300, usd: 1, cost: 300 },
      { amount: 700, usd: 0.9, cost: 630 },
      { amount: 500, usd: 0.5, cost: 250 },
    ]);
  });

  test('prices are for so many units, nothing costs nothing', () => {
    assert.deepEqual(charges(1_500_000, [{ usd: 0.4 }], 1_000_000), [
      { amount: 1_500_000, usd: 0.4, cost: 0.6000000000000001 },
    ]);
    assert.deepEqual(charges(0, tiers), []);
  });

  test('an allowance is taken from what shares it in proportion, and never makes less than nothing', () => {
    assert.deepEqual(afterAllowance([300, 100], 200), [150, 50]);
    assert.deepEqual(afterAllowance([300, 100], 400), [0, 0]);
    assert.deepEqual(afterAllowance([7, 0], 0), [7, 0]);
    assert.deepEqual(afterAllowance([], 5), []);
  });
});
