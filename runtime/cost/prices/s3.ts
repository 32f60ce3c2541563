import { definePrices } from '../price-list.ts';

const standard = [{ upTo: 51_200, usd: 0.023 }, { upTo: 512_000, usd: 0.022 }, { usd: 0.021 }];
const storage = { unit: 'GB-months', time: 'month' as const };

export default definePrices({
  service: 's3',
  name: 'Amazon S3',
  page: 'https://aws.amazon.com/s3/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      'Requests-Tier1': { about: 'PUT, COPY, POST and LIST', unit: 'requests', per: 1000, tiers: [{ usd: 0.005 }] },
      'Requests-Tier2': { about: 'GET and all other requests', unit: 'requests', per: 1000, tiers: [{ usd: 0.0004 }] },
      'TimedStorage-ByteHrs': { ...storage, about: 'Storage, Standard', tiers: standard },
      'TimedStorage-INT-FA-ByteHrs': { ...storage, about: 'Storage, Intelligent-Tiering', tiers: standard },
      'TimedStorage-SIA-ByteHrs': { ...storage, about: 'Storage, Standard-IA', tiers: [{ usd: 0.0125 }] },
      'TimedStorage-ZIA-ByteHrs': { ...storage, about: 'Storage, One Zone-IA', tiers: [{ usd: 0.01 }] },
      'TimedStorage-GIR-ByteHrs': { ...storage, about: 'Storage, Glacier Instant Retrieval', tiers: [{ usd: 0.004 }] },
      'TimedStorage-GlacierByteHrs': {
        ...storage,
        about: 'Storage, Glacier Flexible Retrieval',
        tiers: [{ usd: 0.0036 }],
      },
      'TimedStorage-GDA-ByteHrs': { ...storage, about: 'Storage, Glacier Deep Archive', tiers: [{ usd: 0.00099 }] },
    },
  },
});
