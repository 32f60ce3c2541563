import { definePrices } from '../price-list.ts';

const unverified = 'not found again in what was read';
/** Five gigabytes of ingestion and storage together ("Free tier", Amazon CloudWatch Pricing). */
const free = { amount: 5, pool: 'logs' };

export default definePrices({
  service: 'logs',
  name: 'Amazon CloudWatch Logs',
  page: 'https://aws.amazon.com/cloudwatch/pricing/',
  taken: '2026-11-21',
  checked: 'a copy of the page for the free tier, guides of 2026 that quote it for prices',
  regions: {
    'us-east-1': {
      'DataProcessing-Bytes': { about: 'Ingestion', unit: 'GB', tiers: [{ usd: 0.5 }], free },
      'DataProcessingIA-Bytes': {
        about: 'Ingestion, Infrequent Access',
        unit: 'GB',
        tiers: [{ usd: 0.25 }],
        free,
        unverified,
      },
      'TimedStorage-ByteHrs': {
        about: 'Storage, counted compressed to 15 %',
        unit: 'GB-months',
        time: 'month',
        tiers: [{ usd: 0.03 }],
        free,
        unverified,
      },
    },
  },
});
