import type { WebsiteConfiguration } from '@aws-sdk/client-s3';
import type { DataPlane, HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, buckets } from '../state.ts';
import { objectHeaders, readConditionsOf } from './object-headers.ts';
import { escapeMarkup } from './problem-page.ts';

/** A bucket as a web site ("Website endpoints"): index and error documents, redirects, for anybody the policy lets read. */
export function websitePlane(kernel: Kernel, bucketName: string): DataPlane {
  return async (request, parent) => {
    const hop = parent.child('s3', `${request.method} ${request.url}`, bucketName);
    const bucket = buckets(kernel).get(bucketName);
    const response = bucket ? await serve(kernel, bucket, request, hop) : errorPage(s3Error('NoSuchBucket', { BucketName: bucketName }));
    hop.end({ status: response.status });
    return response;
  };
}

type Hop = Parameters<DataPlane>[1];

async function serve(kernel: Kernel, bucket: Bucket, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
  const site = bucket.configurations.website as WebsiteConfiguration | undefined;
  if (!site) return errorPage(s3Error('NoSuchWebsiteConfiguration', { BucketName: bucket.Name }));
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(s3Error('MethodNotAllowed', { Method: request.method, ResourceType: 'OBJECT' }));
  const path = request.url.split('?')[0] ?? '/';
  const to = site.RedirectAllRequestsTo;
  if (to) return { status: 301, headers: { location: `${to.Protocol ?? 'http'}://${to.HostName}${request.url}` }, body: '' };
  const key = decodePath(path);
  if (key === undefined) return errorPage(s3Error('InvalidURI'));
  const early = redirectFor(site, { key, host: request.headers.host ?? request.host });
  if (early) return early;
  const ctx = kernel.context({ principal: { kind: 'anonymous' }, region: bucket.region, trace: hop });
  return find({ ctx, bucket, site, request }, key);
}

interface Visit {
  ctx: Context;
  bucket: Bucket;
  site: WebsiteConfiguration;
  request: HttpRequest;
}

/** "Configuring an index document": a folder's path gives its index; the same without its slash is sent there. */
async function find(visit: Visit, key: string): Promise<HttpResponse> {
  const { site } = visit;
  const suffix = site.IndexDocument?.Suffix ?? 'index.html';
  const folder = key === '' || key.endsWith('/');
  try {
    return await give(visit, folder ? `${key}${suffix}` : key, 200);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.status === 304) return { status: 304, headers: {}, body: undefined };
    if (!folder && (await exists(visit, `${key}/${suffix}`))) return { status: 302, headers: { location: `/${encodeURI(key)}/` }, body: '' };
    const host = visit.request.headers.host ?? visit.request.host;
    return redirectFor(site, { key, host, error: error.status }) ?? errorDocument(visit, error);
  }
}

async function give({ ctx, bucket, request }: Visit, Key: string, status: number): Promise<HttpResponse> {
  const operation = request.method === 'HEAD' ? 'HeadObject' : 'GetObject';
  const conditions = status === 200 ? readConditionsOf(request) : {};
  const output = await ctx.call<Record<string, unknown>>('s3', operation, { Bucket: bucket.Name, Key, ...conditions });
  const elsewhere = output.WebsiteRedirectLocation;
  if (typeof elsewhere === 'string' && status === 200) return { status: 301, headers: { location: elsewhere }, body: '' };
  return { status: status === 200 ? Number(output.$status ?? 200) : status, headers: objectHeaders(output), body: output.Body as HttpResponse['body'] };
}

async function exists({ ctx, bucket }: Visit, Key: string): Promise<boolean> {
  return ctx.call('s3', 'HeadObject', { Bucket: bucket.Name, Key }).then(
    () => true,
    () => false,
  );
}

