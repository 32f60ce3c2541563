import { definePrices } from '../price-list.ts';

const unverified = 'not found again in what was read';

export default definePrices({
  service: 'dynamodb',
  name: 'Amazon DynamoDB',
  page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/ and /provisioned/',
  taken: '2026-11-21',
  checked: 'a copy of the page for storage, guides of 2025 that quote it for requests',
  regions: {
    'us-east-1': {
      ReadRequestUnits: {
        about: 'On-demand reads',
        unit: 'read request units',
        per: 1_000_000,
        tiers: [{ usd: 0.125 }],
      },
      WriteRequestUnits: {
        about: 'On-demand writes',
        unit: 'write request units',
        per: 1_000_000,
        tiers: [{ usd: 0.625 }],
      },
      'ReadCapacityUnit-Hrs': {
        about: 'Provisioned reads',
        unit: 'capacity unit-hours',
        time: 'hour',
        tiers: [{ usd: 0.00013 }],
        free: { amount: 25 * 730 },
      },
      'WriteCapacityUnit-Hrs': {
        about: 'Provisioned writes',
        unit: 'capacity unit-hours',
        time: 'hour',
        tiers: [{ usd: 0.00065 }],
        free: { amount: 25 * 730 },
      },
      'TimedStorage-ByteHrs': {
        about: 'Storage',
        unit: 'GB-months',
        time: 'month',
        tiers: [{ usd: 0.25 }],
        free: { amount: 25 },
      },
      'TimedPITRStorage-ByteHrs': {
        about: 'Point-in-time recovery',
        unit: 'GB-months',
        time: 'month',
        tiers: [{ usd: 0.2 }],
        unverified,
      },
      'TimedBackupStorage-ByteHrs': {
        about: 'Backups',
        unit: 'GB-months',
        time: 'month',
        tiers: [{ usd: 0.1 }],
        unverified,
      },
      'Streams-Requests': {
        about: 'Streams, GetRecords calls',
        unit: 'requests',
        per: 100_000,
        tiers: [{ usd: 0.02 }],
        free: { amount: 2_500_000 },
        unverified,
      },
    },
  },
});
