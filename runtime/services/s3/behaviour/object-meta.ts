import { s3Error } from '../errors.ts';
import type { Bucket } from '../state.ts';
import type { ObjectMeta } from './object-table.ts';

interface HeaderInput {
  ContentType?: string | undefined;
  CacheControl?: string | undefined;
  ContentDisposition?: string | undefined;
  ContentEncoding?: string | undefined;
  ContentLanguage?: string | undefined;
  Expires?: Date | string | undefined;
  Metadata?: Record<string, string> | undefined;
  WebsiteRedirectLocation?: string | undefined;
}

/** User metadata is at most 2 KB ("Working with object metadata"). */
const userMetadataLimit = 2048;

export function metaFrom(input: HeaderInput): ObjectMeta {
  const user = input.Metadata ?? {};
  const size = Object.entries(user).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > userMetadataLimit) throw s3Error('MetadataTooLarge', { Size: size, MaxSizeAllowed: userMetadataLimit }, 'Your metadata headers exceed the maximum allowed metadata size');
  const encoding = input.ContentEncoding?.split(',').map((part) => part.trim()).filter((part) => part !== 'aws-chunked').join(',');
  const meta: ObjectMeta = {};
  if (input.ContentType) meta.contentType = input.ContentType;
  if (input.CacheControl) meta.cacheControl = input.CacheControl;
  if (input.ContentDisposition) meta.contentDisposition = input.ContentDisposition;
  if (encoding) meta.contentEncoding = encoding;
  if (input.ContentLanguage) meta.contentLanguage = input.ContentLanguage;
  if (input.Expires) meta.expires = input.Expires instanceof Date ? input.Expires.toUTCString() : input.Expires;
  if (Object.keys(user).length > 0) meta.user = user;
  if (input.WebsiteRedirectLocation) meta.websiteRedirect = input.WebsiteRedirectLocation;
  return meta;
}

/** The header x-amz-tagging: `a=1&b=2`, at most ten. */
export function parseTagging(text: string | undefined): { Key: string; Value: string }[] {
  const tags = [...new URLSearchParams(text ?? '')].map(([Key, Value]) => ({ Key, Value }));
  checkTags(tags, 10);
  return tags;
}

export function checkTags(tags: { Key: string; Value: string }[], limit: number): void {
  if (tags.length > limit) throw s3Error('BadRequest', {}, `Object tags cannot be greater than ${limit}`);
  if (new Set(tags.map((tag) => tag.Key)).size !== tags.length) throw s3Error('InvalidTag', {}, 'Cannot provide multiple Tags with the same key');
}

interface Encryption {
  ServerSideEncryption?: string | undefined;
  SSEKMSKeyId?: string | undefined;
  SSECustomerKey?: string | undefined;
}

/** What was asked for, else the bucket's default, else SSE-S3, as every object since January 2023. */
export function encryptionFor(bucket: Bucket, input: Encryption): { algorithm: string; keyId?: string } {
  const rules = (bucket.configurations.encryption as { Rules?: { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string } }[] } | undefined)?.Rules;
  const preset = rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const algorithm = input.ServerSideEncryption ?? preset?.SSEAlgorithm ?? 'AES256';
  if (input.SSECustomerKey || algorithm !== 'AES256') {
    throw s3Error('NotImplemented', {}, `Encryption ${input.SSECustomerKey ? 'with a customer key (SSE-C)' : algorithm} is refused: Orrery encrypts objects with S3's own key only.`);
  }
  return { algorithm };
}
