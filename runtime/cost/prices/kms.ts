import { definePrices } from '../price-list.ts';

/** One allowance for requests of every kind but pairs of data keys. */
const free = { amount: 20_000, pool: 'requests' };
const unverified = 'not found again in what was read';

export default definePrices({
  service: 'kms',
  name: 'AWS Key Management Service',
  page: 'https://aws.amazon.com/kms/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'KMS-Keys': { about: 'Customer managed keys', unit: 'key-months', time: 'month', tiers: [{ usd: 1 }] },
      'KMS-Requests': {
        about: 'Requests',
        unit: 'requests',
        per: 10_000,
        tiers: [{ usd: 0.03 }],
        free,
      },
      'KMS-Requests-Asymmetric': {
        about: 'Requests with elliptic-curve keys',
        unit: 'requests',
        per: 10_000,
        tiers: [{ usd: 0.15 }],
        free,
        unverified,
      },
      'KMS-Requests-GenerateDatakeyPair-ECC': {
        about: 'Pairs of elliptic-curve data keys',
        unit: 'requests',
        per: 10_000,
        tiers: [{ usd: 0.1 }],
        unverified,
      },
      'KMS-Requests-GenerateDatakeyPair-RSA': {
        about: 'Pairs of RSA data keys',
        unit: 'requests',
        per: 10_000,
        tiers: [{ usd: 12 }],
        unverified,
      },
    },
  },
});
