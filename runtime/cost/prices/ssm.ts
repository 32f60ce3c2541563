import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'ssm',
  name: 'AWS Systems Manager',
  page: 'https://aws.amazon.com/systems-manager/pricing/',
  taken: '2026-11-21',
  checked: 'guides that quote the page',
  regions: {
    'us-east-1': {
      'PS-Advanced-Param-Tier1': {
        about: 'Advanced parameters',
        unit: 'parameter-months',
        time: 'month',
        tiers: [{ usd: 0.05 }],
      },
    },
  },
});
