import { definePrices } from '../price-list.ts';

/** A million of requests to queues of either kind are free. */
const free = { amount: 1_000_000, pool: 'requests' };

export default definePrices({
  service: 'sqs',
  name: 'Amazon SQS',
  page: 'https://aws.amazon.com/sqs/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'Requests-Tier1': {
        about: 'Requests to standard queues, each begun 64 KB',
        unit: 'requests',
        per: 1_000_000,
        tiers: [{ upTo: 100e9, usd: 0.4 }, { upTo: 200e9, usd: 0.3 }, { usd: 0.24 }],
        free,
      },
      'Requests-FIFO-Tier1': {
        about: 'Requests to FIFO queues, each begun 64 KB',
        unit: 'requests',
        per: 1_000_000,
        // The second tier was not found again: 0.40.
        tiers: [{ upTo: 100e9, usd: 0.5 }, { upTo: 200e9, usd: 0.4 }, { usd: 0.35 }],
        free,
      },
    },
  },
});
