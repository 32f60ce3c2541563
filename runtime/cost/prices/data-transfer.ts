import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'data-transfer',
  name: 'Data Transfer',
  page: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'DataTransfer-Out-Bytes': {
        about: 'Out to the internet',
        unit: 'GB',
        tiers: [{ upTo: 10_240, usd: 0.09 }, { upTo: 51_200, usd: 0.085 }, { upTo: 153_600, usd: 0.07 }, { usd: 0.05 }],
        free: { amount: 100 },
      },
      'DataTransfer-Regional-Bytes': {
        about: 'Between zones, at each end',
        unit: 'GB',
        tiers: [{ usd: 0.01 }],
        unverified: 'not found again in what was read',
      },
    },
  },
});
