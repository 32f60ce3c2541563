import { s3Error } from '../errors.ts';

/** One rule of a CORS configuration, as the API gives it. */
export interface CorsRule {
  ID?: string;
  AllowedOrigins?: string[];
  AllowedMethods?: string[];
  AllowedHeaders?: string[];
  ExposeHeaders?: string[];
  MaxAgeSeconds?: number;
}

export interface CrossOriginRequest {
  origin: string;
  method: string;
  /** Lower-case names that a preflight asks for. */
  headers: string[];
}

/** "Using cross-origin resource sharing (CORS)": at most 100 rules, one wildcard in an origin or header. */
export function checkCors(rules: CorsRule[]): void {
  if (rules.length === 0 || rules.length > 100) throw s3Error('MalformedXML');
  for (const rule of rules) {
    if (!rule.AllowedOrigins?.length || !rule.AllowedMethods?.length) throw s3Error('MalformedXML');
    for (const method of rule.AllowedMethods) {
      if (!['GET', 'PUT', 'HEAD', 'POST', 'DELETE'].includes(method))
        throw s3Error(
          'InvalidRequest',
          {},
          `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
        );
    }
    for (const [what, values] of [
      ['AllowedOrigin', rule.AllowedOrigins],
      ['AllowedHeader', rule.AllowedHeaders ?? []],
    ] as const) {
      const wild = values.find((value) => value.split('*').length > 2);
      if (wild !== undefined)
        throw s3Error('InvalidRequest', {}, `${what} "${wild}" can not have more than one wildcard.`);
    }
    const exposed = rule.ExposeHeaders?.find((header) => header.includes('*'));
    if (exposed !== undefined)
      throw s3Error(
        'InvalidRequest',
        {},
        `ExposeHeader "${exposed}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
  }
}

/** The first rule that fits ("How does Amazon S3 evaluate the CORS configuration on a bucket?"). */
export function corsRuleFor(rules: CorsRule[], request: CrossOriginRequest): CorsRule | undefined {
  return rules.find(
    (rule) =>
      (rule.AllowedMethods ?? []).includes(request.method) &&
      (rule.AllowedOrigins ?? []).some((pattern) => fits(pattern, request.origin)) &&
      request.headers.every((header) =>
        (rule.AllowedHeaders ?? []).some((pattern) => fits(pattern.toLowerCase(), header)),
      ),
  );
}

/** What the answer to a cross-origin request tells the browser. */
export function corsHeaders(rule: CorsRule, request: CrossOriginRequest, preflight: boolean): Record<string, string> {
  const everybody = (rule.AllowedOrigins ?? []).includes('*');
  return {
    'access-control-allow-origin': everybody ? '*' : request.origin,
    'access-control-allow-methods': (rule.AllowedMethods ?? []).join(', '),
    ...(everybody ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.ExposeHeaders?.length ? { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') } : {}),
    ...(rule.MaxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
    ...(preflight && request.headers.length > 0 ? { 'access-control-allow-headers': request.headers.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function fits(pattern: string, value: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === value;
  return (
    value.length >= pattern.length - 1 &&
    value.startsWith(pattern.slice(0, star)) &&
    value.endsWith(pattern.slice(star + 1))
  );
}
