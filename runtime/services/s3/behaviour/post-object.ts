import { Readable, Transform } from 'node:stream';
import type { HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { bucketAt } from '../state.ts';
import { readForm, type UploadForm } from './form-reader.ts';
import { checkPostPolicy, type PostPermit } from './post-policy.ts';
import { escapeMarkup, problemPage } from './problem-page.ts';

/** Whether it is a browser's form upload, which no operation of the model describes ("POST Object"). */
export function isFormUpload(request: Pick<HttpRequest, 'method' | 'headers'>): boolean {
  return request.method === 'POST' && /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
}

/** Puts the form's file, as whoever signed its policy. */
export async function postObject(kernel: Kernel, bucketName: string, request: HttpRequest, trace: Hop): Promise<HttpResponse> {
  const body = request.body instanceof Readable ? request.body : Readable.from(request.body ? [request.body] : [], { objectMode: false });
  try {
    const bucket = bucketAt(kernel, bucketName);
    const form = await readForm(body, request.headers['content-type'] ?? '');
    const { fields } = form;
    fields.set('bucket', bucketName);
    const template = fields.get('key');
    if (!template) throw s3Error('InvalidArgument', { ArgumentName: 'key' }, "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.");
    const Key = template.replaceAll('${filename}', form.fileName.replace(/^.*[/\\]/, ''));
    const permit = checkPostPolicy(kernel, fields);
    const ctx = kernel.context({ principal: permit.principal, region: bucket.region, trace });
    const Body = form.file.pipe(lengthGuard(form.file, permit));
    const output = await ctx.call<{ ETag: string }>('s3', 'PutObject', { Bucket: bucketName, Key, Body, ...inputOf(form) });
    return successOf(fields, { Bucket: bucketName, Key, ETag: output.ETag, location: `http://${request.headers.host ?? request.host}/` });
  } catch (error) {
    body.resume();
    if (error instanceof AwsError) return problemPage(error);
    throw error;
  }
}

function lengthGuard(source: Readable, { length: { least, most } }: PostPermit): Transform {
  let size = 0;
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= most) return done(null, chunk);
      done(s3Error('EntityTooLarge', { ProposedSize: size, MaxSizeAllowed: most }));
    },
    flush(done) {
      if (size >= least) return done();
      done(s3Error('EntityTooSmall', { ProposedSize: size, MinSizeAllowed: least }));
    },
  });
  source.once('error', (error) => guard.destroy(error));
  return guard;
}

const members: Record<string, string> = {
  acl: 'ACL',
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-type': 'ContentType',
  'content-md5': 'ContentMD5',
  'x-amz-storage-class': 'StorageClass',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-website-redirect-location': 'WebsiteRedirectLocation',
};

function inputOf({ fields, fileType }: UploadForm): Record<string, unknown> {
  const input: Record<string, unknown> = fileType ? { ContentType: fileType } : {};
  const Metadata: Record<string, string> = {};
  for (const [name, value] of fields) {
    const member = members[name];
    if (member) input[member] = value;
    else if (name.startsWith('x-amz-meta-')) Metadata[name.slice('x-amz-meta-'.length)] = value;
    else if (/^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.test(name)) input[`Checksum${name.slice('x-amz-checksum-'.length).toUpperCase()}`] = value;
  }
  const expires = fields.get('expires');
  if (expires !== undefined) input.Expires = new Date(expires);
  const tagging = fields.get('tagging');
  if (tagging !== undefined) input.Tagging = taggingOf(tagging);
  return { ...input, Metadata };
}

/** The form carries tags as the XML of PutObjectTagging; PutObject takes them as a query. */
function taggingOf(xml: string): string {
  const tags = [...xml.matchAll(/<Tag>\s*<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>\s*<\/Tag>/g)];
  return new URLSearchParams(tags.map(([, key = '', value = '']) => [key, value])).toString();
}

/** "POST Object", success_action_redirect and success_action_status: 204 unless told. */
function successOf(fields: Map<string, string>, done: { Bucket: string; Key: string; ETag: string; location: string }): HttpResponse {
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  const Location = `${done.location}${encodeURIComponent(done.Key)}`;
  const headers = { etag: done.ETag, location: Location };
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of [['bucket', done.Bucket], ['key', done.Key], ['etag', done.ETag]] as const) target.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, location: target.href }, body: '' };
  }
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers, body: '' };
  if (status !== '201') return { status: 204, headers, body: undefined };
  const parts = { Location, Bucket: done.Bucket, Key: done.Key, ETag: done.ETag };
  const elements = Object.entries(parts).map(([name, value]) => `<${name}>${escapeMarkup(value)}</${name}>`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${elements.join('')}</PostResponse>`;
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
}
