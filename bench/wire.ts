import { createHash, createHmac } from 'node:crypto';
import type { WireCall } from './load.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A key nobody issued: ours takes it for the account's root, moto and dynalite take anything, s3rver takes this one alone. */
const unknownKey: Credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

export function jsonCall(service: string, target: string, input: object, version = '1.0'): WireCall {
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
  return signed({ method: 'POST', path: '/', headers, body: JSON.stringify(input) }, service);
}

export function queryCall(service: string, version: string, action: string, input: Record<string, string>): WireCall {
  const body = new URLSearchParams({ Action: action, Version: version, ...input }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return signed({ method: 'POST', path: '/', headers, body }, service);
}

export function restCall(
  service: string,
  method: string,
  path: string,
  content: { body?: string | Buffer; headers?: Record<string, string> } = {},
): WireCall {
  const { body, headers = {} } = content;
  return signed({ method, path, headers, ...(body === undefined ? {} : { body }) }, service);
}

/**
 * Signed once and sent many times, for a signature is good for a quarter of an hour: the client's own work stays small.
 * S3's bodies go unsigned, as over TLS.
 */
export function signed(call: WireCall, service: string, credentials = unknownKey): WireCall {
  const timestamp = `${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const date = timestamp.slice(0, 8);
  const payload = service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(call.body ?? '');
  const headers: Record<string, string> = {
    ...call.headers,
    host: 'localhost',
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payload,
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const [path = '/', query = ''] = call.path.split('?');
  const canonical = [
    call.method,
    path,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    payload,
  ];
  const scope = `${date}/us-east-1/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical.join('\n'))}`;
  const key = [date, 'us-east-1', service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${hmac(key, text).toString('hex')}`;
  return { ...call, headers };
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
