import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

describe('what S3 keeps', () => {
  const Bucket = 'lasting';
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
  });
  after(() => orrery.stop());

  /** Every file under the folder of bodies, its contents with it. */
  const files = (): [string, Buffer][] => {
    const folder = join(orrery.dataDir, 's3');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]);
  };

  test('objects and uploads under way are there after a restart', async () => {
    const large = randomBytes(2_000_000);
    await put(s3, Bucket, 'small', 'soup', { ContentType: 'text/plain' });
    await put(s3, Bucket, 'large', large);
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'upload' }));
    await s3.send(new UploadPartCommand({ Bucket, Key: 'upload', UploadId, PartNumber: 1, Body: large }));
    await orrery.restart();
    s3 = orrery.client(S3Client);
    const small = await s3.send(new GetObjectCommand({ Bucket, Key: 'small' }));
    assert.deepEqual([small.ContentType, await small.Body?.transformToString()], ['text/plain', 'soup']);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    assert.ok(large.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
    const parts = await s3.send(new ListPartsCommand({ Bucket, Key: 'upload', UploadId }));
    assert.equal(parts.Parts?.[0]?.Size, large.length);
  });

  test('a body that no object knows is swept at start', async () => {
    const folder = join(orrery.dataDir, 's3', 'ff');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `ff${'0'.repeat(30)}`), 'left by a put that was cut off');
    writeFileSync(join(folder, `ff${'1'.repeat(30)}.part`), 'half written');
    await orrery.restart();
    assert.deepEqual(
      readdirSync(folder).filter((name) => /0{30}|1{30}/.test(name)),
      [],
    );
  });

  test('a deleted body leaves the disk', async () => {
    s3 = orrery.client(S3Client);
    const count = files().length;
    await put(s3, Bucket, 'leaving', randomBytes(300_000));
    assert.equal(files().length, count + 1);
    await put(s3, Bucket, 'leaving', randomBytes(300_000));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'leaving' }));
    await orrery.clock.wind(0);
    assert.equal(files().length, count);
  });

  test("bodies with a customer's key rest encrypted with it, and every range is read back", async () => {
    const marker = 'nobody may read this on the disk ';
    const key = randomBytes(32);
    const own = {
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: key.toString('base64'),
      SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
    };
    for (const [Key, Body] of [
      ['large', marker.repeat(40_000)],
      ['small', marker],
    ] as const) {
      await put(s3, Bucket, Key, Body, own);
      await refusedAs(s3.send(new GetObjectCommand({ Bucket, Key })), 'InvalidRequest', 400);
      for (const [start, end] of [
        [0, 5],
        [17, 32],
        [Body.length - 9, Body.length - 1],
        [0, Body.length - 1],
      ] as const) {
        const got = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${start}-${end}`, ...own }));
        assert.equal(await got.Body?.transformToString(), Body.slice(start, end + 1));
      }
    }
    const everything = [
      ...files().map(([, bytes]) => bytes),
      ...['state.db', 'state.db-wal'].map((name) => readFileSync(join(orrery.dataDir, name))),
    ];
    assert.ok(!everything.some((bytes) => bytes.includes(marker)));
  });
});
