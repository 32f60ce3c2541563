import { Readable } from 'node:stream';
import { trailersOf } from '../../../data-planes/http/trailers.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { type BodySource, bodies, type WrittenBody } from './bodies.ts';
import { algorithms, digestBytes, memberOf } from './checksums.ts';
import { wireHeaders } from './wire-headers.ts';

export interface BodyRequest {
  Body?: unknown;
  ContentMD5?: string | undefined;
  ChecksumAlgorithm?: string | undefined;
  ContentLength?: number | undefined;
}

export interface ReceiveOptions {
  /** AES-256 key to encrypt with. */
  key?: Buffer | undefined;
  asFile?: boolean;
  /** Algorithm of the multipart upload, computed besides the one that the part names itself. */
  preset?: string | undefined;
}

/** Keeps what a request sends, and holds it to the digests it claims in headers and trailers. */
export async function receiveBody(
  ctx: Context,
  input: BodyRequest,
  options: ReceiveOptions = {},
): Promise<WrittenBody> {
  const claims = claimsOf(input);
  const md5 = md5Claim(input.ContentMD5);
  const source = input.Body as BodySource;
  const announced = trailerAlgorithm(ctx);
  if (announced && claims.size > 0) throw s3Error('InvalidRequest', {}, 'Expecting a single x-amz-checksum- header');
  checkLength(ctx);
  const algorithm =
    [...claims.keys()][0] ?? announced ?? algorithmOf(input.ChecksumAlgorithm) ?? options.preset ?? 'CRC64NVME';
  const wanted = [...new Set([algorithm, options.preset ?? algorithm])];
  const written = await ctx.engine(bodies).write(source, {
    algorithms: wanted,
    key: options.key,
    length: lengthOf(ctx),
    ...(options.asFile ? { asFile: true } : {}),
  });
  try {
    const trailers = source instanceof Readable ? await trailersOf(source) : undefined;
    const claim = claims.get(algorithm) ?? trailers?.[`x-amz-checksum-${algorithm.toLowerCase()}`];
    if (announced && claim === undefined) throw s3Error('MalformedTrailerError');
    if (claim !== undefined) checkForm(algorithm, claim);
    if (claim !== undefined && claim !== written.checksums[algorithm]) {
      throw s3Error('BadDigest', {}, `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    if (md5 !== undefined && md5 !== written.md5)
      throw s3Error('BadDigest', {}, 'The Content-MD5 you specified did not match what we received.');
  } catch (error) {
    ctx.engine(bodies).removeLater(written);
    throw error;
  }
  return written;
}

/** Of a body in chunks it counts their frames too, which only makes it more. */
function lengthOf(ctx: Context): number | undefined {
  const header = wireHeaders(ctx)?.['content-length'];
  return header === undefined ? undefined : Number(header);
}

function claimsOf(input: BodyRequest): Map<string, string> {
  const claims = new Map<string, string>();
  for (const algorithm of algorithms) {
    const value = (input as Record<string, unknown>)[memberOf(algorithm)];
    if (typeof value === 'string') claims.set(algorithm, value);
  }
  if (claims.size > 1)
    throw s3Error(
      'InvalidRequest',
      {},
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  for (const [algorithm, value] of claims) checkForm(algorithm, value);
  return claims;
}

function checkForm(algorithm: string, value: string): void {
  if (!/^[A-Za-z0-9+/]+=*$/.test(value) || Buffer.from(value, 'base64').length !== digestBytes[algorithm]) {
    throw s3Error('InvalidRequest', {}, `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`);
  }
}

function md5Claim(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, 'base64');
  if (bytes.length !== 16) throw s3Error('InvalidDigest', { 'Content-MD5': header });
  return bytes.toString('hex');
}

function trailerAlgorithm(ctx: Context): string | undefined {
  const name = wireHeaders(ctx)?.['x-amz-trailer'];
  if (name === undefined) return undefined;
  const algorithm = algorithmOf(/^x-amz-checksum-(\w+)$/i.exec(name.trim())?.[1]);
  if (!algorithm)
    throw s3Error('InvalidRequest', {}, 'The value specified in the x-amz-trailer header is not supported');
  return algorithm;
}

export function algorithmOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const algorithm = name.toUpperCase();
  if (algorithms.includes(algorithm)) return algorithm;
  throw s3Error(
    'InvalidRequest',
    {},
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${algorithms.join(', ')}]`,
  );
}

/** "PutObject": the length must be known in advance; S3 takes no chunked transfer but its own. */
function checkLength(ctx: Context): void {
  const headers = wireHeaders(ctx);
  if (!headers || headers['content-length'] !== undefined || headers['x-amz-decoded-content-length'] !== undefined)
    return;
  if (headers['transfer-encoding'] !== undefined) {
    throw s3Error(
      'NotImplemented',
      { Header: 'Transfer-Encoding' },
      'A header you provided implies functionality that is not implemented',
    );
  }
}
