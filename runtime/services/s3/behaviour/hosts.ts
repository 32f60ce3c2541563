import type { DataPlane, HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { callerOf } from '../../../data-planes/http/caller.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Bucket } from '../state.ts';

/** A bucket's names answer users' GETs and, in process, CloudFront's ("Methods for accessing a general purpose bucket"). */
export function registerHosts(kernel: Kernel, bucket: Bucket): void {
  for (const name of hostNames(bucket)) kernel.engine(hosts).set(name, objectPlane(kernel, bucket));
}

export function unregisterHosts(kernel: Kernel, bucket: Bucket): void {
  for (const name of hostNames(bucket)) kernel.engine(hosts).remove(name);
}

function hostNames({ Name, region }: Bucket): string[] {
  return [`${Name}.s3.amazonaws.com`, `${Name}.s3.${region}.amazonaws.com`];
}

/** Objects over plain HTTP, as whoever asks in process, else anonymously: the bucket's policy decides. */
function objectPlane(kernel: Kernel, bucket: Bucket): DataPlane {
  return async (request, parent) => {
    const hop = parent.child('s3', `${request.method} ${request.url}`, bucket.Name);
    const response = await answer(kernel, bucket, request, hop);
    hop.end({ status: response.status });
    return response;
  };
}

async function answer(kernel: Kernel, bucket: Bucket, request: HttpRequest, trace: Parameters<DataPlane>[1]): Promise<HttpResponse> {
  const operation = { GET: 'GetObject', HEAD: 'HeadObject' }[request.method];
  if (!operation) return problem(new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', { status: 405 }));
  const ctx = kernel.context({ principal: callerOf(request) ?? { kind: 'anonymous' }, region: bucket.region, trace });
  const mark = request.url.indexOf('?');
  const query = new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1));
  const path = mark === -1 ? request.url : request.url.slice(0, mark);
  const { headers } = request;
  const date = (name: string): Date | undefined => (headers[name] && !Number.isNaN(Date.parse(headers[name])) ? new Date(headers[name]) : undefined);
  try {
    const output = await ctx.call<Record<string, unknown>>('s3', operation, {
      Bucket: bucket.Name,
      Key: decodeURIComponent(path.slice(1)),
      Range: headers.range,
      IfMatch: headers['if-match'],
      IfNoneMatch: headers['if-none-match'],
      IfModifiedSince: date('if-modified-since'),
      IfUnmodifiedSince: date('if-unmodified-since'),
      VersionId: query.get('versionId') ?? undefined,
    });
    return { status: Number(output.$status ?? 200), headers: headersOf(output), body: output.Body as HttpResponse['body'] };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return problem(error, request.method === 'HEAD');
  }
}

const headerNames: Record<string, string> = {
  AcceptRanges: 'accept-ranges',
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  ExpiresString: 'expires',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  VersionId: 'x-amz-version-id',
  WebsiteRedirectLocation: 'x-amz-website-redirect-location',
};

function headersOf(output: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = { server: 'AmazonS3' };
  for (const [member, name] of Object.entries(headerNames)) if (output[member] !== undefined) headers[name] = String(output[member]);
  if (output.LastModified instanceof Date) headers['last-modified'] = output.LastModified.toUTCString();
  for (const [name, value] of Object.entries((output.Metadata as Record<string, string> | undefined) ?? {})) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

function problem(error: AwsError, headless = false): HttpResponse {
  const escape = (text: string): string => text.replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one] ?? one);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escape(error.code)}</Code><Message>${escape(error.message)}</Message></Error>`;
  return { status: error.status, headers: { 'content-type': 'application/xml', server: 'AmazonS3' }, body: headless || error.status === 304 ? undefined : body };
}
