import { definePrices } from '../price-list.ts';

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
        free: { amount: 20_000 },
      },
    },
  },
});
