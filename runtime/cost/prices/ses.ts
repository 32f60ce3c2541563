import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'ses',
  name: 'Amazon Simple Email Service',
  page: 'https://aws.amazon.com/ses/pricing/',
  taken: '2026-11-21',
  checked: 'a bill that shows both, and guides that quote the page',
  regions: {
    'us-east-1': {
      // The 3,000 messages a month that are free are for an account's first year.
      Recipients: {
        about: 'Mails, each recipient',
        unit: 'mails',
        per: 1000,
        tiers: [{ usd: 0.1 }],
      },
      'AttachmentsSize-Bytes': {
        about: 'Data of attachments, encoded',
        unit: 'GB',
        tiers: [{ usd: 0.12 }],
      },
    },
  },
});
