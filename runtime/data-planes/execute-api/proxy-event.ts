import type { CallerIdentity } from '../../engines/signature/caller-identity.ts';
import type { HttpRequest } from '../http/exchange.ts';
import type { RouteMatch } from './match-route.ts';

export interface EventParts {
  request: HttpRequest;
  body: Buffer;
  match: RouteMatch;
  stage: { stageName: string; variables: Record<string, string> };
  apiId: string;
  account: string;
  requestId: string;
  timeMs: number;
  /** The path with its stage, as the client sent it. */
  rawPath: string;
  authorizer: Record<string, unknown> | undefined;
}

/** "Working with AWS Lambda proxy integrations for HTTP APIs" (API Gateway Developer Guide), payload format 2.0. */
export function eventV2(parts: EventParts): object {
  const { request, body, match, stage } = parts;
  const { path, query } = split(request.url);
  const { cookie, ...headers } = request.headers;
  const queryParameters = queryStringParameters(query);
  const encoded = !isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: parts.rawPath,
    rawQueryString: query,
    ...(cookie ? { cookies: cookie.split(/;\s*/) } : {}),
    headers: {
      ...headers,
      'x-forwarded-for': forwardedFor(request),
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    ...(queryParameters ? { queryStringParameters: queryParameters } : {}),
    requestContext: {
      accountId: parts.account,
      apiId: parts.apiId,
      ...(parts.authorizer ? { authorizer: parts.authorizer } : {}),
      domainName: request.host,
      domainPrefix: request.host.split('.')[0],
      http: {
        method: request.method,
        path: parts.rawPath || path,
        protocol: `HTTP/${request.client.httpVersion}`,
        sourceIp: request.client.ip,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: parts.requestId,
      routeKey: match.route.routeKey,
      stage: stage.stageName,
      time: requestTime(parts.timeMs),
      timeEpoch: parts.timeMs,
    },
    ...(Object.keys(match.pathParameters).length > 0 ? { pathParameters: match.pathParameters } : {}),
    ...(Object.keys(stage.variables).length > 0 ? { stageVariables: stage.variables } : {}),
    ...(body.length > 0 ? { body: body.toString(encoded ? 'base64' : 'utf8') } : {}),
    isBase64Encoded: body.length > 0 && encoded,
  };
}

/** Payload format 1.0, the form of REST APIs. */
export function eventV1(parts: EventParts): object {
  const { request, body, match, stage } = parts;
  const { query } = split(request.url);
  const { headers } = request;
  const iam = parts.authorizer?.iam as CallerIdentity | undefined;
  const multi = multiValues(query);
  const encoded = !isText(headers['content-type']);
  const resource = match.route.routeKey === '$default' ? '$default' : (match.route.routeKey.split(' ')[1] ?? '');
  return {
    version: '1.0',
    resource,
    path: parts.rawPath,
    httpMethod: request.method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters:
      multi && Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: multi,
    requestContext: {
      accountId: parts.account,
      apiId: parts.apiId,
      ...(parts.authorizer && !iam ? { authorizer: parts.authorizer } : {}),
      domainName: request.host,
      domainPrefix: request.host.split('.')[0],
      extendedRequestId: parts.requestId,
      httpMethod: request.method,
      identity: {
        accessKey: iam?.accessKey ?? null,
        accountId: iam?.accountId ?? null,
        caller: iam?.callerId ?? null,
        sourceIp: request.client.ip,
        user: iam?.userId ?? null,
        userAgent: headers['user-agent'] ?? null,
        userArn: iam?.userArn ?? null,
      },
      path: parts.rawPath,
      protocol: `HTTP/${request.client.httpVersion}`,
      requestId: parts.requestId,
      requestTime: requestTime(parts.timeMs),
      requestTimeEpoch: parts.timeMs,
      resourceId: match.route.routeKey,
      resourcePath: resource,
      stage: stage.stageName,
    },
    pathParameters: Object.keys(match.pathParameters).length > 0 ? match.pathParameters : null,
    stageVariables: Object.keys(stage.variables).length > 0 ? stage.variables : null,
    body: body.length > 0 ? body.toString(encoded ? 'base64' : 'utf8') : null,
    isBase64Encoded: body.length > 0 && encoded,
  };
}

/** Text bodies arrive as text, everything else in base64. */
export function isText(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  return /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded|[a-z0-9.+-]*\+(json|xml)))/i.test(
    contentType,
  );
}

export function split(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Values of a repeated parameter are joined by commas in 2.0. */
function queryStringParameters(query: string): Record<string, string> | undefined {
  const multi = multiValues(query);
  return multi
    ? Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.join(',')]))
    : undefined;
}

function multiValues(query: string): Record<string, string[]> | null {
  if (query === '') return null;
  const result: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const values = result[name] ?? [];
    values.push(value);
    result[name] = values;
  }
  return result;
}

function forwardedFor(request: HttpRequest): string {
  const earlier = request.headers['x-forwarded-for'];
  return earlier ? `${earlier}, ${request.client.ip}` : request.client.ip;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 21/Nov/2026:05:00:00 +0000 */
export function requestTime(timeMs: number): string {
  const date = new Date(timeMs);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}
