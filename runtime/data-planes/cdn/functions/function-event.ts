import { awsName } from '../../http/hosts.ts';
import type { Served } from '../serve.ts';
import type { Visit } from '../visit.ts';

/** The event object of "CloudFront Functions event structure". */
export interface FunctionEvent {
  version: '1.0';
  context: { distributionDomainName: string; distributionId: string; eventType: string; requestId: string };
  viewer: { ip: string };
  request: FunctionRequest;
  response?: FunctionResponse;
}

export interface FunctionRequest {
  method: string;
  uri: string;
  querystring: Values | string;
  headers: Values;
  cookies: Values;
}

export interface FunctionResponse {
  statusCode: number;
  statusDescription?: string;
  headers?: Values;
  cookies?: Values;
  body?: string | { encoding: 'text' | 'base64'; data: string };
}

export type Values = Record<string, Value>;

export interface Value {
  value: string;
  multiValue?: { value: string; attributes?: string }[];
  attributes?: string;
}

export function eventFor(
  visit: Visit,
  eventType: 'viewer-request' | 'viewer-response',
  served?: Served,
): FunctionEvent {
  const { viewer, site } = visit;
  const { cookie, ...headers } = viewer.headers;
  if (headers.host !== undefined) headers.host = awsName(headers.host);
  return {
    version: '1.0',
    context: {
      distributionDomainName: site.domainName,
      distributionId: site.id,
      eventType,
      requestId: visit.requestId,
    },
    viewer: { ip: viewer.raw.client.ip },
    request: {
      method: viewer.method,
      uri: viewer.path,
      querystring: pairs(viewer.query, '&'),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }])),
      cookies: pairs(cookie ?? '', ';'),
    },
    ...(served ? { response: responseOf(served) } : {}),
  };
}

function responseOf(served: Served): FunctionResponse {
  const headers: Values = {};
  const cookies: Values = {};
  for (const [name, value] of Object.entries(served.headers)) {
    if (name === 'content-length') continue;
    if (name === 'set-cookie') for (const line of [value].flat()) addCookie(cookies, line);
    else
      headers[name] = Array.isArray(value)
        ? { value: value[0] ?? '', multiValue: value.map((one) => ({ value: one })) }
        : { value };
  }
  return { statusCode: served.status, headers, cookies };
}

function addCookie(cookies: Values, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  const cookie = {
    value: pair.slice(equals + 1),
    ...(attributes.length > 0 ? { attributes: attributes.join(';').trim() } : {}),
  };
  add(cookies, pair.slice(0, equals).trim(), cookie);
}

function pairs(text: string, separator: string): Values {
  const values: Values = {};
  for (const part of text.split(separator)) {
    const pair = part.trim();
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    add(values, equals === -1 ? pair : pair.slice(0, equals), { value: equals === -1 ? '' : pair.slice(equals + 1) });
  }
  return values;
}

/** The first value is `value`; all of them are `multiValue` once there are several. */
function add(values: Values, name: string, value: { value: string; attributes?: string }): void {
  const known = values[name];
  if (!known) values[name] = value;
  else
    known.multiValue = [
      ...(known.multiValue ?? [
        { value: known.value, ...(known.attributes === undefined ? {} : { attributes: known.attributes }) },
      ]),
      value,
    ];
}
