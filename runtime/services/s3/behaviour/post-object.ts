import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { authorize } from '../authorization.ts';
import { s3Error } from '../errors.ts';
import { putObject } from '../operations/objects.ts';
import type { Bucket } from '../state.ts';
import { readForm } from './form-reader.ts';
import { escapeText } from './object-plane.ts';
import { checkForm, isIssued, type SignedForm, signingKey } from './post-policy.ts';

/** "POST Object": an upload from a browser's form, which a signed policy describes. */
export async function postObject(
  kernel: Kernel,
  bucket: Bucket,
  request: HttpRequest,
  { hop, onlyIssuedKeys }: { hop: Hop; onlyIssuedKeys: boolean },
): Promise<HttpResponse> {
  const { fields, file } = await readForm(request.headers['content-type'] ?? '', request.body ?? Buffer.alloc(0));
  const template = fields.get('key');
  if (!template)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'key', ArgumentValue: '' },
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
  const { principal, size } = checkForm(kernel, bucket.Name, fields);
  if (onlyIssuedKeys && !isIssued(kernel, signingKey(fields)))
    throw s3Error('AccessDenied', {}, `A page of the origin "${request.headers.origin}" may not use this port.`);
  const key = template.replaceAll(`\${filename}`, file.name);
  const input = inputOf(fields, bucket.Name, key);
  const ctx = kernel.context({ principal, region: bucket.region, trace: hop });
  permit(ctx, input);
  const output = await putObject(ctx, { ...input, Body: Readable.from(within(file.body, size)) }, 'ObjectCreated:Post');
  await kernel.store.durable();
  return respond(bucket, key, fields, output.ETag);
}

function permit(ctx: Context, input: Record<string, unknown>): void {
  const asked = authorize('PutObject', input, ctx);
  const refusal = ctx.engine(authorization).current?.refusal(ctx, Array.isArray(asked) ? asked : [asked]);
  if (refusal !== undefined) throw s3Error('AccessDenied', {}, refusal);
}

const members: Record<string, string> = lookupTable({
  acl: 'ACL',
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-type': 'ContentType',
  expires: 'Expires',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-crc32c': 'ChecksumCRC32C',
  'x-amz-checksum-crc64nvme': 'ChecksumCRC64NVME',
  'x-amz-checksum-sha1': 'ChecksumSHA1',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
  'x-amz-checksum-algorithm': 'ChecksumAlgorithm',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-storage-class': 'StorageClass',
  'x-amz-website-redirect-location': 'WebsiteRedirectLocation',
});

function inputOf(
  fields: Map<string, string>,
  Bucket: string,
  Key: string,
): Record<string, unknown> & { Bucket: string; Key: string } {
  const input: Record<string, unknown> & { Bucket: string; Key: string } = { Bucket, Key };
  const Metadata: Record<string, string> = {};
  for (const [name, value] of fields) {
    const member = members[name];
    if (member) input[member] = value;
    else if (name.startsWith('x-amz-meta-')) Metadata[name.slice(11)] = value;
  }
  const tags = [...(fields.get('tagging') ?? '').matchAll(/<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>/g)].map(
    ([, key = '', value = '']) => [key, value],
  );
  if (tags.length > 0) input.Tagging = new URLSearchParams(tags).toString();
  return { ...input, Metadata };
}

/** content-length-range of the policy, held against the bytes as they come. */
async function* within(body: AsyncIterable<Buffer>, size: SignedForm['size']): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (size && total > size.most) throw s3Error('EntityTooLarge', { ProposedSize: total, MaxSizeAllowed: size.most });
    yield chunk;
  }
  if (size && total < size.least) throw s3Error('EntityTooSmall', { ProposedSize: total, MinSizeAllowed: size.least });
}

function respond(bucket: Bucket, key: string, fields: Map<string, string>, etag: string): HttpResponse {
  const location = `https://${bucket.Name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(key)}`;
  const headers = { etag, location, server: 'AmazonS3' };
  const onward = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (onward && URL.canParse(onward)) {
    const url = new URL(onward);
    for (const [name, value] of Object.entries({ bucket: bucket.Name, key, etag })) url.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, location: url.href }, body: undefined };
  }
  if (fields.get('success_action_status') === '200') return { status: 200, headers, body: undefined };
  if (fields.get('success_action_status') !== '201') return { status: 204, headers, body: undefined };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${escapeText(location)}</Location><Bucket>${bucket.Name}</Bucket><Key>${escapeText(key)}</Key><ETag>${escapeText(etag)}</ETag></PostResponse>`;
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
}
