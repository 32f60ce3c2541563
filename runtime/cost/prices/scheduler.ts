import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'scheduler',
  name: 'Amazon EventBridge Scheduler',
  page: 'https://aws.amazon.com/eventbridge/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      ScheduledInvocation: {
        about: 'Invocations',
        unit: 'invocations',
        per: 1_000_000,
        tiers: [{ usd: 1 }],
        free: { amount: 14_000_000 },
      },
    },
  },
});
