import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'fis',
  name: 'AWS Fault Injection Service',
  page: 'https://aws.amazon.com/fis/pricing/',
  taken: '2026-11-21',
  checked: 'by nothing yet',
  regions: {
    'us-east-1': {
      ActionMinutes: {
        about: 'Minutes of actions',
        unit: 'minutes',
        per: 1,
        tiers: [{ usd: 0.1 }],
        unverified: 'from memory',
      },
    },
  },
});
