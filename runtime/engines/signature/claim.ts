import { AwsError } from '../../kernel/errors.ts';
import type { HttpRequest } from '../../kernel/http.ts';
import { isOlderQuery, type OlderClaim, olderClaim } from './older-query.ts';

/** What of a request a signature covers, beside its body. */
export type Signable = Pick<HttpRequest, 'method' | 'url' | 'headers'>;

/** What a signed request says of itself, before it is believed ("Create a signed AWS API request", IAM User Guide). */
export interface SignatureClaim {
  accessKeyId: string;
  /** yyyymmdd */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** X-Amz-Date, yyyymmddThhmmssZ. */
  timestamp: string;
  sessionToken: string | undefined;
  /** Presigned: seconds it is good for; undefined when signed by header. */
  expiresSeconds: number | undefined;
  /** Signed in the way before version 4: then there are no region, date and headers. */
  older?: OlderClaim;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** Undefined for a request without any signature. */
export function claimOf(request: Signable): SignatureClaim | undefined {
  const header = request.headers.authorization;
  if (header?.startsWith(algorithm)) return fromHeader(request, header);
  if (header?.startsWith('AWS4-ECDSA') || /[?&]X-Amz-Algorithm=AWS4-ECDSA/.test(request.url)) {
    throw new AwsError('NotImplemented', 'Signature Version 4A is refused: sign with AWS4-HMAC-SHA256.', {
      status: 501,
    });
  }
  if (header?.startsWith('AWS ')) {
    throw new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (/[?&]X-Amz-Algorithm=/i.test(request.url)) return fromQuery(request);
  return isOlderQuery(request.url) ? olderClaim(request) : undefined;
}

function fromHeader(request: Signable, header: string): SignatureClaim {
  const field = (name: keyof typeof fields): string => fields[name].exec(header)?.[1] ?? missing(name);
  const headers = request.headers;
  return {
    ...scope(field('Credential')),
    signedHeaders: field('SignedHeaders').split(';'),
    signature: field('Signature'),
    timestamp: headers['x-amz-date'] ?? basicDate(headers.date) ?? missing('X-Amz-Date'),
    sessionToken: headers['x-amz-security-token'],
    expiresSeconds: undefined,
  };
}

const fields = {
  Credential: /Credential=([^,\s]+)/,
  SignedHeaders: /SignedHeaders=([^,\s]+)/,
  Signature: /Signature=([^,\s]+)/,
};

function fromQuery(request: Signable): SignatureClaim {
  const query = new URLSearchParams(request.url.slice(request.url.indexOf('?') + 1));
  const field = (name: string): string => query.get(name) ?? missing(name);
  const expires = Number(field('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires < 0) throw queryError('X-Amz-Expires should be a number');
  if (expires > 604_800)
    throw queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  return {
    ...scope(field('X-Amz-Credential')),
    signedHeaders: field('X-Amz-SignedHeaders').split(';'),
    signature: field('X-Amz-Signature'),
    timestamp: field('X-Amz-Date'),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    expiresSeconds: expires,
  };
}

function scope(credential: string): Pick<SignatureClaim, 'accessKeyId' | 'date' | 'region' | 'service'> {
  const parts = credential.split('/');
  const [date = '', region = '', service = ''] = parts.slice(-4);
  if (parts.length < 5)
    throw new AwsError(
      'IncompleteSignature',
      `Credential must have exactly 5 slash-delimited elements, got '${credential}'`,
    );
  return { accessKeyId: parts.slice(0, -4).join('/'), date, region, service };
}

function missing(name: string): never {
  throw new AwsError('IncompleteSignature', `Authorization header requires '${name}' parameter.`);
}

function queryError(message: string): AwsError {
  return new AwsError('AuthorizationQueryParametersError', message);
}

function basicDate(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(time)) return undefined;
  return `${new Date(time).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
}

/** Milliseconds since the epoch of yyyymmddThhmmssZ; NaN when it is not one. */
export function parseTimestamp(timestamp: string): number {
  let ms = timestamps.get(timestamp);
  if (ms === undefined) {
    if (timestamps.size >= 1000) timestamps.clear();
    ms = readTimestamp(timestamp);
    timestamps.set(timestamp, ms);
  }
  return ms;
}

/** A busy client signs many requests in one second. */
const timestamps = new Map<string, number>();

function readTimestamp(timestamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
