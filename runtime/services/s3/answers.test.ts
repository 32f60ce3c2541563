import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { askApi, bucketIn, put, visit } from './s3.fixture.ts';

/** "Common response headers" and "REST error responses" (Amazon S3 API Reference): what the model does not tell. */
describe("S3's answers", () => {
  const Bucket = 'answers';
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    await put(s3, Bucket, 'a/key', 'text');
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  });
  after(() => orrery.stop());

  const asked = async (command: GetObjectCommand | HeadObjectCommand | HeadBucketCommand, client = s3) => {
    const url = new URL(await getSignedUrl(client, command as GetObjectCommand));
    return askApi(orrery, url.pathname + url.search, {
      method: command instanceof GetObjectCommand ? 'GET' : 'HEAD',
    });
  };
  const elements = (body: string) =>
    Object.fromEntries([...body.matchAll(/<(\w+)>([^<]+)<\/\1>/g)].map(([, name, value]) => [name, value]));

  test('carry the ids that support asks for, and say that ranges are taken', async () => {
    const { status, headers } = await asked(new GetObjectCommand({ Bucket, Key: 'a/key' }));
    assert.equal(status, 200);
    assert.match(String(headers['x-amz-id-2']), /^[A-Za-z0-9+/]{75}=$/);
    assert.ok(headers['x-amz-request-id']);
    assert.deepEqual([headers.server, headers['accept-ranges']], ['AmazonS3', 'bytes']);
  });

  test('name in an error document what was asked for, and the same ids as its headers', async () => {
    const { status, headers, body } = await asked(new GetObjectCommand({ Bucket, Key: 'none' }));
    assert.equal(status, 404);
    assert.deepEqual(elements(body), {
      Code: 'NoSuchKey',
      Message: 'The specified key does not exist.',
      Key: 'none',
      Resource: '/answers/none',
      RequestId: headers['x-amz-request-id'],
      HostId: headers['x-amz-id-2'],
    });
    const absent = elements((await asked(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' }))).body);
    assert.deepEqual([absent.Code, absent.BucketName], ['NoSuchBucket', 'no-such-bucket']);
    const host = `${Bucket}.s3.us-east-1.amazonaws.com`;
    const hosted = await visit(orrery, host, '/none');
    assert.deepEqual(
      [hosted.status, elements(hosted.body).Resource, elements(hosted.body).HostId],
      [403, '/answers/none', hosted.headers['x-amz-id-2']],
    );
  });

  test('tell a deleted object from one that never was', async () => {
    await put(s3, Bucket, 'gone', 'x');
    const { VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    for (const command of [
      new GetObjectCommand({ Bucket, Key: 'gone' }),
      new HeadObjectCommand({ Bucket, Key: 'gone' }),
    ]) {
      const { status, headers } = await asked(command);
      assert.deepEqual([status, headers['x-amz-delete-marker'], headers['x-amz-version-id']], [404, 'true', VersionId]);
    }
    const marker = await asked(new GetObjectCommand({ Bucket, Key: 'gone', VersionId }));
    assert.deepEqual(
      [marker.status, marker.headers['x-amz-delete-marker'], marker.headers.allow],
      [405, 'true', 'DELETE'],
    );
    assert.ok(marker.headers['last-modified']);
    const never = await asked(new GetObjectCommand({ Bucket, Key: 'never' }));
    assert.deepEqual([never.status, never.headers['x-amz-delete-marker']], [404, undefined]);
  });

  test('to a client that has the object already are short, however large it is', async () => {
    const { ETag = '' } = await put(s3, Bucket, 'large', Buffer.alloc(600_000, 'x'));
    const url = new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'large' })));
    const get = (headers: Record<string, string>) => askApi(orrery, url.pathname + url.search, { headers });
    const whole = await get({ 'if-none-match': '"other"' });
    assert.deepEqual([whole.status, whole.headers['content-length'], whole.body.length], [200, '600000', 600_000]);
    const conditions: Record<string, string>[] = [
      { 'if-none-match': ETag },
      { 'if-modified-since': String(whole.headers['last-modified']) },
    ];
    for (const headers of conditions) {
      const known = await get(headers);
      assert.deepEqual([known.status, known.headers.etag, known.body], [304, ETag, '']);
      assert.equal(known.headers['last-modified'], whole.headers['last-modified']);
      assert.equal(known.headers['content-type'], undefined);
    }
    // The connections are good for what is asked next.
    assert.equal((await get({})).body.length, 600_000);
  });

  test("lead a client that asks in the wrong region to the bucket's own", async () => {
    const elsewhere = orrery.client(S3Client, { region: 'eu-west-1' });
    const redirected = await asked(new GetObjectCommand({ Bucket, Key: 'a/key' }), elsewhere);
    assert.deepEqual([redirected.status, redirected.headers['x-amz-bucket-region']], [301, 'us-east-1']);
    const { Code, Endpoint, Bucket: named } = elements(redirected.body);
    assert.deepEqual([Code, Endpoint, named], ['PermanentRedirect', 'answers.s3.us-east-1.amazonaws.com', Bucket]);
    const head = await asked(new HeadBucketCommand({ Bucket }), elsewhere);
    assert.deepEqual([head.status, head.headers['x-amz-bucket-region'], head.body], [301, 'us-east-1', '']);
    assert.equal((await asked(new HeadBucketCommand({ Bucket }))).headers['x-amz-bucket-region'], 'us-east-1');
    assert.equal((await elsewhere.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, undefined);
    const following = orrery.client(S3Client, { region: 'eu-west-1', followRegionRedirects: true });
    assert.equal((await following.send(new HeadObjectCommand({ Bucket, Key: 'a/key' }))).ContentLength, 4);
  });
});
