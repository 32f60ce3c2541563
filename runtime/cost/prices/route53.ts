import { definePrices } from '../price-list.ts';

const unverified = 'taken from memory of the page, not read again';

/** Zones are billed by the month begun; here by the part of it they stood, since those of under 12 hours are free. */
export default definePrices({
  service: 'route53',
  name: 'Amazon Route 53',
  page: 'https://aws.amazon.com/route53/pricing/',
  taken: '2026-11-21',
  checked: 'nothing yet',
  regions: {
    'us-east-1': {
      HostedZone: {
        about: 'Hosted zones',
        unit: 'zones',
        tiers: [{ upTo: 25, usd: 0.5 }, { usd: 0.1 }],
        time: 'month',
        unverified,
      },
      'DNS-Queries': {
        about: 'DNS queries, all as standard ones',
        unit: 'queries',
        per: 1_000_000,
        tiers: [{ upTo: 1_000_000_000, usd: 0.4 }, { usd: 0.2 }],
        unverified,
      },
      'Health-Check-AWS': {
        about: 'Health checks of endpoints in AWS, without optional features',
        unit: 'health checks',
        tiers: [{ usd: 0.5 }],
        time: 'month',
        free: { amount: 50 * 730 },
        unverified,
      },
    },
  },
});
