import type { Kernel } from '../../kernel/service.ts';
import type { HttpResponse } from '../http/exchange.ts';
import type { ApiExchange } from './serve-api.ts';

/** "Work with metrics for HTTP APIs": by API, by API and stage, and by route where detailed metrics are on. */
export function reportMetrics(kernel: Kernel, exchange: ApiExchange, response: HttpResponse, latencyMs: number): void {
  const { api, stage, request, routeKey, timeMs } = exchange;
  const values: [string, number, string][] = [
    ['Count', 1, 'Count'],
    ['4xx', response.status >= 400 && response.status < 500 ? 1 : 0, 'Count'],
    ['5xx', response.status >= 500 ? 1 : 0, 'Count'],
    ['Latency', latencyMs, 'Milliseconds'],
    ['IntegrationLatency', exchange.integrationMs, 'Milliseconds'],
    ['DataProcessed', Number(request.headers['content-length'] ?? 0) + sizeOf(response), 'Bytes'],
  ];
  const dimensionSets: Record<string, string>[] = [{ ApiId: api.apiId }, { ApiId: api.apiId, Stage: stage.stageName }];
  if (stage.detailedMetrics && routeKey !== '') {
    const [method = routeKey, resource = routeKey] = routeKey.split(' ');
    dimensionSets.push({ ApiId: api.apiId, Stage: stage.stageName, Method: method, Resource: resource });
  }
  for (const dimensions of dimensionSets) {
    for (const [name, value, unit] of values) {
      kernel.events.emit('metric', {
        namespace: 'AWS/ApiGateway',
        name,
        dimensions,
        value,
        unit,
        timeMs,
        region: api.region,
        account: api.account,
      });
    }
  }
}

export function sizeOf(response: HttpResponse): number {
  return typeof response.body === 'string' || Buffer.isBuffer(response.body) ? Buffer.byteLength(response.body) : 0;
}
