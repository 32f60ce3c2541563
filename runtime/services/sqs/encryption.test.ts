import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser } from '../../../tests/user-fixture.ts';
import { servicePrincipal } from '../../kernel/principal.ts';

let orrery: Orrery;
let sqs: SQSClient;
let kms: KMSClient;

before(async () => {
  orrery = await startOrrery({ services: ['sqs', 'kms', 'iam'] });
  sqs = orrery.client(SQSClient);
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

async function newKey(): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

async function newQueue(QueueName: string, Attributes: Record<string, string>): Promise<string> {
  return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
}

const send = (QueueUrl: string, MessageBody: string, by = sqs) =>
  by.send(new SendMessageCommand({ QueueUrl, MessageBody }));

async function receive(QueueUrl: string, by = sqs): Promise<(string | undefined)[]> {
  const { Messages = [] } = await by.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}

async function asksOf(operation: string, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const stop = orrery.kernel.events.on('hop', (hop) => {
    if (hop.service === 'kms' && hop.name === operation) count += 1;
  });
  await work();
  stop();
  return count;
}

test('bodies rest sealed and arrive as they were sent, also after a restart', async () => {
  const QueueUrl = await newQueue('sealed', { KmsMasterKeyId: await newKey() });
  const { MD5OfMessageBody } = await send(QueueUrl, 'for your eyes only');
  for (const name of ['state.db', 'state.db-wal'])
    assert.equal(readFileSync(join(orrery.dataDir, name)).includes('for your eyes'), false);
  await orrery.restart();
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  assert.deepEqual([Messages?.[0]?.Body, Messages?.[0]?.MD5OfBody], ['for your eyes only', MD5OfMessageBody]);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  assert.deepEqual([Attributes?.KmsDataKeyReusePeriodSeconds, Attributes?.SqsManagedSseEnabled], ['300', 'false']);
});

test('a data key serves for its reuse period', async () => {
  const QueueUrl = await newQueue('reused', { KmsMasterKeyId: await newKey(), KmsDataKeyReusePeriodSeconds: '60' });
  const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
  const first = await asksOf('GenerateDataKey', async () => {
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await send(QueueUrl, 'c');
  });
  await orrery.clock.wind(60_000);
  const second = await asksOf('GenerateDataKey', () => send(QueueUrl, 'd'));
  assert.deepEqual([first, second], [1, 1]);
  assert.deepEqual((await receive(QueueUrl)).sort(), ['a', 'b', 'c', 'd']);
});

test('producers and consumers need the key, and what is refused stays in the queue', async () => {
  const arn = await newKey();
  const QueueUrl = await newQueue('guarded', { KmsMasterKeyId: arn });
  const user = await newUser(orrery, 'worker', { Action: 'sqs:*' });
  const theirs = user.client(SQSClient);
  await assert.rejects(send(QueueUrl, 'x', theirs), { name: 'KmsAccessDenied', message: /kms:GenerateDataKey/ });
  await send(QueueUrl, 'hello');
  await assert.rejects(receive(QueueUrl, theirs), { name: 'KmsAccessDenied', message: /kms:Decrypt/ });
  await user.allow({ Action: 'sqs:*' }, { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: arn });
  assert.deepEqual(await receive(QueueUrl, theirs), ['hello']);
  await send(QueueUrl, 'back', theirs);
  assert.deepEqual(await receive(QueueUrl), ['back']);
});

test('SNS may send when the key policy names it', async () => {
  const arn = await newKey();
  const Principal = { Service: 'sns.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: '*' }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  const QueueUrl = await newQueue('topic-target', { KmsMasterKeyId: arn, Policy });
  const sns = orrery.context({ principal: servicePrincipal('sns.amazonaws.com', '000000000000') });
  const deliver = () => sns.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'news' });
  await assert.rejects(deliver(), { code: 'KmsAccessDenied' });
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'kms:*', Resource: '*' },
      { Effect: 'Allow', Principal, Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: '*' },
    ],
  });
  await kms.send(new PutKeyPolicyCommand({ KeyId: arn, Policy: text }));
  await deliver();
  assert.deepEqual(await receive(QueueUrl), ['news']);
});

test('messages keep their key when they are dead-lettered or the queue takes another', async () => {
  const dead = await newQueue('dead', {});
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
  const KmsMasterKeyId = 'alias/aws/sqs';
  const QueueUrl = await newQueue('source', { KmsMasterKeyId, RedrivePolicy, VisibilityTimeout: '1' });
  await send(QueueUrl, 'twice');
  const change = { QueueUrl, Attributes: { KmsMasterKeyId: '' } };
  await sqs.send(new SetQueueAttributesCommand(change));
  assert.deepEqual(await receive(QueueUrl), ['twice']);
  await orrery.clock.wind(2000);
  assert.deepEqual(await receive(QueueUrl), []);
  assert.deepEqual(await receive(dead), ['twice']);
});

test('a key that cannot be used is told by its state', async () => {
  const arn = await newKey();
  const QueueUrl = await newQueue('off', { KmsMasterKeyId: arn });
  await kms.send(new DisableKeyCommand({ KeyId: arn }));
  await assert.rejects(send(QueueUrl, 'x'), { name: 'KmsDisabled', message: /is disabled/ });
  const none = await newQueue('none', { KmsMasterKeyId: 'alias/none' });
  await assert.rejects(send(none, 'x'), { name: 'KmsNotFound' });
});
