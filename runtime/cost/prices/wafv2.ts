import { definePrices } from '../price-list.ts';

const unverified = 'not found again in what was read';

export default definePrices({
  service: 'wafv2',
  name: 'AWS WAF',
  page: 'https://aws.amazon.com/waf/pricing/',
  taken: '2026-11-21',
  checked: 'nothing beyond what is generally known of the page',
  regions: {
    'us-east-1': {
      Request: { about: 'Requests inspected', unit: 'requests', per: 1_000_000, tiers: [{ usd: 0.6 }], unverified },
      WebACL: { about: 'Web ACLs', unit: 'web-ACL-months', time: 'month', tiers: [{ usd: 5 }], unverified },
      Rule: {
        about: 'Rules of web ACLs, a rule group counted as one',
        unit: 'rule-months',
        time: 'month',
        tiers: [{ usd: 1 }],
        unverified,
      },
    },
  },
});