/** "Configuring a custom error document": with the status of the error it stands for. */
async function errorDocument(visit: Visit, error: AwsError): Promise<HttpResponse> {
  const Key = visit.site.ErrorDocument?.Key;
  if (Key === undefined || error.status < 400) return errorPage(error);
  return give(visit, Key, error.status).catch((problem: unknown) => {
    if (problem instanceof AwsError) return errorPage(error);
    throw problem;
  });
}

/** "Configuring advanced conditional redirects": the first routing rule whose conditions hold. */
function redirectFor(site: WebsiteConfiguration, about: { key: string; host: string; error?: number }): HttpResponse | undefined {
  const rule = (site.RoutingRules ?? []).find(({ Condition: condition }) => {
    const code = condition?.HttpErrorCodeReturnedEquals;
    if ((code === undefined) !== (about.error === undefined)) return false;
    return (code === undefined || code === String(about.error)) && about.key.startsWith(condition?.KeyPrefixEquals ?? '');
  });
  if (!rule?.Redirect) return undefined;
  const { Protocol = 'http', HostName = about.host, HttpRedirectCode = '301', ReplaceKeyWith, ReplaceKeyPrefixWith } = rule.Redirect;
  const prefix = rule.Condition?.KeyPrefixEquals ?? '';
  const key = ReplaceKeyWith ?? (ReplaceKeyPrefixWith === undefined ? about.key : ReplaceKeyPrefixWith + about.key.slice(prefix.length));
  return { status: Number(HttpRedirectCode), headers: { location: `${Protocol}://${HostName}/${encodeURI(key)}` }, body: '' };
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
}

/** Website endpoints answer errors in HTML. */
function errorPage(error: AwsError): HttpResponse {
  const title = `${error.status} ${reasons[error.status] ?? 'Error'}`;
  const details = [['Code', error.code], ['Message', error.message], ...Object.entries(error.members ?? {})].map(([name, value]) => `<li>${name}: ${escapeMarkup(String(value))}</li>`);
  const body = `<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<ul>\n${details.join('\n')}\n</ul>\n<hr/>\n</body>\n</html>\n`;
  return { status: error.status, headers: { 'content-type': 'text/html; charset=utf-8', server: 'AmazonS3' }, body };
}

const reasons: Record<number, string> = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 416: 'Requested Range Not Satisfiable' };

/** "PutBucketWebsite": either everything goes elsewhere, or there is an index document. */
export function checkWebsite(site: WebsiteConfiguration | undefined): void {
  if (!site || (!site.RedirectAllRequestsTo && !site.IndexDocument)) throw s3Error('InvalidArgument', {}, 'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty');
  if (site.RedirectAllRequestsTo && (site.IndexDocument || site.ErrorDocument || site.RoutingRules)) {
    throw s3Error('InvalidRequest', {}, 'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.');
  }
  const suffix = site.IndexDocument?.Suffix;
  if (site.IndexDocument && (!suffix || suffix.includes('/'))) throw s3Error('InvalidArgument', { ArgumentName: 'IndexDocument', ArgumentValue: suffix }, 'The IndexDocument Suffix is not well formed');
  if ((site.RoutingRules?.length ?? 0) > 50) throw s3Error('InvalidRequest', {}, `${site.RoutingRules?.length} routing rules were provided, the number of routing rules in a website configuration is limited to 50.`);
  for (const { Redirect: redirect } of site.RoutingRules ?? []) {
    if (!redirect) throw s3Error('MalformedXML');
    if (redirect.ReplaceKeyWith !== undefined && redirect.ReplaceKeyPrefixWith !== undefined) {
      throw s3Error('InvalidRequest', {}, 'You can only define ReplaceKeyPrefix or ReplaceKey but not both.');
    }
    if (redirect.HttpRedirectCode !== undefined && !/^3\d\d$/.test(redirect.HttpRedirectCode)) {
      throw s3Error('InvalidRequest', {}, `The provided HTTP redirect code (${redirect.HttpRedirectCode}) is not valid. Valid codes are 3XX except 300.`);
    }
  }
}
