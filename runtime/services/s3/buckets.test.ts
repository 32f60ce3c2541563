import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

describe('buckets', () => {
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = orrery.client(S3Client);
  });
  after(() => orrery.stop());

  test('a bucket is made, found, listed by prefix and deleted', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'made-here' }));
    await s3.send(new HeadBucketCommand({ Bucket: 'made-here' }));
    const listed = await s3.send(new ListBucketsCommand({ Prefix: 'made' }));
    assert.deepEqual(
      listed.Buckets?.map((bucket) => [bucket.Name, bucket.CreationDate?.getTime()]),
      [['made-here', Math.floor(orrery.clock.now())]],
    );
    await s3.send(new DeleteBucketCommand({ Bucket: 'made-here' }));
    await refusedAs(s3.send(new HeadBucketCommand({ Bucket: 'made-here' })), 'NotFound', 404);
  });

  test('buckets are listed by pages', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await s3.send(new CreateBucketCommand({ Bucket: name }));
    const first = await s3.send(new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2 }));
    const second = await s3.send(
      new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2, ContinuationToken: first.ContinuationToken }),
    );
    const names = [first, second].map((page) => page.Buckets?.map((bucket) => bucket.Name));
    assert.deepEqual(names, [['page-a', 'page-b'], ['page-c']]);
  });

  test('names that the naming rules forbid are refused', async () => {
    for (const Bucket of [
      'Upper',
      'ab',
      'under_score',
      '192.168.5.4',
      'xn--a',
      'a..b',
      'ends-',
      'a-s3alias',
      'x'.repeat(64),
    ]) {
      await refusedAs(s3.send(new CreateBucketCommand({ Bucket })), 'InvalidBucketName', 400);
    }
  });

  test('making it again is quiet in us-east-1 and an error elsewhere; another account may not have the name', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'twice' }));
    await s3.send(new CreateBucketCommand({ Bucket: 'twice' }));
    const ireland = orrery.client(S3Client, { region: 'eu-west-1' });
    const there = { Bucket: 'twice-there', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } };
    await ireland.send(new CreateBucketCommand(there));
    await refusedAs(ireland.send(new CreateBucketCommand(there)), 'BucketAlreadyOwnedByYou', 409);
    const stranger = orrery.client(S3Client, { credentials: { accessKeyId: '222222222222', secretAccessKey: 'x' } });
    await refusedAs(stranger.send(new CreateBucketCommand({ Bucket: 'twice' })), 'BucketAlreadyExists', 409);
  });

  test('the location is the region, and nothing for us-east-1', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'in-virginia' }));
    const ireland = orrery.client(S3Client, { region: 'eu-west-1' });
    await ireland.send(
      new CreateBucketCommand({ Bucket: 'in-ireland', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    assert.equal(
      (await s3.send(new GetBucketLocationCommand({ Bucket: 'in-virginia' }))).LocationConstraint,
      undefined,
    );
    assert.equal(
      (await ireland.send(new GetBucketLocationCommand({ Bucket: 'in-ireland' }))).LocationConstraint,
      'eu-west-1',
    );
  });

  test('a bucket with anything in it, delete markers too, is not deleted', async () => {
    await bucketIn(orrery, 'full-one');
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: 'full-one', VersioningConfiguration: { Status: 'Enabled' } }),
    );
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket: 'full-one' }))).Status, 'Enabled');
    await put(s3, 'full-one', 'a');
    await refusedAs(s3.send(new DeleteBucketCommand({ Bucket: 'full-one' })), 'BucketNotEmpty', 409);
  });

  test('new buckets block public access, enforce ownership and encrypt', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'defaults' }));
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket: 'defaults' }));
    assert.deepEqual(PublicAccessBlockConfiguration, {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: 'defaults' }));
    assert.equal(OwnershipControls?.Rules?.[0]?.ObjectOwnership, 'BucketOwnerEnforced');
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket: 'defaults' }));
    assert.equal(
      ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
      'AES256',
    );
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket: 'defaults' }));
    await refusedAs(
      s3.send(new GetPublicAccessBlockCommand({ Bucket: 'defaults' })),
      'NoSuchPublicAccessBlockConfiguration',
      404,
    );
  });

  test('tags are put, replaced and deleted', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'tagged' }));
    await refusedAs(s3.send(new GetBucketTaggingCommand({ Bucket: 'tagged' })), 'NoSuchTagSet', 404);
    const TagSet = [{ Key: 'team', Value: 'kitchen' }];
    await s3.send(new PutBucketTaggingCommand({ Bucket: 'tagged', Tagging: { TagSet } }));
    assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket: 'tagged' }))).TagSet, TagSet);
    await s3.send(new DeleteBucketTaggingCommand({ Bucket: 'tagged' }));
    await refusedAs(s3.send(new GetBucketTaggingCommand({ Bucket: 'tagged' })), 'NoSuchTagSet', 404);
  });
});
