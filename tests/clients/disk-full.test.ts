import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { CommandLine } from './command.fixture.ts';

const mountable = process.platform === 'linux' && process.getuid?.() === 0;

describe('a full disk', { skip: mountable ? false : 'only root may mount the small disk it fills' }, () => {
  const orrery = new CommandLine();
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/orders';
  let sqs: SQSClient;
  let s3: S3Client;

  async function up(): Promise<void> {
    await orrery.up('--empty', '--port', '0', '--http-port', '0');
    const { apiPort } = await orrery.json<{ apiPort: number }>('status');
    const config: SQSClientConfig = {
      endpoint: `http://127.0.0.1:${apiPort}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    sqs = new SQSClient(config);
    s3 = new S3Client({ ...config, forcePathStyle: true } as object);
  }

  before(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', orrery.dataDir]);
    writeFileSync(join(orrery.dataDir, 'ballast'), Buffer.alloc(8 * 2 ** 20));
    await up();
    await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    await s3.send(new CreateBucketCommand({ Bucket: 'menus' }));
    await s3.send(new PutObjectCommand({ Bucket: 'menus', Key: 'menu.txt', Body: 'oysters' }));
  });
  after(async () => {
    await orrery.run('down');
    execFileSync('umount', ['-l', orrery.dataDir]);
    await orrery.close();
  });

  const send = (index: number) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `${index} ${'x'.repeat(100_000)}` }));

  async function waiting(): Promise<number> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  test('is said plainly, loses nothing that was acknowledged, keeps reads, and is over when there is room', async () => {
    let accepted = 0;
    let refusal: (Error & { $metadata?: { httpStatusCode?: number } }) | undefined;
    while (!refusal && accepted < 1000) {
      await send(accepted).then(
        () => {
          accepted += 1;
        },
        (error: Error) => {
          refusal = error;
        },
      );
    }
    assert.match(refusal?.message ?? '', /the disk of the data folder .* is full/i);
    assert.match(refusal?.message ?? '', /free some space/i);
    assert.equal(refusal?.$metadata?.httpStatusCode, 500);
    assert.ok(accepted > 10, `${accepted} messages before it was full`);

    fill(join(orrery.dataDir, 'crumbs')); // The message that was refused was large: smaller records would still fit.
    const object = new PutObjectCommand({ Bucket: 'menus', Key: 'large.bin', Body: Buffer.alloc(9 * 2 ** 20) });
    await assert.rejects(s3.send(object), /disk of the data folder .* is full/i);
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket: 'menus', Key: 'large.bin' })), { name: 'NotFound' });

    // What the cloud writes by itself does not end it either; and its time may not move where that cannot be kept.
    assert.equal((await orrery.run('cost')).code, 0);
    const wound = await orrery.run('wind', '2h');
    // Where the write-ahead log still has room in blocks of its own, the time can be kept, and then it may move.
    if (wound.code !== 0) assert.match(wound.stderr, /disk of the data folder .* is full/);

    const menu = await s3.send(new GetObjectCommand({ Bucket: 'menus', Key: 'menu.txt' }));
    assert.equal(await menu.Body?.transformToString(), 'oysters');
    assert.equal(await waiting(), accepted);

    for (const filler of ['ballast', 'crumbs']) rmSync(join(orrery.dataDir, filler));
    await send(accepted);
    accepted += 1;
    await s3.send(new PutObjectCommand({ Bucket: 'menus', Key: 'after.txt', Body: 'supper' }));
    assert.equal(await waiting(), accepted);

    process.kill((await orrery.json<{ pid: number }>('status')).pid, 'SIGKILL');
    await up();
    assert.equal(await waiting(), accepted);
  });
});

function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}
