import { callerOf } from '../../../data-planes/http/caller.ts';
import type { DataPlane, HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { addressing } from '../addressing.ts';
import { s3Error } from '../errors.ts';
import { beyondModel, hostId } from './response-ids.ts';

/** Objects over plain HTTP, as whoever asks in process, else anonymously: the bucket's policy decides. */
export function objectPlane(kernel: Kernel, bucket: string, region: string): DataPlane {
  return async (request, hop) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return errorDocument(
        kernel,
        s3Error('MethodNotAllowed', { Method: request.method, ResourceType: 'OBJECT' }),
        request,
      );
    const principal = callerOf(request) ?? { kind: 'anonymous' };
    try {
      return await readObject(kernel, { bucket, region, principal, trace: hop, key: keyOf(request) }, request);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return errorDocument(kernel, error, request);
    }
  };
}

export interface ObjectRead {
  bucket: string;
  region: string;
  key: string;
  principal: Principal;
  trace: Hop;
}

/** GetObject or HeadObject by the request's headers and query; throws AwsError. */
export async function readObject(kernel: Kernel, what: ObjectRead, request: HttpRequest): Promise<HttpResponse> {
  const { headers, method } = request;
  const query = queryOf(request);
  const ctx = kernel.context({ principal: what.principal, region: what.region, trace: what.trace });
  const output = await ctx.call<Record<string, unknown>>('s3', method === 'HEAD' ? 'HeadObject' : 'GetObject', {
    Bucket: what.bucket,
    Key: what.key,
    Range: headers.range,
    IfMatch: headers['if-match'],
    IfNoneMatch: headers['if-none-match'],
    IfModifiedSince: dateOf(headers['if-modified-since']),
    IfUnmodifiedSince: dateOf(headers['if-unmodified-since']),
    VersionId: query.get('versionId') ?? undefined,
    ChecksumMode: headers['x-amz-checksum-mode'],
  });
  return {
    status: Number(output.$status ?? 200),
    headers: { ...headersOf(output), ...ids(ctx.requestId), 'x-amz-id-2': kernel.engine(hostId) },
    body: output.Body as HttpResponse['body'],
  };
}

export function keyOf(request: HttpRequest): string {
  const mark = request.url.indexOf('?');
  const path = (mark === -1 ? request.url : request.url.slice(0, mark)).slice(1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function queryOf(request: HttpRequest): URLSearchParams {
  const mark = request.url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1));
}

function dateOf(header: string | undefined): Date | undefined {
  const date = header === undefined ? undefined : new Date(header);
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}

function ids(requestId: string): Record<string, string> {
  return { 'x-amz-request-id': requestId };
}

const headerNames: Record<string, string> = lookupTable({
  AcceptRanges: 'accept-ranges',
  CacheControl: 'cache-control',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ChecksumCRC32C: 'x-amz-checksum-crc32c',
  ChecksumCRC64NVME: 'x-amz-checksum-crc64nvme',
  ChecksumSHA1: 'x-amz-checksum-sha1',
  ChecksumSHA256: 'x-amz-checksum-sha256',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  StorageClass: 'x-amz-storage-class',
  VersionId: 'x-amz-version-id',
  WebsiteRedirectLocation: 'x-amz-website-redirect-location',
});

function headersOf(output: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = { server: 'AmazonS3' };
  for (const [member, name] of Object.entries(headerNames))
    if (output[member] !== undefined) headers[name] = String(output[member]);
  for (const [member, name] of [
    ['LastModified', 'last-modified'],
    ['Expires', 'expires'],
  ] as const) {
    const date = output[member];
    if (date instanceof Date) headers[name] = date.toUTCString();
  }
  for (const [name, value] of Object.entries((output.Metadata as Record<string, string> | undefined) ?? {}))
    headers[`x-amz-meta-${name}`] = value;
  return headers;
}

export function errorDocument(kernel: Kernel, error: AwsError, request: HttpRequest): HttpResponse {
  const requestId = kernel.ids.uuid();
  const { labels } = addressing({ host: request.host, path: request.url.replace(/\?.*/s, '') });
  const beyond = beyondModel(kernel, { operation: '', labels, request, error });
  const members = Object.entries({ ...error.members, RequestId: requestId, ...beyond.members }).map(
    ([name, value]) => `<${name}>${escapeText(String(value))}</${name}>`,
  );
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${escapeText(error.message)}</Message>${members.join('')}</Error>`;
  const bare = request.method === 'HEAD' || error.status === 304;
  return {
    status: error.status,
    headers: {
      ...error.headers,
      ...beyond.headers,
      ...ids(requestId),
      ...(bare ? {} : { 'content-type': 'application/xml' }),
    },
    body: bare ? undefined : body,
  };
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one);
}
