import { lookupTable } from '../../kernel/lookup-table.ts';
import { requestTime } from './proxy-event.ts';
import type { ApiExchange } from './serve-api.ts';

/** `$context.` variables ("Logging variables for HTTP APIs"); those that only an answer has are the access log's. */
export function contextVariable(exchange: ApiExchange, name: string): string | number | undefined {
  if (name.startsWith('authorizer.')) return authorizerVariable(exchange, name.slice('authorizer.'.length));
  if (name.startsWith('identity.')) return identityVariable(exchange, name.slice('identity.'.length));
  return variables[name]?.(exchange);
}

const variables: Record<string, (exchange: ApiExchange) => string | number | undefined> = lookupTable({
  accountId: ({ api }) => api.account,
  apiId: ({ api }) => api.apiId,
  domainName: ({ request }) => request.host,
  domainPrefix: ({ request }) => request.host.split('.')[0],
  extendedRequestId: ({ requestId }) => requestId,
  httpMethod: ({ request }) => request.method,
  path: ({ path }) => path,
  protocol: ({ request }) => `HTTP/${request.client.httpVersion}`,
  requestId: ({ requestId }) => requestId,
  requestTime: ({ timeMs }) => requestTime(timeMs),
  requestTimeEpoch: ({ timeMs }) => Math.floor(timeMs / 1000),
  routeKey: ({ routeKey }) => routeKey || undefined,
  stage: ({ stage }) => stage.stageName,
});

/** `claims.sub` of a token, or what a Lambda authorizer put in its context. */
function authorizerVariable({ authorizer }: ApiExchange, name: string): string | undefined {
  const [first = '', ...rest] = name.split('.');
  const { jwt, lambda } = (authorizer ?? {}) as { jwt?: { claims: Values }; lambda?: Values };
  const value = first === 'claims' ? jwt?.claims[rest.join('.')] : lambda?.[name];
  return value === undefined || value === null ? undefined : String(value);
}

type Values = Record<string, unknown>;

function identityVariable({ authorizer, request }: ApiExchange, name: string): string | undefined {
  if (name === 'sourceIp') return request.client.ip;
  if (name === 'userAgent') return request.headers['user-agent'];
  const iam = authorizer?.iam as Record<string, string> | undefined;
  return iam?.[{ caller: 'callerId', user: 'userId', accountId: 'accountId', userArn: 'userArn' }[name] ?? ''];
}
