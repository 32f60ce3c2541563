import { definePrices } from '../price-list.ts';

const unverified = 'not found again in what was read';

export default definePrices({
  service: 'elbv2',
  name: 'Elastic Load Balancing',
  page: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      LoadBalancerUsage: {
        about: 'Application and Network Load Balancers',
        unit: 'load balancer-hours',
        time: 'hour',
        tiers: [{ usd: 0.0225 }],
        unverified,
      },
      NetworkLCUUsage: {
        about: 'Network Load Balancer capacity units',
        unit: 'NLCU-hours',
        tiers: [{ usd: 0.006 }],
        unverified,
      },
      LCUUsage: { about: 'Load balancer capacity units', unit: 'LCU-hours', tiers: [{ usd: 0.008 }], unverified },
    },
  },
});
