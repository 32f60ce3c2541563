import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'sns',
  name: 'Amazon SNS',
  page: 'https://aws.amazon.com/sns/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'Requests-Tier1': {
        about: 'Requests, each begun 64 KB',
        unit: 'requests',
        per: 1_000_000,
        tiers: [{ usd: 0.5 }],
        free: { amount: 1_000_000 },
      },
      'DeliveryAttempts-HTTP': {
        about: 'Deliveries over HTTP and HTTPS',
        unit: 'deliveries',
        per: 1_000_000,
        tiers: [{ usd: 0.6 }],
        free: { amount: 100_000 },
      },
      'DeliveryAttempts-SMTP': {
        about: 'Deliveries by e-mail',
        unit: 'deliveries',
        per: 100_000,
        tiers: [{ usd: 2 }],
        free: { amount: 1000 },
      },
    },
  },
});
