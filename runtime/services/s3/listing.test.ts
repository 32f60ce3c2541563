import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { compareKeys, successor } from './behaviour/key-order.ts';
import { objectTable } from './behaviour/object-table.ts';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

function fill(bucket: string, keys: Iterable<string>): void {
  const table = lab.orrery.kernel.engine(objectTable);
  for (const key of keys) {
    table.add(
      {
        bucket,
        key,
        versionId: 'null',
        deleteMarker: 0,
        size: 0,
        etag: '0',
        modifiedMs: 0,
        storageClass: 'STANDARD',
        meta: '{}',
        file: null,
        inline: new Uint8Array(),
      },
      undefined,
    );
  }
}

async function pages(input: ListObjectsV2CommandInput): Promise<string[][]> {
  const all: string[][] = [];
  for await (const page of paginateListObjectsV2({ client: lab.s3 }, input)) {
    all.push(
      [
        ...(page.Contents ?? []).map(({ Key = '' }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
      ].sort(compareKeys),
    );
  }
  return all;
}

test('keys are ordered by the bytes of their UTF-8', () => {
  const keys = ['a', 'Z', 'é', '\uffee', '😀', 'a/b', 'a b', '', '\ud7ff', '\ue000', '\u{10ffff}'];
  const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  assert.deepEqual([...keys].sort(compareKeys), byBytes);
  assert.deepEqual(
    [successor('a/'), successor('\ud7ff'), successor('b\u{10ffff}'), successor('\u{10ffff}')],
    ['a0', '\ue000', 'c', undefined],
  );
});

describe('listing', () => {
  test('gives keys in order, in pages, and after a key', async () => {
    const Bucket = await lab.bucket('ordered');
    fill(Bucket, ['b', 'a', '😀', '\uffee', 'a/1', 'c']);
    assert.deepEqual(await pages({ Bucket, MaxKeys: 2 }), [
      ['a', 'a/1'],
      ['b', 'c'],
      ['\uffee', '😀'],
    ]);
    assert.deepEqual(await pages({ Bucket, StartAfter: 'b' }), [['c', '\uffee', '😀']]);
    const v1 = await lab.s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Marker: 'a' }));
    assert.deepEqual(
      [v1.Contents?.map(({ Key }) => Key), v1.IsTruncated, v1.NextMarker],
      [['a/1', 'b'], true, undefined],
    );
    await refuses(
      lab.s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'nonsense' })),
      'InvalidArgument',
      'The continuation token provided is incorrect',
    );
  });

  test('rolls keys up to common prefixes, which count as one entry and may end a page', async () => {
    const Bucket = await lab.bucket('folders');
    fill(Bucket, ['photos/2020/1', 'photos/2020/2', 'photos/2021/1', 'photos/', 'photos.txt', 'video/1', 'zebra']);
    assert.deepEqual(await pages({ Bucket, Delimiter: '/' }), [['photos.txt', 'photos/', 'video/', 'zebra']]);
    assert.deepEqual(await pages({ Bucket, Delimiter: '/', MaxKeys: 1 }), [
      ['photos.txt'],
      ['photos/'],
      ['video/'],
      ['zebra'],
    ]);
    assert.deepEqual(await pages({ Bucket, Delimiter: '/', Prefix: 'photos/' }), [
      ['photos/', 'photos/2020/', 'photos/2021/'],
    ]);
    assert.deepEqual(await pages({ Bucket, Delimiter: '0', Prefix: 'photos/2', MaxKeys: 1 }), [['photos/20']]);
    const page = await lab.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    assert.deepEqual([page.NextMarker, page.IsTruncated], ['photos/', true]);
  });

  test('encodes keys that XML cannot hold when asked', async () => {
    const Bucket = await lab.bucket('encoded');
    fill(Bucket, ['a b+c\n/ü']);
    const { Contents, EncodingType } = await lab.s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    assert.deepEqual([Contents?.[0]?.Key, EncodingType], ['a+b%2Bc%0A/%C3%BC', 'url']);
  });

  test('of 100,000 keys jumps over what it rolls up', async () => {
    const Bucket = await lab.bucket('large');
    fill(
      Bucket,
      (function* () {
        for (let folder = 0; folder < 100; folder += 1)
          for (let file = 0; file < 1000; file += 1)
            yield `${String(folder).padStart(2, '0')}/${String(file).padStart(4, '0')}`;
      })(),
    );
    const table = lab.orrery.kernel.engine(objectTable);
    let rows = 0;
    const live = table.live.bind(table);
    table.live = (...args) => {
      const found = live(...args);
      rows += found.length;
      return found;
    };
    const [folders = []] = await pages({ Bucket, Delimiter: '/' });
    assert.deepEqual([folders.length, folders.at(-1)], [100, '99/']);
    assert.ok(rows < 100_000, `${rows} rows were read`);
    const [inside = []] = await pages({ Bucket, Prefix: '57/', StartAfter: '57/0990' });
    assert.deepEqual([inside.length, inside[0]], [9, '57/0991']);
    assert.equal((await pages({ Bucket, Prefix: '1', Delimiter: '/', MaxKeys: 7 })).length, 2);
  });
});
