import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Signable, SignatureClaim } from './claim.ts';

/**
 * The key a day's requests to one region and service are signed with. Kept, for deriving it takes four HMACs, and as a
 * KeyObject, for Node takes a Buffer as a key seven times as slowly.
 */
export function signingKey(secret: string, claim: Pick<SignatureClaim, 'date' | 'region' | 'service'>): KeyObject {
  const id = `${secret}/${claim.date}/${claim.region}/${claim.service}`;
  let key = keys.get(id);
  if (!key) {
    if (keys.size >= 1000) keys.clear();
    const step = (with_: string | Buffer, text: string): Buffer => createHmac('sha256', with_).update(text).digest();
    key = createSecretKey(
      step(step(step(step(`AWS4${secret}`, claim.date), claim.region), claim.service), 'aws4_request'),
    );
    keys.set(id, key);
  }
  return key;
}

const keys = new Map<string, KeyObject>();

/** Whether the signature is the one this secret gives ("Elements of an AWS API request signature", IAM User Guide). */
export function signatureMatches(
  request: Signable,
  claim: SignatureClaim,
  secret: string,
  payloadHash: string,
): boolean {
  const canonical = canonicalRequest(request, claim, payloadHash);
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${claim.timestamp}\n${scope}\n${hash('sha256', canonical)}`;
  const expected = createHmac('sha256', signingKey(secret, claim)).update(text).digest();
  // Node's decoder stops at the first character that is none, and what is behind it would not count.
  if (!/^[0-9a-f]{64}$/i.test(claim.signature)) return false;
  const given = Buffer.from(claim.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function canonicalRequest(request: Signable, claim: SignatureClaim, payloadHash: string): string {
  const mark = request.url.indexOf('?');
  const path = mark === -1 ? request.url : request.url.slice(0, mark);
  const query = mark === -1 ? '' : request.url.slice(mark + 1);
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    claim.service === 's3' ? encodePath(decodeURIComponent(path)) : encodePath(path),
    canonicalQuery(query),
    headers.join(''),
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** S3 signs the path as it is; every other service signs it encoded once more. */
function encodePath(path: string): string {
  if (path === '/') return path;
  return path.split('/').map(encode).join('/') || '/';
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((pair) => pair !== '' && !/^X-Amz-Signature=/i.test(pair))
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return `${encode(decodeURIComponent(name.replaceAll('+', ' ')))}=${encode(decodeURIComponent(value.replaceAll('+', ' ')))}`;
    })
    .sort()
    .join('&');
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
