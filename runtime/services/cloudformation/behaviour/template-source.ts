import { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { applicationTemplate } from '../../../engines/cloudformation/serverless/applications/rotation-application.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';

/** "CloudFormation quotas": a template body in a request, and one in S3. */
const mostInRequest = 51_200;
const mostInBucket = 1_048_576;

export interface TemplateSource {
  TemplateBody?: string | undefined;
  TemplateURL?: string | undefined;
}

/** The template's text, undefined when neither is given. */
export async function templateText(
  ctx: Context,
  { TemplateBody, TemplateURL }: TemplateSource,
): Promise<string | undefined> {
  if (TemplateBody !== undefined && TemplateURL !== undefined) {
    throw validationError('Only one of TemplateBody or TemplateURL may be specified.');
  }
  if (TemplateBody !== undefined) {
    if (Buffer.byteLength(TemplateBody) > mostInRequest && ctx.http) {
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${mostInRequest}`,
      );
    }
    return TemplateBody;
  }
  return TemplateURL === undefined ? undefined : (applicationTemplate(TemplateURL) ?? objectText(ctx, TemplateURL));
}

export async function objectText(ctx: Context, url: string): Promise<string> {
  const place = parseObjectUrl(url, ctx.addresses.apiUrl);
  if (!place) throw validationError('TemplateURL must be a supported URL.');
  try {
    const { Body } = await ctx.call<GetObjectCommandOutput>('s3', 'GetObject', place);
    const body = await bytes(Body);
    if (body.length > mostInBucket) {
      throw validationError(`Template may not exceed ${mostInBucket} bytes in size.`);
    }
    return body.toString('utf8');
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'ValidationError' || error.code === 'NotImplemented')
      throw error;
    throw validationError(
      `S3 error: ${error.message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
  }
}

export interface ObjectPlace {
  Bucket: string;
  Key: string;
  VersionId?: string;
}

/** Path and host style, with and without region, AWS's names and this runtime's; s3://bucket/key as AWS::Include writes it. */
function parseObjectUrl(text: string, apiUrl: string): ObjectPlace | undefined {
  const scheme = /^s3:\/\/([^/]+)\/(.+)$/.exec(text);
  if (scheme) return { Bucket: scheme[1] ?? '', Key: scheme[2] ?? '' };
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const local = URL.canParse(apiUrl) && url.host === new URL(apiUrl).host;
  const virtual = /^(.+)\.s3(?:[.-][a-z0-9-]+)?(?:\.dualstack)?\.(?:amazonaws\.com|localhost)$/.exec(url.hostname);
  const pathStyle =
    local ||
    /^s3(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com|localhost)$/.test(url.hostname) ||
    /^(?:localhost|127\.0\.0\.1)$/.test(url.hostname);
  const path = decodeURIComponent(url.pathname.slice(1));
  const VersionId = url.searchParams.get('versionId') ?? undefined;
  const version = VersionId === undefined ? {} : { VersionId };
  if (virtual) return { Bucket: virtual[1] ?? '', Key: path, ...version };
  const slash = path.indexOf('/');
  return pathStyle && slash > 0 ? { Bucket: path.slice(0, slash), Key: path.slice(slash + 1), ...version } : undefined;
}

async function bytes(body: unknown): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Readable) return Buffer.concat(await body.toArray());
  throw new Error('s3 GetObject answered with a body of an unexpected kind');
}
