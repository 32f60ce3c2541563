import { createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Signable, SignatureClaim } from './claim.ts';

/** What a request signed by query in the way before version 4 says: no region, and a date instead of a duration. */
export interface OlderClaim {
  expiresMs: number;
}

/** S3 alone takes these: what `aws s3 presign` of the first AWS CLI and boto's `generate_presigned_url` make unless told otherwise. */
export function isOlderQuery(url: string): boolean {
  return /[?&]AWSAccessKeyId=/.test(url) && /[?&]Signature=/.test(url) && !/[?&]SignatureVersion=/.test(url);
}

/** "Authenticating requests by using query string parameters (AWS signature version 2)", Amazon S3 User Guide. */
export function olderClaim(request: Signable): SignatureClaim {
  const query = queryOf(request.url);
  const expires = query.get('Expires') ?? '';
  if (!/^\d+$/.test(expires)) {
    throw new AwsError(
      'AccessDenied',
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
      { status: 403 },
    );
  }
  return {
    accessKeyId: query.get('AWSAccessKeyId') ?? '',
    date: '',
    region: '',
    service: 's3',
    signedHeaders: [],
    signature: query.get('Signature') ?? '',
    timestamp: '',
    sessionToken: request.headers['x-amz-security-token'] ?? query.get('x-amz-security-token') ?? undefined,
    expiresSeconds: undefined,
    older: { expiresMs: Number(expires) * 1000 },
  };
}

/** `bucket`: where the host names it, which the signature takes into the path. */
export function olderSignatureMatches(
  request: Signable,
  claim: SignatureClaim,
  secret: string,
  bucket: string | undefined,
): boolean {
  const expected = createHmac('sha1', secret).update(stringToSign(request, bucket)).digest();
  const given = Buffer.from(claim.signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** "Signing and authenticating REST requests (AWS signature version 2)": headers a client put into the query count as headers. */
function stringToSign({ method, url, headers }: Signable, bucket: string | undefined): string {
  const query = queryOf(url);
  const said = (name: string): string => headers[name] ?? query.get(name) ?? '';
  const names = new Set([...Object.keys(headers), ...query.keys()].filter((name) => /^x-amz-/.test(name)));
  const amz = [...names].sort().map((name) => `${name}:${said(name).trim()}\n`);
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const resource = `${bucket === undefined ? '' : `/${bucket}`}${path}${subresources(query)}`;
  return `${method}\n${said('content-md5')}\n${said('content-type')}\n${query.get('Expires')}\n${amz.join('')}${resource}`;
}

function subresources(query: URLSearchParams): string {
  const pairs = [...query]
    .filter(([name]) => signed.has(name) || name.startsWith('response-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Parameters that name a part of a resource, and so are signed; others (prefix, marker) are not. */
const signed = new Set(
  `accelerate acl analytics cors delete inventory lifecycle location logging metrics notification object-lock partNumber policy
   replication requestPayment restore select select-type storageClass tagging torrent uploadId uploads versionId versioning
   versions website`.split(/\s+/),
);

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1).replaceAll('+', '%2B'));
}
