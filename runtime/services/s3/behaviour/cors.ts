import type { Kernel } from '../../../kernel/service.ts';
import type { HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { s3Error } from '../errors.ts';
import { buckets } from '../state.ts';
import { problemPage } from './problem-page.ts';

export interface CorsRule {
  ID?: string;
  AllowedHeaders?: string[];
  AllowedMethods?: string[];
  AllowedOrigins?: string[];
  ExposeHeaders?: string[];
  MaxAgeSeconds?: number;
}

const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** What a browser asks before it sends a page's request ("How does Amazon S3 evaluate the CORS configuration on a bucket?"). */
export function answerPreflight(kernel: Kernel, bucket: string, request: HttpRequest): HttpResponse {
  const { origin, 'access-control-request-method': method, 'access-control-request-headers': asked } = request.headers;
  if (origin === undefined) return problemPage(s3Error('BadRequest', {}, 'Insufficient information. Origin request header needed.'));
  if (method === undefined || !methods.includes(method)) {
    return problemPage(s3Error('BadRequest', {}, `Invalid Access-Control-Request-Method: ${method ?? 'null'}`));
  }
  const rules = rulesOf(kernel, bucket);
  if (rules === undefined) return problemPage(s3Error('AccessForbidden', {}, 'CORSResponse: CORS is not enabled for this bucket.'));
  const headers = (asked ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  const rule = rules.find((one) => fits(one, { origin, method, headers }));
  if (!rule) {
    const why = "the resource's CORS spec does not allow its Origin, Access-Control-Request-Method or Access-Control-Request-Headers";
    return problemPage(s3Error('AccessForbidden', {}, `CORSResponse: This CORS request is not allowed: ${why}.`));
  }
  const answer: Record<string, string> = { ...grantOf(rule, origin) };
  if (headers.length > 0) answer['access-control-allow-headers'] = headers.join(', ').toLowerCase();
  if (rule.MaxAgeSeconds !== undefined) answer['access-control-max-age'] = String(rule.MaxAgeSeconds);
  return { status: 200, headers: answer, body: '' };
}

/** Headers that an answer to a page's own request has beside its own; none when no rule fits. */
export function crossOriginHeaders(kernel: Kernel, bucket: string, request: Pick<HttpRequest, 'method' | 'headers'>): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  const rule = rulesOf(kernel, bucket)?.find((one) => fits(one, { origin, method: request.method, headers: [] }));
  return rule ? grantOf(rule, origin) : {};
}

function rulesOf(kernel: Kernel, bucket: string): CorsRule[] | undefined {
  return (buckets(kernel).get(bucket)?.configurations.cors as { CORSRules?: CorsRule[] } | undefined)?.CORSRules;
}

function fits(rule: CorsRule, { origin, method, headers }: { origin: string; method: string; headers: string[] }): boolean {
  return (
    (rule.AllowedOrigins ?? []).some((pattern) => covers(pattern, origin)) &&
    (rule.AllowedMethods ?? []).includes(method) &&
    headers.every((name) => (rule.AllowedHeaders ?? []).some((pattern) => covers(pattern.toLowerCase(), name.toLowerCase())))
  );
}

/** At most one `*`, for any run of characters. */
function covers(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

/** Credentials are allowed only where an origin is named. */
function grantOf(rule: CorsRule, origin: string): Record<string, string> {
  const anybody = (rule.AllowedOrigins ?? []).includes('*');
  return {
    'access-control-allow-origin': anybody ? '*' : origin,
    'access-control-allow-methods': (rule.AllowedMethods ?? []).join(', '),
    ...(anybody ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.ExposeHeaders?.length ? { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') } : {}),
    vary,
  };
}

const methods = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'];

/** "PutBucketCors": at most 100 rules, five methods, one wildcard a pattern, none in what is exposed. */
export function checkCors(rules: CorsRule[]): void {
  if (rules.length === 0 || rules.length > 100) throw s3Error('MalformedXML');
  for (const { AllowedMethods = [], AllowedOrigins = [], AllowedHeaders = [], ExposeHeaders = [] } of rules) {
    if (AllowedMethods.length === 0 || AllowedOrigins.length === 0) throw s3Error('MalformedXML');
    const method = AllowedMethods.find((one) => !methods.includes(one));
    if (method !== undefined) throw s3Error('InvalidRequest', {}, `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
    for (const [name, patterns] of [['AllowedOrigin', AllowedOrigins], ['AllowedHeader', AllowedHeaders]] as const) {
      const wild = patterns.find((pattern) => pattern.split('*').length > 2);
      if (wild !== undefined) throw s3Error('InvalidRequest', {}, `${name} "${wild}" can not have more than one wildcard.`);
    }
    const exposed = ExposeHeaders.find((name) => name.includes('*'));
    if (exposed !== undefined) throw s3Error('InvalidRequest', {}, `ExposeHeader "${exposed}" contains wildcard. We currently do not support wildcard for ExposeHeader.`);
  }
}
