import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'events',
  name: 'Amazon EventBridge',
  page: 'https://aws.amazon.com/eventbridge/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'Event-64K-Chunks': {
        about: 'Custom events, each begun 64 KB',
        unit: 'events',
        per: 1_000_000,
        tiers: [{ usd: 1 }],
      },
    },
  },
});
