import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateGrantCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let root: SecretsManagerClient;
let user: SecretsManagerClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'kms', 'secretsmanager', 'sts'] });
  root = orrery.client(SecretsManagerClient);
  const iam = orrery.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'reader' }));
  const statement = [
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:*:*:secret:open/*' },
    { Effect: 'Allow', Action: 'secretsmanager:BatchGetSecretValue', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
      Condition: { StringEquals: { 'secretsmanager:ResourceTag/team': 'readers' } },
    },
  ];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'read', PolicyDocument }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'reader', PolicyArn: Policy?.Arn }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
  user = orrery.client(SecretsManagerClient, {
    credentials: { accessKeyId: AccessKey?.AccessKeyId, secretAccessKey: AccessKey?.SecretAccessKey },
  });
});
after(() => orrery.stop());

const create = (Name: string, more: object = {}) =>
  root.send(new CreateSecretCommand({ Name, SecretString: Name, ...more }));
const read = async (SecretId: string) => (await user.send(new GetSecretValueCommand({ SecretId }))).SecretString;

test('a user reads the secrets its policies name, by name pattern and by tag', async () => {
  await create('open/one');
  await create('closed/one');
  await create('tagged', { Tags: [{ Key: 'team', Value: 'readers' }] });
  assert.equal(await read('open/one'), 'open/one');
  assert.equal(await read('tagged'), 'tagged');
  await assert.rejects(read('closed/one'), { name: 'AccessDeniedException', message: /secretsmanager:GetSecretValue/ });
  await assert.rejects(user.send(new CreateSecretCommand({ Name: 'new' })), { name: 'AccessDeniedException' });
});

test('a batch holds what the caller may read, and an error for what it may not', async () => {
  const { SecretValues, Errors } = await user.send(
    new BatchGetSecretValueCommand({ SecretIdList: ['open/one', 'closed/one'] }),
  );
  assert.deepEqual(
    SecretValues?.map(({ Name }) => Name),
    ['open/one'],
  );
  assert.equal(Errors?.[0]?.ErrorCode, 'AccessDeniedException');
});

test("the secret's own policy grants and denies", async () => {
  const put = (SecretId: string, Effect: string) =>
    root.send(
      new PutResourcePolicyCommand({
        SecretId,
        ResourcePolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect,
            Principal: { AWS: 'arn:aws:iam::000000000000:user/reader' },
            Action: 'secretsmanager:GetSecretValue',
            Resource: '*',
          },
        }),
      }),
    );
  await put('closed/one', 'Allow');
  assert.equal(await read('closed/one'), 'closed/one');
  await put('open/one', 'Deny');
  await assert.rejects(read('open/one'), { name: 'AccessDeniedException', message: /explicit deny/ });
});

test('a secret under a key of its own is read by who may use the key as well', async () => {
  const kms = orrery.client(KMSClient);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { KeyId = '', Arn = '' } = KeyMetadata ?? {};
  await create('open/sealed', { KmsKeyId: Arn });
  assert.equal((await root.send(new GetSecretValueCommand({ SecretId: 'open/sealed' }))).SecretString, 'open/sealed');
  await assert.rejects(read('open/sealed'), { name: 'AccessDeniedException', message: 'Access to KMS is not allowed' });
  const Constraints = { EncryptionContextSubset: { SecretARN: await arnOf('open/sealed') } };
  await kms.send(
    new CreateGrantCommand({
      KeyId,
      GranteePrincipal: 'arn:aws:iam::000000000000:user/reader',
      Operations: ['Decrypt'],
      Constraints,
    }),
  );
  assert.equal(await read('open/sealed'), 'open/sealed');
  await kms.send(new DisableKeyCommand({ KeyId }));
  await assert.rejects(read('open/sealed'), { name: 'DecryptionFailure' });
  await assert.rejects(create('never', { KmsKeyId: Arn }), { name: 'EncryptionFailure' });
});

const arnOf = async (SecretId: string) => (await root.send(new DescribeSecretCommand({ SecretId }))).ARN ?? '';
