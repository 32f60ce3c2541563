import { Readable } from 'node:stream';
import type { FunctionCode, LayerVersionContentInput } from '@aws-sdk/client-lambda';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { entityTooLarge, invalidParameter } from '../errors.ts';
import { codeStore, type StoredCode } from './code-store.ts';

/** "Lambda quotas": a zip sent with the request. */
const DIRECT_LIMIT_BYTES = 50 * 1024 * 1024;

/** Takes a deployment package from the request or from S3 (as whoever asks) and keeps it. */
export async function storeCode(
  ctx: Context,
  code: FunctionCode & LayerVersionContentInput,
  operation: string,
): Promise<StoredCode> {
  if (code.ImageUri !== undefined)
    throw refused(`Lambda ${operation} parameter Code.ImageUri`, 'functions run from zip archives only.');
  if (code.SourceKMSKeyArn !== undefined) throw refused(`Lambda ${operation} parameter Code.SourceKMSKeyArn`);
  return ctx.engine(codeStore).put(code.ZipFile ? direct(code.ZipFile, operation) : await fromS3(ctx, code));
}

function direct(zip: Uint8Array, operation: string): Buffer {
  if (zip.length > DIRECT_LIMIT_BYTES)
    throw entityTooLarge(`Request must be smaller than 70167211 bytes for the ${operation} operation`);
  return Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
}

async function fromS3(ctx: Context, { S3Bucket, S3Key, S3ObjectVersion }: FunctionCode): Promise<Buffer> {
  if (!S3Bucket || !S3Key) throw invalidParameter('Please provide a source for function code.');
  try {
    const object = await ctx.call<{ Body?: unknown }>('s3', 'GetObject', {
      Bucket: S3Bucket,
      Key: S3Key,
      ...(S3ObjectVersion ? { VersionId: S3ObjectVersion } : {}),
    });
    return await bytes(object.Body);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
}

async function bytes(body: unknown): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!(body instanceof Readable)) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
