import { awsName } from '../../http/hosts.ts';
import type { Origin } from '../configuration.ts';
import type { Visit } from '../visit.ts';

/** "Lambda@Edge event structure": headers are lists by lower-case name. */
export type LambdaHeaders = Record<string, { key?: string; value: string }[]>;

export interface LambdaRequest {
  clientIp: string;
  headers: LambdaHeaders;
  method: string;
  querystring: string;
  uri: string;
  origin?: { custom?: LambdaOrigin; s3?: LambdaOrigin };
}

export interface LambdaOrigin {
  customHeaders?: LambdaHeaders;
  domainName: string;
  path: string;
  port?: number;
  protocol?: 'http' | 'https';
  readTimeout?: number;
}

export interface LambdaResponse {
  status: string;
  statusDescription?: string;
  headers?: LambdaHeaders;
  body?: string;
  bodyEncoding?: 'text' | 'base64';
}

export type LambdaEventType = 'viewer-request' | 'viewer-response' | 'origin-request' | 'origin-response';

/** The request as the viewer sent it, or as the origin is about to be sent it. */
export interface LambdaSubject {
  request: { method: string; path: string; query: string; headers: Record<string, string> };
  origin?: Origin;
  response?: { status: number; headers: Record<string, string | string[]> };
}

export function lambdaEvent(visit: Visit, eventType: LambdaEventType, subject: LambdaSubject): object {
  const { request, origin, response } = subject;
  const made: LambdaRequest = {
    clientIp: visit.viewer.raw.client.ip,
    headers: listed(request.headers),
    method: request.method,
    querystring: request.query,
    uri: request.path,
    ...(origin ? { origin: origin.s3 ? { s3: originOf(origin) } : { custom: originOf(origin) } } : {}),
  };
  const answer = response
    ? { response: { status: String(response.status), statusDescription: '', headers: listed(response.headers) } }
    : {};
  const { site } = visit;
  const config = {
    distributionDomainName: site.domainName,
    distributionId: site.id,
    eventType,
    requestId: visit.requestId,
  };
  return { Records: [{ cf: { config, request: made, ...answer } }] };
}

function originOf(origin: Origin): LambdaOrigin {
  const common = { customHeaders: listed(origin.customHeaders), domainName: origin.domainName, path: origin.path };
  if (origin.s3) return common;
  const protocol = origin.protocol === 'http-only' ? 'http' : 'https';
  return {
    ...common,
    port: protocol === 'http' ? origin.httpPort : origin.httpsPort,
    protocol,
    readTimeout: origin.readTimeoutSeconds,
  };
}

function listed(headers: Record<string, string | string[]>): LambdaHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const key = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
      return [name, [value].flat().map((one) => ({ key, value: name === 'host' ? awsName(one) : one }))];
    }),
  );
}

/** Back to plain headers; a name with several values stays a list only where a response sends several lines. */
export function plainHeaders(headers: LambdaHeaders | undefined): Record<string, string | string[]> {
  const plain: Record<string, string | string[]> = {};
  for (const [name, values] of Object.entries(headers ?? {})) {
    const texts = values.map((one) => String(one.value));
    const [only = ''] = texts;
    plain[name.toLowerCase()] = texts.length === 1 ? only : texts;
  }
  return plain;
}

export function joinedHeaders(headers: LambdaHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(plainHeaders(headers)).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}
