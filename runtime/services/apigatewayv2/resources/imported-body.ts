import { Readable } from 'node:stream';
import type { ResourceContext } from '../../../kernel/resource.ts';

export interface BodyProperties {
  Body?: object;
  BodyS3Location?: { Bucket: string; Key: string; Version?: string; Etag?: string };
  BasePath?: string;
  FailOnWarnings?: boolean;
}

/** Input for ImportApi or ReimportApi, of a template that has an OpenAPI definition. */
export async function importInput(ctx: ResourceContext, properties: BodyProperties): Promise<object | undefined> {
  const { Body, BodyS3Location: place, BasePath: Basepath, FailOnWarnings } = properties;
  if (!Body && !place) return undefined;
  return {
    Body: Body ? JSON.stringify(Body) : await fromS3(ctx, place),
    ...(Basepath === undefined ? {} : { Basepath }),
    ...(FailOnWarnings === undefined ? {} : { FailOnWarnings }),
  };
}

async function fromS3(ctx: ResourceContext, place: BodyProperties['BodyS3Location']): Promise<string> {
  const { Bucket, Key, Version, Etag } = place ?? { Bucket: '', Key: '' };
  const { Body } = await ctx.call<{ Body?: unknown }>('s3', 'GetObject', {
    Bucket,
    Key,
    ...(Version ? { VersionId: Version } : {}),
    ...(Etag ? { IfMatch: Etag } : {}),
  });
  if (Body instanceof Uint8Array) return Buffer.from(Body).toString('utf8');
  const chunks: Buffer[] = [];
  if (Body instanceof Readable) for await (const chunk of Body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
