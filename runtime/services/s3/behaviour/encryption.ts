import { createHash } from 'node:crypto';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketArn } from '../state.ts';
import { bucketDataKey, newDataKey, openDataKey } from './kms-data-keys.ts';

/** How a version is encrypted, kept in its row. The bytes of SSE-S3 rest on the data folder's own protection. */
export interface ObjectEncryption {
  /** AES256, aws:kms, or SSE-C. */
  algorithm: string;
  keyId?: string;
  /** SSE-KMS: the data key as KMS wrapped it, base64, and what it was wrapped with. */
  wrappedKey?: string;
  context?: Record<string, string>;
  bucketKey?: boolean;
  /** SSE-C: base64 of the MD5 of the customer's key. */
  customerKeyMd5?: string;
}

export interface EncryptionRequest {
  ServerSideEncryption?: string | undefined;
  SSEKMSKeyId?: string | undefined;
  SSEKMSEncryptionContext?: string | undefined;
  BucketKeyEnabled?: boolean | undefined;
}

export interface CustomerKeyRequest {
  SSECustomerAlgorithm?: string | undefined;
  SSECustomerKey?: string | undefined;
  SSECustomerKeyMD5?: string | undefined;
}

export interface Sealing {
  sse: ObjectEncryption;
  key: Buffer | undefined;
}

/** The AWS managed key that SSE-KMS takes when none is named ("Using server-side encryption with AWS KMS keys"). */
const managedKey = 'alias/aws/s3';

/** What was asked for, else the bucket's default; with the key to encrypt with. SSE-KMS asks KMS as the caller. */
export async function sealingFor(
  ctx: Context,
  bucket: Bucket,
  key: string,
  input: EncryptionRequest & CustomerKeyRequest,
): Promise<Sealing> {
  const customer = customerKey(input);
  if (customer) {
    if (input.ServerSideEncryption)
      throw s3Error(
        'InvalidArgument',
        { ArgumentName: 'x-amz-server-side-encryption' },
        'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      );
    return { sse: { algorithm: 'SSE-C', customerKeyMd5: md5Of(customer) }, key: customer };
  }
  const preset = defaultEncryption(bucket);
  const algorithm = input.ServerSideEncryption ?? preset.SSEAlgorithm ?? 'AES256';
  if (algorithm === 'aws:kms') {
    const preferred = input.ServerSideEncryption ? undefined : preset.KMSMasterKeyID;
    return withDataKey(ctx, bucket, key, {
      ...input,
      SSEKMSKeyId:
        input.SSEKMSKeyId ?? preferred ?? (preset.SSEAlgorithm === 'aws:kms' ? preset.KMSMasterKeyID : undefined),
      BucketKeyEnabled: input.BucketKeyEnabled ?? preset.BucketKeyEnabled,
    });
  }
  if (algorithm === 'aws:kms:dsse' || algorithm === 'aws:fsx')
    throw s3Error(
      'NotImplemented',
      {},
      `Encryption ${algorithm} is refused: Orrery encrypts objects with AES256, aws:kms and customer keys.`,
    );
  if (algorithm !== 'AES256')
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: algorithm },
      'The encryption method specified is not supported',
    );
  if (input.SSEKMSKeyId)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-server-side-encryption-aws-kms-key-id' },
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  return { sse: { algorithm }, key: undefined };
}

/** What every bucket has until it is configured otherwise. */
export const basicEncryption = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

interface DefaultEncryption {
  SSEAlgorithm?: string;
  KMSMasterKeyID?: string;
  BucketKeyEnabled?: boolean;
}

/** SSE-S3 unless configured otherwise, as for every object since January 2023. */
function defaultEncryption(bucket: Bucket): DefaultEncryption {
  const configuration = bucket.configurations.encryption as
    | { Rules?: { ApplyServerSideEncryptionByDefault?: DefaultEncryption; BucketKeyEnabled?: boolean }[] }
    | undefined;
  const rule = configuration?.Rules?.[0];
  return {
    ...rule?.ApplyServerSideEncryptionByDefault,
    ...(rule?.BucketKeyEnabled === undefined ? {} : { BucketKeyEnabled: rule.BucketKeyEnabled }),
  };
}

