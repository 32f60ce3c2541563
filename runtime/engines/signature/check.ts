import { hash } from 'node:crypto';
import { hasExpired, type IssuedCredentials } from '../../kernel/authorizer.ts';
import type { Clock } from '../../kernel/clock/clock.ts';
import { AwsError } from '../../kernel/errors.ts';
import { parseTimestamp, type Signable, type SignatureClaim } from './claim.ts';
import { olderSignatureMatches } from './older-query.ts';
import { signatureMatches } from './verify.ts';

/** Clients' clocks may be off by this much ("Signature Version 4 request elements", IAM User Guide). */
const SKEW_MS = 15 * 60_000;

export interface SignedRequest {
  claim: SignatureClaim;
  issued: IssuedCredentials;
  body: Buffer | undefined;
  /** Where S3's host names the bucket: signatures before version 4 take it into the path. */
  bucketInHost?: string | undefined;
}

/** Throws unless these credentials are still good and the signature is theirs. */
export function checkSignature(
  clock: Clock,
  request: Signable,
  { claim, issued, body, bucketInHost }: SignedRequest,
): void {
  // A long-term key has no token, so one that comes with it was not issued for it.
  if ((claim.sessionToken || undefined) !== issued.sessionToken) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
      status: 403,
    });
  }
  if (hasExpired(clock, issued)) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', { status: 403 });
  }
  const secret = issued.secretAccessKey;
  const matches = claim.older
    ? olderSignatureMatches(request, claim, secret, bucketInHost)
    : signatureMatches(request, claim, secret, payloadHash(request, claim, body));
  if (!matches) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      { status: 403 },
    );
  }
}

function payloadHash(request: Signable, claim: SignatureClaim, body: Buffer | undefined): string {
  const declared = request.headers['x-amz-content-sha256'];
  const presignedS3 = claim.expiresSeconds !== undefined && claim.service === 's3';
  if (presignedS3) return declared ?? 'UNSIGNED-PAYLOAD';
  if (declared !== undefined && body === undefined) return declared;
  if (declared === 'UNSIGNED-PAYLOAD' || declared?.startsWith('STREAMING-')) return declared;
  const actual = hash('sha256', body ?? '');
  if (declared !== undefined && declared !== actual) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return actual;
}

/** A client's time is the machine's, or in a sandbox the cloud's: either is accepted. A presigned URL has its own limit. */
export function checkTime(clock: Clock, claim: SignatureClaim): void {
  if (claim.older) {
    // When it was signed it does not say, so its date is taken to be the cloud's.
    if (clock.now() <= claim.older.expiresMs) return;
    throw new AwsError('AccessDenied', 'Request has expired', {
      status: 403,
      members: { Expires: isoSeconds(claim.older.expiresMs), ServerTime: isoSeconds(clock.now()) },
    });
  }
  const said = parseTimestamp(claim.timestamp);
  if (Number.isNaN(said))
    throw new AwsError('IncompleteSignature', `Date must be in ISO-8601 'basic format'. Got '${claim.timestamp}'.`);
  const age = clock.now() - clock.interpret(said);
  if (claim.expiresSeconds === undefined) {
    const machineAge = clock.now() - clock.offset() - said;
    if (Math.abs(age) <= SKEW_MS || Math.abs(clock.now() - said) <= SKEW_MS || Math.abs(machineAge) <= SKEW_MS) return;
    throw new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      { status: 403 },
    );
  }
  if (age < -SKEW_MS) throw new AwsError('AccessDenied', 'Request is not yet valid', { status: 403 });
  if (age > claim.expiresSeconds * 1000) throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
