import { definePrices } from '../price-list.ts';

export default definePrices({
  service: 'apigatewayv2',
  name: 'Amazon API Gateway',
  page: 'https://aws.amazon.com/api-gateway/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2025 and 2026 that quote the page',
  regions: {
    'us-east-1': {
      ApiGatewayHttpRequest: {
        about: 'HTTP API requests, each begun 512 KB',
        unit: 'requests',
        per: 1_000_000,
        tiers: [{ upTo: 300e6, usd: 1 }, { usd: 0.9 }],
      },
    },
  },
});
