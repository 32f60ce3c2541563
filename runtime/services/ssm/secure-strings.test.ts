import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser } from '../../../tests/user-fixture.ts';

let orrery: Orrery;
let ssm: SSMClient;
let kms: KMSClient;

before(async () => {
  orrery = await startOrrery({ services: ['ssm', 'kms', 'iam'] });
  ssm = orrery.client(SSMClient);
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

function put(Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) {
  return ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', ...more }));
}

async function read(client: SSMClient, Name: string, WithDecryption = true): Promise<string | undefined> {
  return (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter?.Value;
}

async function newKey(alias: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
  return KeyMetadata?.Arn ?? '';
}

test('a SecureString is read in the clear only with decryption, and never lies in the data folder', async () => {
  await put('/app/password', 'correct horse battery staple');
  assert.equal(await read(ssm, '/app/password'), 'correct horse battery staple');
  assert.doesNotMatch((await read(ssm, '/app/password', false)) ?? '', /horse/);
  for (const name of ['state.db', 'state.db-wal'])
    assert.equal(readFileSync(join(orrery.dataDir, name)).includes('correct horse'), false);
  const { Parameters } = await ssm.send(new DescribeParametersCommand({}));
  assert.deepEqual([Parameters?.[0]?.Type, Parameters?.[0]?.KeyId], ['SecureString', 'alias/aws/ssm']);
});

test('an advanced SecureString, which is longer than KMS encrypts, has a data key', async () => {
  const long = 'x'.repeat(8000);
  await put('/app/long', long, { Tier: 'Advanced' });
  assert.equal(await read(ssm, '/app/long'), long);
});

test('every way of reading decrypts when asked', async () => {
  await put('/many/one', 'first');
  await put('/many/one', 'second', { Overwrite: true });
  const named = await ssm.send(new GetParametersCommand({ Names: ['/many/one:1', '/none'], WithDecryption: true }));
  assert.deepEqual([named.Parameters?.[0]?.Value, named.InvalidParameters], ['first', ['/none']]);
  const below = await ssm.send(new GetParametersByPathCommand({ Path: '/many', WithDecryption: true }));
  assert.deepEqual(
    below.Parameters?.map(({ Value }) => Value),
    ['second'],
  );
  const past = await ssm.send(new GetParameterHistoryCommand({ Name: '/many/one', WithDecryption: true }));
  assert.deepEqual(
    past.Parameters?.map(({ Value }) => Value),
    ['first', 'second'],
  );
});

test('under the key of the account, whoever may read the parameter may decrypt it', async () => {
  const reader = await newUser(orrery, 'reader', { Action: 'ssm:GetParameter' });
  assert.equal(await read(reader.client(SSMClient), '/app/password'), 'correct horse battery staple');
});

test('under a key of the customer, the reader needs kms:Decrypt, and the writer kms:Encrypt', async () => {
  const arn = await newKey('alias/app');
  await put('/app/own', 'own', { KeyId: 'alias/app' });
  const user = await newUser(orrery, 'user', { Action: 'ssm:*' });
  const theirs = user.client(SSMClient);
  await assert.rejects(read(theirs, '/app/own'), { name: 'AccessDeniedException', message: /kms:Decrypt/ });
  assert.notEqual(await read(theirs, '/app/own', false), 'own');
  const again = { Name: '/app/own', Value: 'two', KeyId: 'alias/app', Overwrite: true };
  await assert.rejects(theirs.send(new PutParameterCommand(again)), { name: 'AccessDeniedException' });
  const Condition = { StringEquals: { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' } };
  await user.allow({ Action: 'ssm:*' }, { Action: ['kms:Decrypt', 'kms:Encrypt'], Resource: arn, Condition });
  await theirs.send(new PutParameterCommand(again));
  assert.equal(await read(theirs, '/app/own'), 'two');
});

test('a key that cannot be used is an InvalidKeyId', async () => {
  await assert.rejects(put('/app/none', 'x', { KeyId: 'alias/none' }), {
    name: 'InvalidKeyId',
    message: /Alias arn:aws:kms:us-east-1:000000000000:alias\/none is not found\./,
  });
  const arn = await newKey('alias/off');
  await put('/app/off', 'x', { KeyId: arn });
  await kms.send(new DisableKeyCommand({ KeyId: arn }));
  await assert.rejects(read(ssm, '/app/off'), { name: 'InvalidKeyId', message: /is disabled/ });
  await assert.rejects(put('/app/plain', 'x', { Type: 'String', KeyId: arn }), { name: 'ValidationException' });
});

test('what was put is there after a restart', async () => {
  await orrery.restart();
  assert.equal(await read(orrery.client(SSMClient), '/app/password'), 'correct horse battery staple');
});