async function withDataKey(ctx: Context, bucket: Bucket, key: string, input: EncryptionRequest): Promise<Sealing> {
  const bucketKey = input.BucketKeyEnabled === true;
  const context = {
    ...contextOf(input.SSEKMSEncryptionContext),
    'aws:s3:arn': bucketKey ? bucketArn(bucket.Name) : `${bucketArn(bucket.Name)}/${key}`,
  };
  const asked = { KeyId: input.SSEKMSKeyId ?? managedKey, context, region: bucket.region };
  const { wrappedKey, keyId, plaintext } = await (bucketKey ? bucketDataKey(ctx, asked) : newDataKey(ctx, asked));
  return {
    sse: { algorithm: 'aws:kms', keyId, wrappedKey, context, ...(bucketKey ? { bucketKey } : {}) },
    key: plaintext,
  };
}

function contextOf(header: string | undefined): Record<string, string> {
  if (header === undefined) return {};
  try {
    return JSON.parse(Buffer.from(header, 'base64').toString()) as Record<string, string>;
  } catch {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-server-side-encryption-context' },
      'The header x-amz-server-side-encryption-context shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map',
    );
  }
}

/** The key to read a version with; undefined when it is not encrypted by key. Missing kms:Decrypt refuses here. */
export async function openingKey(
  ctx: Context,
  sse: ObjectEncryption | undefined,
  input: CustomerKeyRequest,
): Promise<Buffer | undefined> {
  checkCustomerKey(sse, input);
  if (sse?.algorithm === 'SSE-C') return customerKey(input);
  if (!sse?.wrappedKey) return undefined;
  return openDataKey(ctx, { wrappedKey: sse.wrappedKey, keyId: sse.keyId, context: sse.context });
}

/** Also for HEAD, which needs the customer's key though it reads no body. */
export function checkCustomerKey(sse: ObjectEncryption | undefined, input: CustomerKeyRequest): void {
  const given = customerKey(input);
  if (sse?.algorithm !== 'SSE-C') {
    if (given) throw s3Error('InvalidRequest', {}, 'The encryption parameters are not applicable to this object.');
    return;
  }
  if (!given)
    throw s3Error(
      'InvalidRequest',
      {},
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  if (md5Of(given) !== sse.customerKeyMd5) throw s3Error('AccessDenied', {}, 'Access Denied');
}

/** "Using server-side encryption with customer-provided keys": 256 bits, with their MD5. */
export function customerKey(input: CustomerKeyRequest): Buffer | undefined {
  if (
    input.SSECustomerKey === undefined &&
    input.SSECustomerAlgorithm === undefined &&
    input.SSECustomerKeyMD5 === undefined
  )
    return undefined;
  if (input.SSECustomerAlgorithm !== 'AES256')
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: input.SSECustomerAlgorithm },
      'The encryption method specified is not supported',
    );
  const key = Buffer.from(input.SSECustomerKey ?? '', 'base64');
  if (key.length !== 32)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-server-side-encryption-customer-key' },
      'The secret key was invalid for the specified algorithm.',
    );
  if (input.SSECustomerKeyMD5 !== md5Of(key))
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-server-side-encryption-customer-key-MD5' },
      'The calculated MD5 hash of the key did not match the hash that was provided.',
    );
  return key;
}

function md5Of(key: Buffer): string {
  return createHash('md5').update(key).digest('base64');
}

interface EncryptionMembers {
  ServerSideEncryption?: string | undefined;
  SSEKMSKeyId?: string | undefined;
  BucketKeyEnabled?: boolean | undefined;
  SSECustomerAlgorithm?: string | undefined;
  SSECustomerKeyMD5?: string | undefined;
}

/** What a response says of the encryption. */
export function encryptionMembers(sse: ObjectEncryption | undefined): EncryptionMembers {
  if (sse?.algorithm === 'SSE-C') return { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: sse.customerKeyMd5 };
  return {
    ServerSideEncryption: sse?.algorithm ?? 'AES256',
    SSEKMSKeyId: sse?.keyId,
    BucketKeyEnabled: sse?.bucketKey,
  };
}
