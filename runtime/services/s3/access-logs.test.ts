import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, textOf } from './s3.fixture.ts';

describe('server access logs', () => {
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, 'watched');
    await bucketIn(orrery, 'logs-here');
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::logs-here/*',
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::watched' } },
      },
    ];
    await s3.send(
      new PutBucketPolicyCommand({ Bucket: 'logs-here', Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
    );
  });
  after(() => orrery.stop());

  const log = (TargetBucket: string) =>
    s3.send(
      new PutBucketLoggingCommand({
        Bucket: 'watched',
        BucketLoggingStatus: { LoggingEnabled: { TargetBucket, TargetPrefix: 'access/' } },
      }),
    );
  const delivered = async (): Promise<string[]> => {
    await orrery.clock.wind(3_600_000);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'logs-here', Prefix: 'access/' }));
    const texts = await Promise.all(
      (Contents ?? []).map(async ({ Key }) =>
        textOf(await s3.send(new GetObjectCommand({ Bucket: 'logs-here', Key }))),
      ),
    );
    return texts
      .join('')
      .split('\n')
      .filter((line) => line !== '');
  };

  test('the target must be there', async () => {
    await refusedAs(log('not-there'), 'InvalidTargetBucketForLogging', 400);
  });

  test('every request becomes a line in the documented format, refusals too', async () => {
    await log('logs-here');
    await put(s3, 'watched', 'a dish', 'tomato');
    await textOf(await s3.send(new GetObjectCommand({ Bucket: 'watched', Key: 'a dish', Range: 'bytes=0-2' })));
    await fetch(`${orrery.url}/watched/a%20dish`, { headers: { 'user-agent': 'a "browser"' } });
    const lines = (await delivered()).filter((line) => / REST\.(GET|PUT)\.OBJECT /.test(line));
    assert.equal(lines.length, 3, lines.join('\n'));
    const shape =
      /^\S{64} watched \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] 127\.0\.0\.1 (\S+) \S+ (\S+) (\S+) "([^"]*)" (\d+) (\S+) (\S+) (\S+) \d+ (?:\d+|-) "[^"]*" "[^"]*" (\S+) \S+ (\S+) \S+ (\S+) \S+ \S+/;
    const fields = lines.map((line) => shape.exec(line)?.slice(1) ?? assert.fail(line));
    assert.deepEqual(
      fields.map(([requester, operation, , , status, error]) => [requester, operation, status, error]),
      [
        ['arn:aws:iam::000000000000:root', 'REST.PUT.OBJECT', '200', '-'],
        ['arn:aws:iam::000000000000:root', 'REST.GET.OBJECT', '206', '-'],
        ['-', 'REST.GET.OBJECT', '403', 'AccessDenied'],
      ],
    );
    assert.deepEqual(fields[1]?.slice(6, 8), ['3', '6']);
  });
});
