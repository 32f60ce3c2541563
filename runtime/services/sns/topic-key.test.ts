import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateTopicCommand, PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser } from '../../../tests/user-fixture.ts';

let orrery: Orrery;
let sns: SNSClient;
let kms: KMSClient;

before(async () => {
  orrery = await startOrrery({ services: ['sns', 'kms', 'iam'] });
  sns = orrery.client(SNSClient);
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

async function topicWithKey(Name: string): Promise<{ TopicArn: string; KeyId: string }> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.Arn ?? '';
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name, Attributes: { KmsMasterKeyId: KeyId } }));
  return { TopicArn, KeyId };
}

test('who publishes under a key of KMS needs permission for it', async () => {
  const { TopicArn, KeyId } = await topicWithKey('guarded');
  const user = await newUser(orrery, 'publisher', { Action: 'sns:*' });
  const theirs = user.client(SNSClient);
  const publish = () => theirs.send(new PublishCommand({ TopicArn, Message: 'news' }));
  await assert.rejects(publish(), { name: 'KMSAccessDeniedException', message: /kms:GenerateDataKey/ });
  await user.allow({ Action: 'sns:*' }, { Action: 'kms:GenerateDataKey', Resource: KeyId });
  await assert.rejects(publish(), { name: 'KMSAccessDeniedException', message: /kms:Decrypt/ });
  const Condition = { StringEquals: { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' } };
  await user.allow({ Action: 'sns:*' }, { Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: KeyId, Condition });
  assert.ok((await publish()).MessageId);
});

test('a key that is disabled is noticed within five minutes, by batches too', async () => {
  const { TopicArn, KeyId } = await topicWithKey('off');
  const PublishBatchRequestEntries = [{ Id: 'a', Message: 'x' }];
  const publish = () => sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  assert.equal((await publish()).Successful?.length, 1);
  await kms.send(new DisableKeyCommand({ KeyId }));
  await orrery.clock.wind(5 * 60_000);
  await assert.rejects(publish(), { name: 'KMSDisabledException', message: /is disabled/ });
});
