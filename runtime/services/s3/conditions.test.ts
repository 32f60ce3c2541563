import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

describe('conditional requests', () => {
  const Bucket = 'conditional';
  const Key = 'menu';
  let orrery: Orrery;
  let s3: S3Client;
  let ETag: string;
  let modified: Date;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    ETag = (await put(s3, Bucket, Key, 'v1')).ETag ?? '';
    modified = (await s3.send(new HeadObjectCommand({ Bucket, Key }))).LastModified ?? new Date(0);
  });
  after(() => orrery.stop());

  const earlier = () => new Date(modified.getTime() - 1000);

  test('a read goes on while its conditions hold', async () => {
    for (const condition of [
      { IfMatch: ETag },
      { IfMatch: '*' },
      { IfNoneMatch: '"other"' },
      { IfModifiedSince: earlier() },
      { IfUnmodifiedSince: modified },
    ]) {
      await s3.send(new GetObjectCommand({ Bucket, Key, ...condition }));
      await s3.send(new HeadObjectCommand({ Bucket, Key, ...condition }));
    }
  });

  test('a read is not modified, or its precondition fails', async () => {
    const get = (condition: object) => s3.send(new GetObjectCommand({ Bucket, Key, ...condition }));
    await assert.rejects(get({ IfNoneMatch: ETag }), notModified);
    await assert.rejects(get({ IfModifiedSince: modified }), notModified);
    await refusedAs(get({ IfMatch: '"other"' }), 'PreconditionFailed', 412);
    await refusedAs(get({ IfUnmodifiedSince: earlier() }), 'PreconditionFailed', 412);
  });

  test('an entity tag outweighs a date', async () => {
    await s3.send(new GetObjectCommand({ Bucket, Key, IfMatch: ETag, IfUnmodifiedSince: earlier() }));
    const unchanged = s3.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: ETag, IfModifiedSince: earlier() }));
    await assert.rejects(unchanged, notModified);
  });

  test('If-None-Match * writes only what is not there yet, also after a delete', async () => {
    await refusedAs(put(s3, Bucket, Key, 'v2', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await put(s3, Bucket, 'fresh', 'v1', { IfNoneMatch: '*' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'fresh' }));
    await put(s3, Bucket, 'fresh', 'v1', { IfNoneMatch: '*' });
    await refusedAs(put(s3, Bucket, 'fresh', 'v2', { IfNoneMatch: '"abc"' }), 'NotImplemented', 501);
  });

  test('If-Match writes only over what it names', async () => {
    const first = await put(s3, Bucket, 'counter', '1');
    const second = await put(s3, Bucket, 'counter', '2', { IfMatch: first.ETag });
    await refusedAs(put(s3, Bucket, 'counter', '3', { IfMatch: first.ETag }), 'PreconditionFailed', 412);
    await put(s3, Bucket, 'counter', '3', { IfMatch: second.ETag });
    await refusedAs(put(s3, Bucket, 'absent', 'x', { IfMatch: first.ETag }), 'NoSuchKey', 404);
  });

  test('of writers that race with If-None-Match * one wins', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => put(s3, Bucket, 'race', String(index), { IfNoneMatch: '*' })),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('a copy checks its source', async () => {
    const copy = (condition: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource: `${Bucket}/${Key}`, ...condition }));
    await copy({ CopySourceIfMatch: ETag });
    await refusedAs(copy({ CopySourceIfMatch: '"other"' }), 'PreconditionFailed', 412);
    await refusedAs(copy({ CopySourceIfNoneMatch: ETag }), 'PreconditionFailed', 412);
    await refusedAs(copy({ CopySourceIfModifiedSince: modified }), 'PreconditionFailed', 412);
  });
});

/** A 304 has no body, so that the SDK cannot name the error. */
function notModified(error: { $metadata: { httpStatusCode: number } }): boolean {
  return error.$metadata.httpStatusCode === 304;
}
