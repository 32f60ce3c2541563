import type { DataPlane, HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { addressing } from '../addressing.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, buckets } from '../state.ts';
import { type CorsRule, corsHeaders, corsRuleFor } from './cors-rules.ts';
import { errorDocument } from './object-plane.ts';
import { postObject } from './post-object.ts';

/**
 * What S3 does around its REST API and no operation of its model stands for: it answers the preflights of browsers, takes
 * uploads by form, and puts CORS headers on what `next`, which carries out operations, answers to a page.
 */
export async function aroundApi(
  kernel: Kernel,
  request: HttpRequest,
  hop: Hop,
  next: DataPlane,
): Promise<HttpResponse> {
  const mark = request.url.indexOf('?');
  const path = mark === -1 ? request.url : request.url.slice(0, mark);
  const address = addressing({ host: request.host, path });
  const bucket = buckets(kernel).get(address.labels.Bucket ?? '');
  const { origin } = request.headers;
  if (request.method === 'OPTIONS') return preflight(bucket, request);
  const form =
    request.method === 'POST' &&
    address.path === '/' &&
    request.headers['content-type']?.startsWith('multipart/form-data');
  const response =
    form && bucket ? await answered(request, () => postObject(kernel, bucket, request, hop)) : await next(request, hop);
  if (origin === undefined || !bucket) return response;
  const asked = { origin, method: request.method, headers: [] };
  const rule = corsRuleFor(rulesOf(bucket), asked);
  return rule ? { ...response, headers: { ...response.headers, ...corsHeaders(rule, asked, false) } } : response;
}

function rulesOf(bucket: Bucket): CorsRule[] {
  return (bucket.configurations.cors as { CORSRules?: CorsRule[] } | undefined)?.CORSRules ?? [];
}

/** "How does Amazon S3 evaluate the CORS configuration on a bucket?": without a rule that fits the browser is refused. */
function preflight(bucket: Bucket | undefined, request: HttpRequest): HttpResponse {
  const {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': asked = '',
  } = request.headers;
  if (origin === undefined)
    return errorDocument(s3Error('BadRequest', {}, 'Insufficient information. Origin request header needed.'), request);
  if (method === undefined)
    return errorDocument(s3Error('BadRequest', {}, 'Invalid Access-Control-Request-Method: null'), request);
  const headers = asked
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const wanted = { origin, method, headers };
  const rules = bucket ? rulesOf(bucket) : [];
  const rule = corsRuleFor(rules, wanted);
  if (!rule) {
    const why =
      rules.length === 0
        ? 'CORSResponse: CORS is not enabled for this bucket.'
        : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    return errorDocument(s3Error('AccessForbidden', { Method: method, ResourceType: 'OBJECT' }, why), request);
  }
  return { status: 200, headers: { ...corsHeaders(rule, wanted, true), 'content-length': '0' }, body: undefined };
}

async function answered(request: HttpRequest, act: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AwsError) return errorDocument(error, request);
    throw error;
  }
}
