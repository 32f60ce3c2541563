import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { objectTable } from './behaviour/object-table.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

describe('listing against a simple model', () => {
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, 'listed');
    for (const Key of [
      'a.txt',
      'photos/2026/jan.jpg',
      'photos/2026/feb.jpg',
      'photos/2027/mar.jpg',
      'photos/cover.jpg',
      'z.txt',
    ])
      await put(s3, 'listed', Key, Key);
  });
  after(() => orrery.stop());

  const list = (input: Partial<ListObjectsV2CommandInput>) =>
    s3.send(new ListObjectsV2Command({ Bucket: 'listed', ...input }));
  const fill = (bucket: string, keys: Iterable<string>): void => {
    for (const key of keys) {
      const object = {
        bucket,
        key,
        versionId: 'null',
        deleteMarker: 0,
        size: 1,
        etag: 'e',
        modifiedMs: 0,
        storageClass: 'STANDARD',
        meta: '{}',
        file: null,
        inline: null,
      } as const;
      orrery.kernel.engine(objectTable).add(object, undefined);
    }
  };

  test('StartAfter, MaxKeys 0 and 1, and pages that end on a common prefix', async () => {
    assert.deepEqual(
      (await list({ StartAfter: 'photos/cover.jpg' })).Contents?.map(({ Key }) => Key),
      ['z.txt'],
    );
    const none = await list({ MaxKeys: 0 });
    assert.deepEqual([none.KeyCount, none.IsTruncated], [0, false]);
    const first = await list({ Delimiter: '/', MaxKeys: 2 });
    assert.deepEqual([first.CommonPrefixes?.[0]?.Prefix, first.IsTruncated], ['photos/', true]);
    const second = await list({ Delimiter: '/', MaxKeys: 2, ContinuationToken: first.NextContinuationToken });
    assert.deepEqual(
      [second.Contents?.map(({ Key }) => Key), second.CommonPrefixes, second.IsTruncated],
      [['z.txt'], undefined, false],
    );
    await refusedAs(list({ ContinuationToken: 'not one' }), 'InvalidArgument', 400);
  });

  test('the first version of the operation goes on by Marker', async () => {
    const first = await s3.send(new ListObjectsCommand({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1 }));
    assert.deepEqual([first.Contents?.[0]?.Key, first.NextMarker, first.IsTruncated], ['a.txt', 'a.txt', true]);
    const second = await s3.send(
      new ListObjectsCommand({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1, Marker: 'a.txt' }),
    );
    assert.deepEqual([second.CommonPrefixes?.[0]?.Prefix, second.NextMarker], ['photos/', 'photos/']);
    const third = await s3.send(new ListObjectsCommand({ Bucket: 'listed', Delimiter: '/', Marker: 'photos/' }));
    assert.deepEqual([third.Contents?.map(({ Key }) => Key), third.CommonPrefixes], [['z.txt'], undefined]);
  });

  test('any keys, prefix, delimiter and page size list as the model says', async () => {
    const letter = fc.constantFrom('a', 'b', '/', '//', 'é', '\uffee', '🍜', '-');
    const word = fc.array(letter, { minLength: 1, maxLength: 5 }).map((letters) => letters.join(''));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(word, { maxLength: 25 }),
        fc.option(word, { nil: '' }),
        fc.constantFrom('', '/', '//', 'a', 'é'),
        fc.integer({ min: 1, max: 7 }),
        fc.option(word, { nil: '' }),
        async (keys, Prefix, Delimiter, MaxKeys, StartAfter) => {
          run += 1;
          const Bucket = `random-${run}`;
          await bucketIn(orrery, Bucket);
          fill(Bucket, keys);
          const found: string[] = [];
          let ContinuationToken: string | undefined;
          do {
            const page = await s3.send(
              new ListObjectsV2Command({
                Bucket,
                Prefix,
                ...(Delimiter ? { Delimiter } : {}),
                MaxKeys,
                StartAfter,
                ContinuationToken,
              }),
            );
            const entries = [
              ...(page.Contents ?? []).map(({ Key = '' }) => Key),
              ...(page.CommonPrefixes ?? []).map((common) => `${common.Prefix}…`),
            ];
            assert.equal(entries.length, page.KeyCount);
            assert.ok(entries.length <= MaxKeys);
            found.push(...entries);
            ContinuationToken = page.NextContinuationToken;
          } while (ContinuationToken);
          assert.deepEqual(found.sort(), modelOf(keys, { Prefix, Delimiter, StartAfter }).sort());
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** What a listing comes to, written the plain way. */
function modelOf(
  keys: string[],
  { Prefix, Delimiter, StartAfter }: { Prefix: string; Delimiter: string; StartAfter: string },
): string[] {
  const entries = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(Prefix) || Buffer.compare(Buffer.from(key), Buffer.from(StartAfter)) <= 0) continue;
    const end = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1;
    if (end === -1) entries.add(key);
    else {
      const common = key.slice(0, end + Delimiter.length);
      // StartAfter that is the common prefix itself stands behind everything below it.
      if (common !== StartAfter) entries.add(`${common}…`);
    }
  }
  return [...entries];
}
