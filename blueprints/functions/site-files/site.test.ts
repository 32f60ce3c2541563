import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { emptyBucket, publish, type Site } from './site.ts';

test('uploads each file with its type, pages last and briefly cached', async (t) => {
  const folder = folderOf(t, { 'index.html': '<p>', 'images/soup.webp': 'soup', 'site.js': 'go()' });
  const { site, commands, objects } = siteOf({});
  assert.deepEqual(await publish(site, { folder, reference: 'r1' }), { Uploaded: 3, Deleted: 0 });
  const puts = commands.filter((command) => command instanceof PutObjectCommand).map(({ input }) => input);
  assert.equal(puts.at(-1)?.Key, 'index.html');
  assert.deepEqual(puts.map(({ Key, ContentType, CacheControl }) => [Key, ContentType, CacheControl]).sort(), [
    ['images/soup.webp', 'image/webp', 'public, max-age=3600, s-maxage=31536000'],
    ['index.html', 'text/html; charset=utf-8', 'public, max-age=0, s-maxage=300, must-revalidate'],
    ['site.js', 'text/javascript; charset=utf-8', 'public, max-age=3600, s-maxage=31536000'],
  ]);
  assert.deepEqual([...objects].sort(), ['images/soup.webp', 'index.html', 'site.js']);
});

test('deletes what is no longer among the files, and only then makes the edge forget', async (t) => {
  const folder = folderOf(t, { 'index.html': '<p>' });
  const { site, commands, objects } = siteOf({ existing: ['index.html', 'old.js', 'old/page.html'] });
  assert.deepEqual(await publish(site, { folder, reference: 'r1' }), { Uploaded: 1, Deleted: 2 });
  assert.deepEqual([...objects], ['index.html']);
  const last = commands.at(-1);
  assert.ok(last instanceof CreateInvalidationCommand);
  assert.deepEqual(last.input, {
    DistributionId: 'E1',
    InvalidationBatch: { CallerReference: 'r1', Paths: { Quantity: 1, Items: ['/*'] } },
  });
});

test('refuses an empty folder, which would empty the site, and a file whose type it does not know', async (t) => {
  const { site, commands } = siteOf({ existing: ['index.html'] });
  await assert.rejects(publish(site, { folder: folderOf(t, {}), reference: 'r1' }), /no files to upload/);
  const odd = folderOf(t, { 'index.html': '<p>', 'notes.docx': '' });
  await assert.rejects(publish(site, { folder: odd, reference: 'r1' }), /No content type is known for notes.docx/);
  assert.deepEqual(commands, []);
});

test('fails when a file that is gone could not be deleted', async (t) => {
  const { site } = siteOf({ existing: ['old.js'], refuses: 'old.js' });
  const folder = folderOf(t, { 'index.html': '<p>' });
  await assert.rejects(publish(site, { folder, reference: 'r1' }), /1 objects were not deleted; old.js: AccessDenied/);
});

test('empties a versioned bucket of every version and delete marker, page by page', async () => {
  const { site, commands } = siteOf({});
  assert.equal(await emptyBucket(site), 3);
  const deleted = commands.filter((command) => command instanceof DeleteObjectsCommand);
  assert.deepEqual(
    deleted.map(({ input }) => input.Delete?.Objects),
    [
      [
        { Key: 'a', VersionId: '2' },
        { Key: 'a', VersionId: '1' },
      ],
      [{ Key: 'b', VersionId: '3' }],
    ],
  );
});

function folderOf(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

type Command = PutObjectCommand | DeleteObjectsCommand | ListObjectsV2Command | CreateInvalidationCommand;

/** A bucket of these keys behind the SDK's own clients, and every command they were sent. */
function siteOf({ existing = [], refuses }: { existing?: string[]; refuses?: string }) {
  const objects = new Set(existing);
  const commands: (Command | ListObjectVersionsCommand)[] = [];
  const send = async (command: (typeof commands)[number]) => {
    commands.push(command);
    if (command instanceof PutObjectCommand) objects.add(String(command.input.Key));
    if (command instanceof ListObjectsV2Command) return { Contents: [...objects].map((Key) => ({ Key })) };
    if (command instanceof ListObjectVersionsCommand) return versionsFrom(command.input.KeyMarker);
    if (command instanceof DeleteObjectsCommand) return remove(command);
    return {};
  };
  const remove = ({ input }: DeleteObjectsCommand) => {
    const keys = (input.Delete?.Objects ?? []).map(({ Key }) => String(Key));
    for (const key of keys) if (key !== refuses) objects.delete(key);
    return { Errors: keys.filter((key) => key === refuses).map((Key) => ({ Key, Code: 'AccessDenied' })) };
  };
  const options = { region: 'us-east-1' };
  const site: Site = {
    s3: Object.assign(new S3Client(options), { send }),
    cloudFront: Object.assign(new CloudFrontClient(options), { send }),
    bucket: 'site',
    distributionId: 'E1',
  };
  return { site, commands, objects };
}

function versionsFrom(marker: string | undefined) {
  if (marker) return { DeleteMarkers: [{ Key: 'b', VersionId: '3' }], IsTruncated: false };
  const Versions = [
    { Key: 'a', VersionId: '2' },
    { Key: 'a', VersionId: '1' },
  ];
  return { Versions, IsTruncated: true, NextKeyMarker: 'a', NextVersionIdMarker: '1' };
}
