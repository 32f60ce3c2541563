import { readFileSync } from 'node:fs';
import type { Zippable } from 'fflate';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import type { Context } from '../../kernel/service.ts';
import { type FileAsset, filesOf } from './assembly.ts';

/** Puts a stack's assets into the bootstrap bucket, as `cdk-assets publish` does: what is there already is left. */
export async function publishAssets(ctx: Context, assets: FileAsset[]): Promise<void> {
  await Promise.all(
    assets.map(async (asset) => {
      const address = { Bucket: asset.bucketName, Key: asset.objectKey };
      try {
        await ctx.call('s3', 'HeadObject', address);
        return;
      } catch (error) {
        if ((error as { status?: number }).status !== 404) throw error;
      }
      const Body = bodyOf(asset);
      await ctx.call('s3', 'PutObject', {
        ...address,
        Body,
        ContentType: asset.packaging === 'zip' ? 'application/zip' : 'application/octet-stream',
      });
    }),
  );
}

const fflate = packageOnDemand<typeof import('fflate')>('fflate');

/** 1980 is the zip format's first year: with one fixed time the same folder gives the same bytes. */
const fixedTime = new Date(1980, 0, 1);

function bodyOf({ packaging, path, content }: FileAsset): Buffer {
  if (content !== undefined) return Buffer.from(content);
  return packaging === 'zip' ? zip(path) : readFileSync(path);
}

function zip(artifact: string): Buffer {
  const entries: Zippable = {};
  for (const { name, path, mode } of filesOf(artifact)) {
    entries[name] = [readFileSync(path), { mtime: fixedTime, os: 3, attrs: (mode & 0o7777) << 16, level: 1 }];
  }
  return Buffer.from(fflate().zipSync(entries));
}
