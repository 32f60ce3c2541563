import { definePrices } from '../price-list.ts';

const requests = {
  about: 'Requests',
  unit: 'requests',
  per: 1_000_000,
  tiers: [{ usd: 0.2 }],
  free: { amount: 1_000_000, pool: 'requests' },
};
/** One allowance for both architectures ("AWS Lambda Pricing", Free Tier). */
const free = { amount: 400_000, pool: 'duration' };

export default definePrices({
  service: 'lambda',
  name: 'AWS Lambda',
  page: 'https://aws.amazon.com/lambda/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2024 and 2026 that quote the page',
  regions: {
    'us-east-1': {
      Request: requests,
      'Request-ARM': requests,
      'Lambda-GB-Second': {
        about: 'Duration, x86',
        unit: 'GB-seconds',
        tiers: [{ upTo: 6e9, usd: 0.0000166667 }, { upTo: 15e9, usd: 0.000015 }, { usd: 0.0000133334 }],
        free,
      },
      'Lambda-GB-Second-ARM': {
        about: 'Duration, arm64',
        unit: 'GB-seconds',
        tiers: [{ upTo: 7.5e9, usd: 0.0000133334 }, { upTo: 18.75e9, usd: 0.0000120001 }, { usd: 0.0000106667 }],
        free,
      },
      'Lambda-Storage-GB-Second': {
        about: 'Ephemeral storage above 512 MB',
        unit: 'GB-seconds',
        tiers: [{ usd: 0.0000000309 }],
        unverified: 'not found again in what was read',
      },
    },
  },
});
