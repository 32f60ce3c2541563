import { s3Error } from '../errors.ts';
import type { CustomerKeyRequest, ObjectEncryption } from './encryption.ts';

/** What is kept with a version beside its body. */
export interface ObjectMeta {
  contentType?: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  expires?: string;
  user?: Record<string, string>;
  tags?: Tag[];
  /** By algorithm, base64; composite ones end in the number of parts. */
  checksums?: Record<string, string>;
  checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  sse?: ObjectEncryption;
  websiteRedirect?: string;
  /** Of a multipart upload. */
  parts?: ObjectPartMeta[];
  retention?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; untilMs: number };
  legalHold?: 'ON' | 'OFF';
  /** A copy of an archived object: readable from the one time until the other. */
  restore?: { readyMs: number; untilMs: number };
}

export interface ObjectPartMeta {
  number: number;
  size: number;
  checksums?: Record<string, string>;
}

export interface Tag {
  Key: string;
  Value: string;
}

export interface HeaderInput extends CustomerKeyRequest {
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
  const meta: ObjectMeta = {};
  const encoding = withoutChunking(input.ContentEncoding);
  if (input.ContentType) meta.contentType = input.ContentType;
  if (input.CacheControl) meta.cacheControl = input.CacheControl;
  if (input.ContentDisposition) meta.contentDisposition = input.ContentDisposition;
  if (encoding) meta.contentEncoding = encoding;
  if (input.ContentLanguage) meta.contentLanguage = input.ContentLanguage;
  if (input.Expires) meta.expires = input.Expires instanceof Date ? input.Expires.toUTCString() : input.Expires;
  const user = userMetadata(input.Metadata);
  if (user) meta.user = user;
  if (input.WebsiteRedirectLocation !== undefined)
    meta.websiteRedirect = redirectLocation(input.WebsiteRedirectLocation);
  return meta;
}

/** `aws-chunked` tells how the body travels and is not the object's own. */
function withoutChunking(encoding: string | undefined): string {
  if (!encoding?.includes('aws-chunked')) return encoding ?? '';
  return encoding
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked')
    .join(',');
}

function userMetadata(given: Record<string, string> | undefined): Record<string, string> | undefined {
  let size = 0;
  let user: Record<string, string> | undefined;
  for (const [name, value] of Object.entries(given ?? {})) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    user ??= {};
    user[name.toLowerCase()] = value;
  }
  if (size > userMetadataLimit) throw s3Error('MetadataTooLarge', { Size: size, MaxSizeAllowed: userMetadataLimit });
  return user;
}

function redirectLocation(location: string): string {
  if (!/^(\/|https?:\/\/)/.test(location)) {
    throw s3Error(
      'InvalidRedirectLocation',
      {},
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    );
  }
  return location;
}

/** The header x-amz-tagging: `a=1&b=2`. */
export function parseTagging(text: string | undefined): Tag[] | undefined {
  if (!text) return undefined;
  const tags = [...new URLSearchParams(text)].map(([Key, Value]) => ({ Key, Value }));
  checkTags(tags, 10);
  return tags;
}

/** "Categorizing your objects using tags": ten an object, fifty a bucket; keys of 128 characters, values of 256. */
export function checkTags(tags: Tag[], limit: number): void {
  if (tags.length > limit)
    throw s3Error(
      'BadRequest',
      {},
      limit === 10 ? 'Object tags cannot be greater than 10' : `The number of tags cannot exceed ${limit} tags.`,
    );
  const seen = new Set<string>();
  for (const { Key, Value } of tags) {
    if (Key.length === 0 || Key.length > 128 || !allowed.test(Key))
      throw s3Error('InvalidTag', { TagKey: Key }, 'The TagKey you have provided is invalid');
    if (Value.length > 256 || !allowed.test(Value))
      throw s3Error('InvalidTag', { TagKey: Key, TagValue: Value }, 'The TagValue you have provided is invalid');
    if (Key.startsWith('aws:') && !Key.startsWith('aws:cloudformation:'))
      throw s3Error(
        'InvalidTag',
        { TagKey: Key },
        limit === 10 ? 'Your TagKey cannot be prefixed with aws:' : 'System tags cannot be added/updated by requester',
      );
    if (seen.has(Key)) throw s3Error('InvalidTag', { TagKey: Key }, 'Cannot provide multiple Tags with the same key');
    seen.add(Key);
  }
}

const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
