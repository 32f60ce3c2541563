import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import type { CorsConfiguration } from './api-table.ts';

/** "Configure CORS for HTTP APIs": API Gateway answers preflights itself and puts its headers over the integration's. */
export function preflight(cors: CorsConfiguration, request: HttpRequest): HttpResponse {
  const headers = originHeaders(cors, request);
  if (Object.keys(headers).length > 0) {
    if (cors.allowMethods.length > 0) headers['access-control-allow-methods'] = cors.allowMethods.join(',');
    if (cors.allowHeaders.length > 0) headers['access-control-allow-headers'] = cors.allowHeaders.join(',');
    if (cors.maxAge !== undefined) headers['access-control-max-age'] = String(cors.maxAge);
  }
  return { status: 204, headers, body: undefined };
}

export function isPreflight(request: HttpRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers.origin !== undefined &&
    request.headers['access-control-request-method'] !== undefined
  );
}

export function withCors(cors: CorsConfiguration, request: HttpRequest, response: HttpResponse): HttpResponse {
  const kept = Object.fromEntries(
    Object.entries(response.headers).filter(([name]) => !name.startsWith('access-control-')),
  );
  const headers: HttpResponse['headers'] = { ...kept, ...originHeaders(cors, request) };
  if (cors.exposeHeaders.length > 0 && headers['access-control-allow-origin'])
    headers['access-control-expose-headers'] = cors.exposeHeaders.join(',');
  return { ...response, headers };
}

function originHeaders(cors: CorsConfiguration, request: HttpRequest): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined || !allows(cors.allowOrigins, origin)) return {};
  const any = cors.allowOrigins.includes('*') && !cors.allowCredentials;
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(any ? {} : { vary: 'origin' }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

function allows(patterns: string[], origin: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === origin ||
      ((pattern === 'https://*' || pattern === 'http://*') && origin.startsWith(pattern.slice(0, -1))),
  );
}
