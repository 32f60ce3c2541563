import { Readable } from 'node:stream';
import { trailersOf } from '../../../data-planes/http/trailers.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import type { Bucket } from '../state.ts';
import { bodies, type WrittenBody } from './bodies.ts';
import { algorithms, memberOf } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { announce } from './notifications.ts';
import { type ObjectMeta, objectTable, type StoredObject } from './object-table.ts';

export interface NewObject {
  bucket: Bucket;
  key: string;
  body: { file: string | null; inline: Uint8Array | null; size: number };
  etag: string;
  meta: ObjectMeta;
  storageClass: string;
  /** e.g. ObjectCreated:Put */
  event: string;
  conditions?: { IfMatch?: string | undefined; IfNoneMatch?: string | undefined };
}

/** Makes a body the newest version of its key. In an unversioned bucket the version before it is gone. */
export function keepObject(ctx: Context, object: NewObject): StoredObject {
  const table = ctx.engine(objectTable);
  const { bucket, key } = object;
  const current = table.current(bucket.Name, key);
  if (object.conditions) checkWrite(current, object.conditions);
  const versionId = bucket.versioning === 'Enabled' ? newVersionId(ctx) : 'null';
  if (versionId === 'null') forgetNullVersion(ctx, bucket.Name, key);
  table.add({
    bucket: bucket.Name,
    key,
    versionId,
    deleteMarker: 0,
    size: object.body.size,
    etag: object.etag,
    modifiedMs: ctx.clock.now(),
    storageClass: object.storageClass,
    meta: JSON.stringify(object.meta),
    file: object.body.file,
    inline: object.body.inline,
  });
  const kept = table.current(bucket.Name, key);
  if (!kept) throw new Error('an object that was just kept is not there');
  announce(ctx, bucket, object.event, kept);
  return kept;
}

/** Version ids are opaque: 32 characters, as AWS's are. */
export function newVersionId(ctx: Context): string {
  return ctx.ids.secret(32).replace(/[-_]/g, '.');
}

/** There is at most one version called `null`. */
export function forgetNullVersion(ctx: Context, bucket: string, key: string): void {
  const table = ctx.engine(objectTable);
  const old = table.version(bucket, key, 'null');
  if (!old) return;
  table.remove(old);
  ctx.engine(bodies).removeLater(old);
}

/** Writes what a request sends, and holds it to the digests it claims in headers and trailers. */
export async function receiveBody(ctx: Context, input: Record<string, unknown>): Promise<WrittenBody> {
  const body = input.Body as Readable | Buffer | string | undefined;
  const wanted = new Set<string>();
  for (const algorithm of algorithms) if (input[memberOf(algorithm)] !== undefined) wanted.add(algorithm);
  const trailer = /^x-amz-checksum-(\w+)$/.exec(ctx.http?.headers['x-amz-trailer'] ?? '')?.[1]?.toUpperCase();
  if (trailer) wanted.add(trailer);
  if (wanted.size === 0) wanted.add(String(input.ChecksumAlgorithm ?? 'CRC64NVME'));
  const written = await ctx.engine(bodies).write(body, [...wanted]);
  try {
    const trailers = body instanceof Readable ? await trailersOf(body) : undefined;
    verify(input, written, trailers ?? {});
  } catch (error) {
    ctx.engine(bodies).removeLater(written);
    throw error;
  }
  return written;
}

function verify(input: Record<string, unknown>, written: WrittenBody, trailers: Record<string, string>): void {
  const md5 = input.ContentMD5 as string | undefined;
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw s3Error('InvalidDigest');
    if (Buffer.from(md5, 'base64').toString('hex') !== written.md5) throw s3Error('BadDigest', {}, 'The Content-MD5 you specified did not match what we received.');
  }
  for (const [algorithm, actual] of Object.entries(written.checksums)) {
    const claimed = (input[memberOf(algorithm)] as string | undefined) ?? trailers[`x-amz-checksum-${algorithm.toLowerCase()}`];
    if (claimed !== undefined && claimed !== actual) {
      throw s3Error('BadDigest', {}, `The ${algorithm} you specified did not match the calculated checksum.`);
    }
  }
}
