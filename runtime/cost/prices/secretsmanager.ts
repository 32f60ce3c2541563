import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'secretsmanager',
  name: 'AWS Secrets Manager',
  page: 'https://aws.amazon.com/secrets-manager/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'AWSSecretsManager-Secrets': { about: 'Secrets', unit: 'secret-months', time: 'month', tiers: [{ usd: 0.4 }] },
      AWSSecretsManagerAPIRequest: { about: 'API calls', unit: 'calls', per: 10_000, tiers: [{ usd: 0.05 }] },
    },
  },
});
