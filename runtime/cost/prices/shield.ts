import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'shield',
  name: 'AWS Shield',
  page: 'https://aws.amazon.com/shield/pricing/',
  taken: '2026-11-21',
  checked: 'nothing beyond what is generally known of the page',
  regions: {
    'us-east-1': {
      'Shield-Monthly-Fee': {
        about: 'Subscription to Shield Advanced',
        unit: 'subscription-months',
        time: 'month',
        tiers: [{ usd: 3000 }],
        unverified: 'not found again in what was read',
      },
    },
  },
});
