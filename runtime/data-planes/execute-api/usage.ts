import type { Kernel } from '../../kernel/service.ts';
import { gigabyte } from '../../kernel/usage.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { sizeOf } from './metrics.ts';
import type { ApiExchange } from './serve-api.ts';

/** "Amazon API Gateway pricing": HTTP APIs are metered in 512 KB increments. */
const incrementBytes = 512 * 1024;

/**
 * A request is charged, and what goes out to the internet; origin fetches of CloudFront are not. "Amazon API Gateway
 * FAQs": requests that were throttled or that an authorizer refused are free.
 */
export function meterRequest(kernel: Kernel, exchange: ApiExchange, response: HttpResponse): void {
  const { api, request, hop, free } = exchange;
  if (free) return;
  const about = {
    resource: `arn:aws:apigateway:${api.region}::/apis/${api.apiId}`,
    region: api.region,
    account: api.account,
    traces: [hop.traceId],
  };
  const sent = sizeOf(response);
  const largest = Math.max(Number(request.headers['content-length'] ?? 0), sent);
  kernel.events.emit('usage', {
    ...about,
    service: 'apigatewayv2',
    usageType: 'ApiGatewayHttpRequest',
    amount: Math.max(1, Math.ceil(largest / incrementBytes)),
  });
  if (request.headers['x-amz-cf-id'] !== undefined) return;
  kernel.events.emit('usage', {
    ...about,
    service: 'data-transfer',
    usageType: 'DataTransfer-Out-Bytes',
    amount: sent / gigabyte,
  });
}

/** From here on, what the request uses is counted for its route. */
export function tellRoute(kernel: Kernel, { hop, request, routeKey }: ApiExchange): void {
  const [method, path] = routeKey.split(' ');
  const cause = path === undefined ? routeKey : `${method === 'ANY' ? request.method : method} ${path}`;
  kernel.events.emit('trace.cause', { traceId: hop.traceId, cause });
}
