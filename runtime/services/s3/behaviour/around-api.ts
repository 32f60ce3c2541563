import type { HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { isLocalOrigin } from '../../../data-planes/http/local-names.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import type { Around, Kernel } from '../../../kernel/service.ts';
import { addressing } from '../addressing.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, buckets } from '../state.ts';
import { type CorsRule, type CrossOriginRequest, corsHeaders, corsRuleFor } from './cors-rules.ts';
import { errorDocument } from './object-plane.ts';
import { postObject } from './post-object.ts';
import { isIssued } from './post-policy.ts';

/**
 * What S3 does around its REST API and no operation of its model stands for: it answers the preflights of browsers, takes
 * uploads by form, and puts CORS headers on what is answered to a page. On AWS any page may send a form or show a picture that
 * was signed for it; here only with a key that this cloud issued, for any page could sign with a key that nobody issued.
 */
export function aroundApi(kernel: Kernel, request: HttpRequest): Around | undefined {
  const { method } = request;
  const { origin } = request.headers;
  const form = method === 'POST' && request.headers['content-type']?.startsWith('multipart/form-data');
  const linked = origin === undefined && request.headers['sec-fetch-site'] === 'cross-site';
  if (origin === undefined && method !== 'OPTIONS' && !form && !linked) return undefined;
  const mark = request.url.indexOf('?');
  const address = addressing({ host: request.host, path: mark === -1 ? request.url : request.url.slice(0, mark) });
  const bucket = buckets(kernel).get(address.labels.Bucket ?? '');
  const asked = method === 'OPTIONS' ? preflightOf(request) : { origin: origin ?? '', method, headers: [] };
  const rule = bucket && asked && corsRuleFor(rulesOf(bucket), asked);
  const upload = form && address.path === '/' ? bucket : undefined;
  const foreign = origin !== undefined && rule === undefined && !isLocalOrigin(origin);
  return {
    admitsOrigin:
      (rule !== undefined && readsWhatMayBeSeen(kernel, request)) ||
      upload !== undefined ||
      (linked && isIssued(kernel, keyIn(request.url))),
    async answer(next) {
      if (method === 'OPTIONS') return preflight(kernel, request, { bucket, asked, rule });
      const response = upload ? await formUpload(kernel, upload, request, { onlyIssuedKeys: foreign }) : await next();
      if (!rule || !asked) return response;
      return { ...response, headers: { ...response.headers, ...corsHeaders(rule, asked, false) } };
    },
  };
}

/** The access key of a presigned URL, by either signature. */
function keyIn(url: string): string {
  const [, key = ''] = /[?&](?:X-Amz-Credential|AWSAccessKeyId)=([^&/%]+)/.exec(url) ?? [];
  return key;
}

/** A copy reads another bucket: a foreign page may ask for it only where that bucket lets it read, too. */
function readsWhatMayBeSeen(kernel: Kernel, { headers }: HttpRequest): boolean {
  const source = headers['x-amz-copy-source'];
  if (source === undefined) return true;
  const bucket = buckets(kernel).get(/^\/?([^/]+)/.exec(source)?.[1] ?? '');
  const asked = { origin: headers.origin ?? '', method: 'GET', headers: [] };
  return bucket !== undefined && corsRuleFor(rulesOf(bucket), asked) !== undefined;
}

function rulesOf(bucket: Bucket): CorsRule[] {
  return (bucket.configurations.cors as { CORSRules?: CorsRule[] } | undefined)?.CORSRules ?? [];
}

/** What a browser asks leave for; undefined when it does not say. */
function preflightOf({ headers }: HttpRequest): CrossOriginRequest | undefined {
  const { origin, 'access-control-request-method': method, 'access-control-request-headers': asked = '' } = headers;
  if (origin === undefined || method === undefined) return undefined;
  const names = asked.split(',').map((name) => name.trim().toLowerCase());
  return { origin, method, headers: names.filter((name) => name !== '') };
}

/** "How does Amazon S3 evaluate the CORS configuration on a bucket?": without a rule that fits the browser is refused. */
function preflight(
  kernel: Kernel,
  request: HttpRequest,
  {
    bucket,
    asked,
    rule,
  }: { bucket: Bucket | undefined; asked: CrossOriginRequest | undefined; rule: CorsRule | undefined },
): HttpResponse {
  if (!asked)
    return errorDocument(
      kernel,
      s3Error(
        'BadRequest',
        {},
        request.headers.origin === undefined
          ? 'Insufficient information. Origin request header needed.'
          : 'Invalid Access-Control-Request-Method: null',
      ),
      request,
    );
  if (!rule) {
    const why =
      !bucket || rulesOf(bucket).length === 0
        ? 'CORSResponse: CORS is not enabled for this bucket.'
        : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    const refusal = s3Error('AccessForbidden', { Method: asked.method, ResourceType: 'OBJECT' }, why);
    return errorDocument(kernel, refusal, request);
  }
  return { status: 200, headers: { ...corsHeaders(rule, asked, true), 'content-length': '0' }, body: undefined };
}

async function formUpload(
  kernel: Kernel,
  bucket: Bucket,
  request: HttpRequest,
  options: { onlyIssuedKeys: boolean },
): Promise<HttpResponse> {
  const hop = startTrace(kernel, 's3', 'PostObject', {
    header: request.headers['x-amzn-trace-id'],
    resource: bucket.Name,
  });
  const response = await answered(kernel, request, () => postObject(kernel, bucket, request, { ...options, hop }));
  hop.end({ status: response.status });
  return response;
}

async function answered(kernel: Kernel, request: HttpRequest, act: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AwsError) return errorDocument(kernel, error, request);
    throw error;
  }
}
