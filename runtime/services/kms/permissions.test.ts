import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListGrantsCommand,
  ListKeyPoliciesCommand,
  ListRetirableGrantsCommand,
  PutKeyPolicyCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser, type TestUser } from '../../../tests/user-fixture.ts';

let orrery: Orrery;
let kms: KMSClient;
let user: TestUser;
let theirs: KMSClient;
const Plaintext = Buffer.from('text');
const rootArn = 'arn:aws:iam::000000000000:root';

before(async () => {
  orrery = await startOrrery({ services: ['kms', 'iam'] });
  kms = orrery.client(KMSClient);
  user = await newUser(orrery, 'somebody', { Action: 'kms:ListKeys' });
  theirs = user.client(KMSClient);
});
after(() => orrery.stop());

const account = { Effect: 'Allow', Principal: { AWS: rootArn }, Action: 'kms:*', Resource: '*' };

function policy(...Statement: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

async function newKey(options = {}): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(options));
  return KeyMetadata?.Arn ?? '';
}

function denied(what: Promise<unknown>, message = /is not authorized to perform: kms:/): Promise<void> {
  return assert.rejects(what, (error: Error) => error.name === 'AccessDeniedException' && message.test(error.message));
}

describe('a key policy', () => {
  test('leaves it to IAM by default', async () => {
    const KeyId = await newKey();
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    assert.deepEqual(JSON.parse(Policy ?? '').Statement[0].Principal, { AWS: rootArn });
    assert.deepEqual((await kms.send(new ListKeyPoliciesCommand({ KeyId }))).PolicyNames, ['default']);
    await denied(
      theirs.send(new EncryptCommand({ KeyId, Plaintext })),
      /no identity-based policy allows the kms:Encrypt/,
    );
    await user.allow({ Action: 'kms:Encrypt', Resource: KeyId });
    await theirs.send(new EncryptCommand({ KeyId, Plaintext }));
    await user.allow({ Action: 'kms:ListKeys' });
  });

  test('that does not name the account makes IAM policies, and root, powerless', async () => {
    const own = { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'kms:*', Resource: '*' };
    const KeyId = await newKey({ Policy: policy(own), BypassPolicyLockoutSafetyCheck: true });
    await denied(kms.send(new DescribeKeyCommand({ KeyId })), /no resource-based policy allows the kms:DescribeKey/);
    await theirs.send(new DescribeKeyCommand({ KeyId }));
  });

  test('must let whoever puts it put the next', async () => {
    const reads = { ...account, Action: 'kms:Describe*' };
    const message = 'The new key policy will not allow you to update the key policy in the future.';
    const refusal = { name: 'MalformedPolicyDocumentException', message };
    await assert.rejects(kms.send(new CreateKeyCommand({ Policy: policy(reads) })), refusal);
    const KeyId = await newKey();
    await assert.rejects(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: policy(reads) })), refusal);
    await assert.rejects(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: '{' })), {
      name: 'MalformedPolicyDocumentException',
    });
    const writes = { ...account, Action: ['kms:PutKeyPolicy', 'kms:Encrypt'] };
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: policy(writes) }));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await denied(kms.send(new DecryptCommand({ CiphertextBlob })), /kms:Decrypt/);
  });

  test('may ask for an encryption context', async () => {
    const Condition = { StringEquals: { 'kms:EncryptionContext:team': 'blue' } };
    const inContext = {
      Effect: 'Allow',
      Principal: { AWS: user.arn },
      Action: 'kms:Encrypt',
      Resource: '*',
      Condition,
    };
    const KeyId = await newKey({ Policy: policy(account, inContext) });
    await theirs.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { team: 'blue' } }));
    await denied(theirs.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { team: 'red' } })));
    await denied(theirs.send(new EncryptCommand({ KeyId, Plaintext })));
  });
});

describe('a grant', () => {
  test('lets its grantee do what it names until it is revoked', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    const asked = { KeyId, GranteePrincipal: user.arn, Operations: ['Decrypt' as const], Name: 'once' };
    const { GrantId } = await kms.send(new CreateGrantCommand(asked));
    assert.equal((await kms.send(new CreateGrantCommand(asked))).GrantId, GrantId);
    await theirs.send(new DecryptCommand({ CiphertextBlob }));
    await denied(theirs.send(new EncryptCommand({ KeyId, Plaintext })));
    const { Grants } = await kms.send(new ListGrantsCommand({ KeyId }));
    assert.deepEqual(
      Grants?.map(({ GranteePrincipal, Operations }) => [GranteePrincipal, Operations]),
      [[user.arn, ['Decrypt']]],
    );
    await kms.send(new RevokeGrantCommand({ KeyId, GrantId }));
    await denied(theirs.send(new DecryptCommand({ CiphertextBlob })));
    await assert.rejects(kms.send(new RevokeGrantCommand({ KeyId, GrantId })), { name: 'NotFoundException' });
  });

  test('holds for its encryption context, and cannot be passed on wider', async () => {
    const KeyId = await newKey();
    const EncryptionContext = { team: 'blue', room: '1' };
    await kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: user.arn,
        Operations: ['Encrypt', 'CreateGrant'],
        Constraints: { EncryptionContextSubset: { team: 'blue' } },
      }),
    );
    await theirs.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
    await denied(theirs.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { room: '1' } })));
    const child = { KeyId, GranteePrincipal: 'arn:aws:iam::000000000000:role/other', Operations: ['Encrypt' as const] };
    await denied(theirs.send(new CreateGrantCommand(child)), /kms:CreateGrant/);
    const narrow = { ...child, Constraints: { EncryptionContextEquals: EncryptionContext } };
    await theirs.send(new CreateGrantCommand(narrow));
    await denied(theirs.send(new CreateGrantCommand({ ...narrow, Operations: ['Decrypt'] })));
  });

  test('is retired by whom it names', async () => {
    const KeyId = await newKey();
    const { GrantToken } = await kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: 'arn:aws:iam::000000000000:role/worker',
        RetiringPrincipal: user.arn,
        Operations: ['Decrypt'],
      }),
    );
    const { Grants } = await kms.send(new ListRetirableGrantsCommand({ RetiringPrincipal: user.arn }));
    assert.deepEqual(
      Grants?.map((grant) => grant.KeyId),
      [KeyId],
    );
    const stranger = await newUser(orrery, 'stranger');
    await denied(stranger.client(KMSClient).send(new RetireGrantCommand({ GrantToken })), /kms:RetireGrant/);
    await theirs.send(new RetireGrantCommand({ GrantToken }));
    assert.deepEqual((await kms.send(new ListGrantsCommand({ KeyId }))).Grants, []);
  });
});

describe('a key that AWS manages', () => {
  test('is made when first asked for, serves its service only, and cannot be deleted', async () => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
    assert.equal(KeyMetadata?.KeyManager, 'AWS');
    const KeyId = KeyMetadata?.KeyId ?? '';
    await denied(kms.send(new EncryptCommand({ KeyId, Plaintext })), /kms:Encrypt/);
    await denied(kms.send(new ScheduleKeyDeletionCommand({ KeyId })), /kms:ScheduleKeyDeletion/);
    await denied(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: policy(account) })), /kms:PutKeyPolicy/);
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    assert.match(Policy ?? '', /ssm\.us-east-1\.amazonaws\.com/);
    await assert.rejects(kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/nothing' })), {
      name: 'NotFoundException',
    });
  });
});
