import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import type { SignatureClaim } from '../../engines/signature/claim.ts';
import { signingKey } from '../../engines/signature/verify.ts';
import type { IssuedCredentials } from '../../kernel/authorizer.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Exchange } from '../exchange.ts';
import { decodeAwsChunked, type StreamingMode } from './decode.ts';

/**
 * Puts what the operation is to read in place of a streamed body: chunks unwrapped and their signatures checked, or the
 * bytes as they are with their declared SHA-256 checked at the end.
 */
export function openBody(
  exchange: Exchange,
  claim: SignatureClaim | undefined,
  issued: IssuedCredentials | undefined,
): void {
  const { request } = exchange;
  if (!request || exchange.body !== undefined || request.body === undefined) return;
  const declared = request.headers['x-amz-content-sha256'] ?? '';
  const body = Buffer.isBuffer(request.body) ? Readable.from([request.body]) : request.body;
  if (declared.startsWith('STREAMING-')) {
    request.body = decodeAwsChunked(body, {
      mode: declared as StreamingMode,
      decodedLength: Number(request.headers['x-amz-decoded-content-length']),
      ...(claim && issued ? { signing: chunkSigning(claim, issued) } : {}),
    }).body;
  } else if (/^[0-9a-f]{64}$/.test(declared)) request.body = body.pipe(hashCheck(declared, body));
}

function chunkSigning(claim: SignatureClaim, issued: IssuedCredentials) {
  return {
    key: signingKey(issued.secretAccessKey, claim),
    scope: `${claim.date}/${claim.region}/${claim.service}/aws4_request`,
    timestamp: claim.timestamp,
    seedSignature: claim.signature,
  };
}

function hashCheck(declared: string, source: Readable): Transform {
  const hash = createHash('sha256');
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      if (hash.digest('hex') === declared) return done();
      done(
        new AwsError(
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
      );
    },
  });
  source.once('error', (error) => check.destroy(error));
  return check;
}
