import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetDistributionCommand,
  ListDistributionsCommand,
} from '@aws-sdk/client-cloudfront';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3Client,
  SelectObjectContentCommand,
} from '@aws-sdk/client-s3';
import { CodecError } from './codec-error.ts';
import { loadModel } from './model.ts';
import { protocols } from './protocol.ts';
import { eventsOf, SdkJudge } from './sdk-judge.fixture.ts';

test('an object is put with its key, headers and metadata, and its bytes as they are', async () => {
  const judge = new SdkJudge('s3');
  judge.answer = { output: { ETag: '"abc"', VersionId: 'v' } };
  const client = judge.connect(S3Client, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  const input = {
    Bucket: 'b',
    Key: 'a folder/ü+%/x',
    Body: Buffer.from('hello'),
    ContentType: 'text/plain',
    Metadata: { one: '1' },
    Expires: new Date('2026-11-21T05:00:00Z'),
  };
  const output = await client.send(new PutObjectCommand(input));
  const { ContentLength: _length, ...heard } = judge.heard?.input ?? {};
  assert.deepEqual(heard, input);
  assert.equal(judge.heard?.operation, 'PutObject');
  assert.equal(output.ETag, '"abc"');
  assert.equal(output.VersionId, 'v');
});

test('an object is read as a stream, with its headers', async () => {
  const judge = new SdkJudge('s3');
  const LastModified = new Date('2026-11-21T05:00:00Z');
  judge.answer = {
    output: {
      Body: Readable.from([Buffer.from('he'), Buffer.from('llo')]),
      ContentLength: 5,
      LastModified,
      Metadata: { one: '1' },
      ContentType: 'text/plain',
    },
  };
  const output = await judge
    .connect(S3Client)
    .send(new GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=0-4' }));
  assert.equal(judge.heard?.input.Range, 'bytes=0-4');
  assert.equal(await output.Body?.transformToString(), 'hello');
  assert.deepEqual(
    [output.LastModified, output.Metadata, output.ContentType],
    [LastModified, { one: '1' }, 'text/plain'],
  );
});

test('a streamed payload is handed to the operation unread, and an empty one as no bytes', () => {
  const operation = loadModel('s3').operations.get('PutObject');
  assert.ok(operation?.streamingInput);
  const request = { method: 'PUT', path: '/k', query: '', headers: {} };
  for (const body of [Readable.from([Buffer.from('a')]), Buffer.alloc(0)]) {
    const input = protocols.restXml.decode(loadModel('s3'), operation, { ...request, body }, { Bucket: 'b', Key: 'k' });
    assert.deepEqual(Object.keys(input).sort(), ['Body', 'Bucket', 'Key', 'Metadata']);
    assert.equal(input.Body, body);
  }
});

test('flattened lists, empty elements and characters that XML lacks travel both ways', async () => {
  const judge = new SdkJudge('s3');
  const client = judge.connect(S3Client);
  const Objects = Array.from({ length: 1000 }, (_, place) => ({ Key: `<a&b "${place}"'\r\n>` }));
  await client.send(new DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects, Quiet: true } }));
  assert.deepEqual(judge.heard?.input.Delete, { Objects, Quiet: true });
  const Contents = [{ Key: 'a\r&<', Size: 5_000_000_000, LastModified: new Date(0), ETag: '"x"' }, { Key: 'b' }];
  judge.answer = {
    output: { Name: 'b', Contents, CommonPrefixes: [{ Prefix: 'p/' }], KeyCount: 2, IsTruncated: false, Prefix: '' },
  };
  const output = await client.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'a b', MaxKeys: 2 }));
  assert.deepEqual(judge.heard, {
    protocol: 'restXml',
    operation: 'ListObjectsV2',
    input: { Bucket: 'b', Prefix: 'a b', MaxKeys: 2 },
  });
  assert.deepEqual(output.Contents, Contents);
  assert.deepEqual(output.CommonPrefixes, [{ Prefix: 'p/' }]);
});

test('nested configurations arrive whole', async () => {
  const judge = new SdkJudge('s3');
  const Rules = [
    {
      ID: 'r',
      Status: 'Enabled' as const,
      Filter: { And: { Prefix: 'a/', Tags: [{ Key: 'k', Value: 'v' }] } },
      Expiration: { Days: 3 },
      Transitions: [],
    },
    {
      ID: 's',
      Status: 'Disabled' as const,
      Filter: { Prefix: '' },
      Expiration: { Date: new Date('2027-01-01T00:00:00Z') },
    },
  ];
  await judge
    .connect(S3Client)
    .send(new PutBucketLifecycleConfigurationCommand({ Bucket: 'b', LifecycleConfiguration: { Rules } }));
  const { Transitions: _none, ...first } = Rules[0] as (typeof Rules)[0] & { Transitions: [] };
  assert.deepEqual(judge.heard?.input.LifecycleConfiguration, { Rules: [first, Rules[1]] });
});

