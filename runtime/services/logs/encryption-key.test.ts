import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AssociateKmsKeyCommand,
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let logs: CloudWatchLogsClient;
let kms: KMSClient;

before(async () => {
  orrery = await startOrrery({ services: ['logs', 'kms', 'iam'] });
  logs = orrery.client(CloudWatchLogsClient);
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

test('a log group takes a key whose policy lets CloudWatch Logs use it for that group', async () => {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const kmsKeyId = KeyMetadata?.Arn ?? '';
  const create = (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName, kmsKeyId }));
  await assert.rejects(create('guarded'), {
    name: 'AccessDeniedException',
    message:
      /does not exist or is not allowed to be used with Arn 'arn:aws:logs:us-east-1:000000000000:log-group:guarded'/,
  });
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      Resource: '*',
      Condition: {
        ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:us-east-1:000000000000:log-group:guarded' },
      },
    },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await kms.send(new PutKeyPolicyCommand({ KeyId: kmsKeyId, Policy }));
  await create('guarded');
  await assert.rejects(create('another'), { name: 'AccessDeniedException' });
  await logs.send(new AssociateKmsKeyCommand({ logGroupName: 'guarded', kmsKeyId }));
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  assert.deepEqual(
    logGroups?.map((group) => [group.logGroupName, group.kmsKeyId]),
    [['guarded', kmsKeyId]],
  );
});
