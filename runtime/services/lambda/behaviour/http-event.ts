import type { HttpRequest } from '../../../data-planes/http/exchange.ts';
import type { CallerIdentity } from '../../../engines/signature/caller-identity.ts';
import type { Context } from '../../../kernel/service.ts';
import type { UrlRecord } from '../state.ts';

interface Sent {
  body: Buffer;
  /** Who signed it. */
  caller: CallerIdentity | undefined;
}

/** A request as the function sees it: payload format version 2.0 ("Invoking Lambda function URLs"). */
export function requestEvent(ctx: Context, url: UrlRecord, request: HttpRequest, { body, caller }: Sent): object {
  const { path, query } = split(request.url);
  const cookies = request.headers.cookie?.split(/;\s*/);
  const domainName = new URL(url.FunctionUrl).host;
  const isText = isTextual(request.headers['content-type']);
  const parameters = queryParameters(query);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookies ? { cookies } : {}),
    headers: headersOf(request, domainName, ctx.trace.header),
    ...(parameters ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: caller?.accountId ?? 'anonymous',
      apiId: url.urlId,
      ...(caller ? { authorizer: { iam: caller } } : {}),
      domainName,
      domainPrefix: url.urlId,
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.client.httpVersion}`,
        sourceIp: request.client.ip,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: ctx.requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(ctx.clock.now()),
      timeEpoch: ctx.clock.now(),
    },
    ...(body.length > 0 ? { body: body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function headersOf(request: HttpRequest, host: string, trace: string): Record<string, string> {
  const { cookie: _, ...headers } = request.headers;
  return {
    ...headers,
    host,
    'x-forwarded-for': [request.headers['x-forwarded-for'], request.client.ip].filter(Boolean).join(', '),
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-amzn-trace-id': trace,
  };
}

function split(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  const raw = mark === -1 ? url : url.slice(0, mark);
  return { path: decoded(raw), query: mark === -1 ? '' : url.slice(mark + 1) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Repeated names are joined with commas. */
function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    parameters[name] = Object.hasOwn(parameters, name) ? `${parameters[name]},${value}` : value;
  return parameters;
}

function isTextual(type: string | undefined): boolean {
  return (
    type !== undefined &&
    /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)|[^;]*\+(json|xml))/i.test(type)
  );
}

/** 21/Nov/2026:06:00:00 +0000 */
function commonLogTime(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