test('the location of a bucket is the root element itself', async () => {
  const judge = new SdkJudge('s3');
  for (const LocationConstraint of ['eu-west-1', undefined]) {
    judge.answer = { output: { LocationConstraint } };
    const output = await judge.connect(S3Client).send(new GetBucketLocationCommand({ Bucket: 'b' }));
    assert.equal(output.LocationConstraint || undefined, LocationConstraint);
  }
});

test('an error of S3 is not wrapped, and keeps elements the model does not know', async () => {
  const judge = new SdkJudge('s3');
  judge.answer = {
    error: {
      code: 'NoSuchKey',
      message: 'The specified key does not exist.',
      status: 404,
      fault: 'client',
      members: { Key: 'k' },
    },
  };
  await assert.rejects(judge.connect(S3Client).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), {
    name: 'NoSuchKey',
    message: 'The specified key does not exist.',
  });
  judge.answer = {
    error: { code: 'NoSuchBucket', message: 'none', status: 404, fault: 'client', members: { BucketName: 'b' } },
  };
  await assert.rejects(judge.connect(S3Client).send(new ListObjectsV2Command({ Bucket: 'b' })), {
    name: 'NoSuchBucket',
  });
  const reply = protocols.restXml.encodeError(loadModel('s3'), undefined, judge.answer.error, 'r');
  assert.match(String(reply.body), /<Error><Code>NoSuchBucket<.*<BucketName>b<\/BucketName><RequestId>r</);
  judge.answer = { error: { code: 'NotFound', message: '', status: 404, fault: 'client' } };
  await assert.rejects(judge.connect(S3Client).send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' })), {
    name: 'NotFound',
  });
});

test('operations that share method and path are told apart by what they demand', async () => {
  const judge = new SdkJudge('s3');
  const client = judge.connect(S3Client);
  judge.answer = { output: { CopyObjectResult: { ETag: '"x"' } } };
  await client.send(new CopyObjectCommand({ Bucket: 'b', Key: 'k', CopySource: 'a/k' }));
  assert.equal(judge.heard?.operation, 'CopyObject');
  judge.answer = { output: { Buckets: [{ Name: 'b' }] } };
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  assert.deepEqual(Buckets, [{ Name: 'b' }]);
});

test('selected records stream as events', async () => {
  const judge = new SdkJudge('s3');
  async function* Payload() {
    yield { Records: { Payload: Buffer.from('1,2\n') } };
    yield { Stats: { Details: { BytesScanned: 4 } } };
    yield { End: {} };
  }
  judge.answer = { output: { Payload: Payload() } };
  const command = new SelectObjectContentCommand({
    Bucket: 'b',
    Key: 'k',
    Expression: 'select *',
    ExpressionType: 'SQL',
    InputSerialization: { CSV: {} },
    OutputSerialization: { CSV: {} },
  });
  const events = await eventsOf((await judge.connect(S3Client).send(command)).Payload);
  assert.equal(Buffer.from(events[0]?.Records?.Payload ?? []).toString(), '1,2\n');
  assert.equal(events[1]?.Stats?.Details?.BytesScanned, 4);
  assert.ok(events[2]?.End);
});

test('CloudFront wraps its errors and names its root elements', async () => {
  const judge = new SdkJudge('cloudfront');
  const client = judge.connect(CloudFrontClient);
  const InvalidationBatch = { CallerReference: 'c', Paths: { Quantity: 2, Items: ['/*', '/a b'] } };
  judge.answer = {
    output: {
      Location: 'l',
      Invalidation: { Id: 'I1', Status: 'Completed', CreateTime: new Date(0), InvalidationBatch },
    },
  };
  const output = await client.send(new CreateInvalidationCommand({ DistributionId: 'D', InvalidationBatch }));
  assert.deepEqual(judge.heard?.input, { DistributionId: 'D', InvalidationBatch });
  assert.deepEqual(output.Invalidation?.InvalidationBatch, InvalidationBatch);
  assert.equal(output.$metadata.httpStatusCode, 201);
  judge.answer = { output: { DistributionList: { Marker: '', MaxItems: 100, IsTruncated: false, Quantity: 0 } } };
  const { DistributionList } = await client.send(new ListDistributionsCommand({}));
  assert.equal(DistributionList?.Quantity, 0);
  judge.answer = {
    error: {
      code: 'NoSuchDistribution',
      message: 'The specified distribution does not exist.',
      status: 404,
      fault: 'client',
    },
  };
  await assert.rejects(client.send(new GetDistributionCommand({ Id: 'x' })), {
    name: 'NoSuchDistribution',
    message: 'The specified distribution does not exist.',
  });
});

test('what cannot be read is refused in the words of the service', () => {
  const model = loadModel('s3');
  const operation = model.operations.get('DeleteObjects');
  assert.ok(operation);
  const request = { method: 'POST', path: '/', query: 'delete', headers: {} };
  for (const body of [
    '<Delete><Object>',
    'no',
    '<Delete></Object>',
    '<!DOCTYPE a [<!ENTITY b "c">]><Delete/>',
    '<Delete>&b;</Delete>',
  ]) {
    const decode = () => protocols.restXml.decode(model, operation, { ...request, body: Buffer.from(body) });
    assert.throws(decode, (error) => error instanceof CodecError && error.code === 'MalformedXML', body);
  }
});
