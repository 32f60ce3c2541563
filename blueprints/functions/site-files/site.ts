import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { type CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { cacheControlOf, contentTypeOf } from './media-types.ts';

export interface Site {
  readonly s3: S3Client;
  readonly cloudFront: CloudFrontClient;
  readonly bucket: string;
  readonly distributionId: string;
}

const uploadsAtOnce = 8;

/**
 * Makes the bucket hold exactly the folder's files. What pages refer to goes up before the pages and what is gone
 * goes after them, so that no page ever refers to a file that is not there.
 */
export async function publish(
  site: Site,
  { folder, reference }: { folder: string; reference: string },
): Promise<{ Uploaded: number; Deleted: number }> {
  const files = (await keysIn(folder)).map(describeFile);
  if (files.length === 0) throw new Error('There are no files to upload');
  const [pages, rest] = [files.filter(isPage), files.filter((file) => !isPage(file))];
  await putAll(site, folder, rest);
  await putAll(site, folder, pages);
  const deleted = await deleteOthers(site, new Set(files.map(({ Key }) => Key)));
  await site.cloudFront.send(
    new CreateInvalidationCommand({
      DistributionId: site.distributionId,
      InvalidationBatch: { CallerReference: reference, Paths: { Quantity: 1, Items: ['/*'] } },
    }),
  );
  return { Uploaded: files.length, Deleted: deleted };
}

/** Deletes every version and delete marker, without which a versioned bucket cannot be deleted; returns how many. */
export async function emptyBucket({ s3, bucket }: Site): Promise<number> {
  let deleted = 0;
  let from: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
  while (from) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...from }),
    );
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    await deleteObjects({ s3, bucket }, versions.map(identifierOf));
    deleted += versions.length;
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  return deleted;
}

async function keysIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join('/')).sort();
}

interface SiteFile {
  readonly Key: string;
  readonly ContentType: string;
  readonly CacheControl: string;
}

function describeFile(Key: string): SiteFile {
  return { Key, ContentType: contentTypeOf(Key), CacheControl: cacheControlOf(Key) };
}

function isPage({ Key }: SiteFile): boolean {
  return extname(Key) === '.html';
}

async function putAll({ s3, bucket }: Site, folder: string, files: SiteFile[]): Promise<void> {
  const waiting = files.values();
  const uploader = async () => {
    for (const file of waiting) {
      const Body = await readFile(join(folder, file.Key));
      await s3.send(new PutObjectCommand({ Bucket: bucket, Body, ...file }));
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, uploader));
}

async function deleteOthers({ s3, bucket }: Site, wanted: ReadonlySet<string>): Promise<number> {
  let deleted = 0;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    const others = (page.Contents ?? []).filter(({ Key = '' }) => !wanted.has(Key));
    await deleteObjects({ s3, bucket }, others.map(identifierOf));
    deleted += others.length;
  }
  return deleted;
}

function identifierOf({ Key = '', VersionId }: { Key?: string; VersionId?: string }): ObjectIdentifier {
  return { Key, VersionId };
}

/** DeleteObjects answers 200 even when it deleted nothing: what failed is in its list of errors. */
async function deleteObjects({ s3, bucket }: Pick<Site, 's3' | 'bucket'>, Objects: ObjectIdentifier[]): Promise<void> {
  if (Objects.length === 0) return;
  const { Errors: errors = [] } = await s3.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
  );
  const [first] = errors;
  if (first) throw new Error(`${errors.length} objects were not deleted; ${first.Key}: ${first.Code} ${first.Message}`);
}
