import type { DecryptCommandOutput, GenerateDataKeyCommandOutput } from '@aws-sdk/client-kms';
import { parseArn } from '../../../kernel/arn.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';

/** A data key, in the clear and as KMS wrapped it (base64). */
export interface DataKey {
  plaintext: Buffer;
  wrappedKey: string;
  keyId: string;
}

export interface DataKeyRequest {
  KeyId: string;
  context: Record<string, string>;
  /** The bucket's: "the KMS key must be in the same Region as the bucket". */
  region: string;
}

/** A data key of an object's own, asked for by whoever puts it: that takes kms:GenerateDataKey. */
export async function newDataKey(ctx: Context, { KeyId, context, region }: DataKeyRequest): Promise<DataKey> {
  const input = { KeyId, KeySpec: 'AES_256', EncryptionContext: context };
  const made = await askKms<GenerateDataKeyCommandOutput>(ctx, 'GenerateDataKey', { input, region });
  return {
    plaintext: Buffer.from(made.Plaintext ?? []),
    wrappedKey: Buffer.from(made.CiphertextBlob ?? []).toString('base64'),
    keyId: made.KeyId ?? KeyId,
  };
}

/** How long S3 goes on with a bucket key, and for how many of them it does; the oldest goes first. */
const bucketKeyMs = 5 * 60_000;
const mostBucketKeys = 1000;

const bucketKeys = defineEngine('s3.bucket-keys', () => new Map<string, { dataKey: DataKey; madeMs: number }>());

/**
 * A bucket key serves the bucket's objects for a time, so that KMS is asked seldom; each requester asks at least once, which
 * checks its permission ("Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys"). Bodies differ by their nonces.
 */
export async function bucketDataKey(ctx: Context, asked: DataKeyRequest): Promise<DataKey> {
  const known = ctx.engine(bucketKeys);
  const name = JSON.stringify([asked.KeyId, Object.entries(asked.context).sort(), describePrincipal(ctx.principal)]);
  const kept = known.get(name);
  if (kept && ctx.clock.now() - kept.madeMs < bucketKeyMs) return kept.dataKey;
  const dataKey = await newDataKey(ctx, asked);
  known.delete(name);
  known.set(name, { dataKey, madeMs: ctx.clock.now() });
  for (const oldest of known.keys()) {
    if (known.size <= mostBucketKeys) break;
    known.delete(oldest);
  }
  return dataKey;
}

/** Whoever reads needs kms:Decrypt. */
export async function openDataKey(
  ctx: Context,
  sealed: { wrappedKey: string; keyId: string | undefined; context: Record<string, string> | undefined },
): Promise<Buffer> {
  const input = {
    KeyId: sealed.keyId,
    CiphertextBlob: Buffer.from(sealed.wrappedKey, 'base64'),
    EncryptionContext: sealed.context,
  };
  const region = parseArn(sealed.keyId ?? '')?.region ?? ctx.region;
  const opened = await askKms<DecryptCommandOutput>(ctx, 'Decrypt', { input, region });
  return Buffer.from(opened.Plaintext ?? []);
}

/** KMS's refusals, as S3 passes them on. */
async function askKms<Output>(
  ctx: Context,
  operation: string,
  { input, region }: { input: object; region: string },
): Promise<Output> {
  try {
    return await ctx.call<Output>('kms', operation, input, { region });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    if (/^AccessDenied/.test(error.code)) throw s3Error('AccessDenied', {}, error.message);
    throw new AwsError(`KMS.${error.code}`, error.message, { status: 400 });
  }
}
