import { definePrices } from '../price-list.ts';

const unverified = 'not found again in what was read';
const requests = { unit: 'requests', per: 10_000, free: { amount: 10_000_000, pool: 'requests' }, unverified };

/** Orrery has one edge location, in the United States: prices are of that column. */
export default definePrices({
  service: 'cloudfront',
  name: 'Amazon CloudFront',
  page: 'https://aws.amazon.com/cloudfront/pricing/',
  taken: '2026-11-21',
  checked: 'a copy of the page',
  regions: {
    'us-east-1': {
      'Requests-Tier2-HTTPS': { ...requests, about: 'HTTPS GET and HEAD', tiers: [{ usd: 0.01 }] },
      'Requests-HTTPS-Proxy': { ...requests, about: 'HTTPS requests of other methods', tiers: [{ usd: 0.01 }] },
      'DataTransfer-Out-Bytes': {
        about: 'Data transfer to viewers, United States',
        unit: 'GB',
        tiers: [
          { upTo: 10_240, usd: 0.085 },
          { upTo: 51_200, usd: 0.08 },
          { upTo: 153_600, usd: 0.06 },
          { upTo: 512_000, usd: 0.04 },
          { upTo: 1_048_576, usd: 0.03 },
          { upTo: 5_242_880, usd: 0.025 },
          { usd: 0.02 },
        ],
        free: { amount: 1024 },
      },
      'DataTransfer-Out-OBytes': { about: 'Data transfer to origins', unit: 'GB', tiers: [{ usd: 0.02 }], unverified },
      Invalidations: {
        about: 'Paths invalidated',
        unit: 'paths',
        tiers: [{ usd: 0.005 }],
        free: { amount: 1000 },
      },
      'Executions-CloudFrontFunctions': {
        about: 'CloudFront Functions',
        unit: 'invocations',
        per: 1_000_000,
        tiers: [{ usd: 0.1 }],
        free: { amount: 2_000_000 },
      },
    },
  },
});
