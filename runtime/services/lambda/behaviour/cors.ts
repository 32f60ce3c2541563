import type { HttpRequest } from '../../../data-planes/http/exchange.ts';
import type { UrlRecord } from '../state.ts';

export function isPreflight(request: HttpRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

/** What a function URL itself adds ("Cross-origin resource sharing (CORS)" in "Creating and managing Lambda function URLs"). */
export function corsHeaders(cors: UrlRecord['Cors'], request: HttpRequest): Record<string, string> {
  const { origin } = request.headers;
  if (!cors || !origin || !cors.AllowOrigins?.some((allowed) => allowed === '*' || allowed === origin)) return {};
  const list = (name: string, values: string[] | undefined) => (values?.length ? { [name]: values.join(',') } : {});
  return {
    'access-control-allow-origin': cors.AllowOrigins.includes('*') && !cors.AllowCredentials ? '*' : origin,
    ...(cors.AllowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(isPreflight(request)
      ? {
          ...list('access-control-allow-methods', cors.AllowMethods),
          ...list('access-control-allow-headers', cors.AllowHeaders),
          ...(cors.MaxAge === undefined ? {} : { 'access-control-max-age': String(cors.MaxAge) }),
        }
      : list('access-control-expose-headers', cors.ExposeHeaders)),
    vary: 'Origin',
  };
}
