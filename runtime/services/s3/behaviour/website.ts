import type { DataPlane, HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, buckets } from '../state.ts';
import { escapeText, keyOf, readObject } from './object-plane.ts';
import { redirectOf, routingRuleFor, type WebsiteConfiguration } from './website-rules.ts';

interface Visit {
  kernel: Kernel;
  bucket: Bucket;
  website: WebsiteConfiguration;
  request: HttpRequest;
  hop: Hop;
  key: string;
}

/** The website endpoint of a bucket: always anonymous, with index and error documents ("Hosting a static website"). */
export function websitePlane(kernel: Kernel, name: string): DataPlane {
  return async (request, parent) => {
    const hop = parent.child('s3', `website ${request.method} ${request.url}`, name);
    const response = await answer(kernel, name, request, hop);
    hop.end({ status: response.status });
    return response;
  };
}

async function answer(kernel: Kernel, name: string, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
  const bucket = buckets(kernel).get(name);
  if (!bucket) return errorPage(s3Error('NoSuchBucket', { BucketName: name }));
  const website = bucket.configurations.website as WebsiteConfiguration | undefined;
  if (!website) return errorPage(s3Error('NoSuchWebsiteConfiguration', { BucketName: name }));
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return errorPage(s3Error('MethodNotAllowed', { Method: request.method, ResourceType: 'OBJECT' }));
  const all = website.RedirectAllRequestsTo;
  if (all)
    return redirect(
      301,
      `${all.Protocol ?? (request.client.secure ? 'https' : 'http')}://${all.HostName}${request.url}`,
    );
  const visit: Visit = { kernel, bucket, website, request, hop, key: keyOf(request) };
  const rule = routingRuleFor(website, visit.key);
  if (rule) return ruled(visit, rule);
  try {
    return await page(visit);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return failure(visit, error);
  }
}

function ruled(visit: Visit, rule: NonNullable<ReturnType<typeof routingRuleFor>>): HttpResponse {
  const { status, location } = redirectOf(rule, {
    key: visit.key,
    host: visit.request.host,
    secure: visit.request.client.secure,
  });
  return redirect(status, location);
}

async function page(visit: Visit): Promise<HttpResponse> {
  const suffix = visit.website.IndexDocument?.Suffix ?? 'index.html';
  const { key } = visit;
  if (key === '' || key.endsWith('/')) return read(visit, key + suffix);
  try {
    return await read(visit, key);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status < 403 || error.status > 404) throw error;
    // "Configuring an index document": a folder asked for without its slash is shown where it is.
    const folder = await read(visit, `${key}/${suffix}`).catch(() => undefined);
    if (!folder) throw error;
    discard(folder);
    return redirect(302, `/${encodeURI(key)}/`);
  }
}

async function read(visit: Visit, key: string): Promise<HttpResponse> {
  const { kernel, bucket, hop, request } = visit;
  const response = await readObject(
    kernel,
    { bucket: bucket.Name, region: bucket.region, key, principal: { kind: 'anonymous' }, trace: hop },
    request,
  );
  const location = response.headers['x-amz-website-redirect-location'];
  if (typeof location !== 'string') return response;
  discard(response);
  return redirect(301, location);
}

/** The error document keeps the status of what went wrong ("Configuring a custom error document"). */
async function failure(visit: Visit, error: AwsError): Promise<HttpResponse> {
  if (error.status === 304 || error.status === 412 || error.status === 416)
    return { status: error.status, headers: {}, body: undefined };
  const rule = routingRuleFor(visit.website, visit.key, error.status);
  if (rule) return ruled(visit, rule);
  const document = visit.website.ErrorDocument?.Key;
  if (document === undefined) return errorPage(error);
  const { range: _range, ...headers } = visit.request.headers;
  const plain = { ...visit.request, headers };
  try {
    const { kernel, bucket, hop } = visit;
    const shown = await readObject(
      kernel,
      { bucket: bucket.Name, region: bucket.region, key: document, principal: { kind: 'anonymous' }, trace: hop },
      plain,
    );
    return { ...shown, status: error.status };
  } catch (second) {
    if (!(second instanceof AwsError)) throw second;
    return errorPage(error);
  }
}

function redirect(status: number, location: string): HttpResponse {
  return { status, headers: { location, server: 'AmazonS3', 'content-length': '0' }, body: undefined };
}

function discard({ body }: HttpResponse): void {
  if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) body.destroy();
}

function errorPage(error: AwsError): HttpResponse {
  const title = `${error.status} ${titles[error.status] ?? error.code}`;
  const details = { Code: error.code, Message: error.message, ...error.members };
  const items = Object.entries(details).map(([name, value]) => `<li>${name}: ${escapeText(String(value))}</li>`);
  const body = `<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<ul>\n${items.join('\n')}\n</ul>\n<hr/>\n</body>\n</html>\n`;
  return { status: error.status, headers: { 'content-type': 'text/html; charset=utf-8', server: 'AmazonS3' }, body };
}

const titles: Record<number, string> = {
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  400: 'Bad Request',
};
