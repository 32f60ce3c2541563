import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let kms: KMSClient;
const dayMs = 24 * 60 * 60_000;
const Plaintext = Buffer.from('a secret that must not be seen');

before(async () => {
  orrery = await startOrrery({ services: ['kms', 'iam'] });
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

async function newKey(options = {}): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(options));
  return KeyMetadata?.KeyId ?? '';
}

async function refuses(what: Promise<unknown>, name: string, message?: RegExp): Promise<void> {
  await assert.rejects(what, (error: Error) => {
    assert.equal(error.name, name);
    if (message) assert.match(error.message, message);
    return true;
  });
}

describe('a symmetric key', () => {
  test('decrypts what it encrypted without being named', async () => {
    const KeyId = await newKey();
    const {
      CiphertextBlob,
      KeyId: arn,
      EncryptionAlgorithm,
    } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    assert.equal(EncryptionAlgorithm, 'SYMMETRIC_DEFAULT');
    assert.equal(Buffer.from(CiphertextBlob ?? []).includes(Plaintext), false);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.equal(opened.KeyId, arn);
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
  });

  test('wants the encryption context again, in any order', async () => {
    const KeyId = await newKey();
    const EncryptionContext = { purpose: 'test', stage: 'one' };
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
    const other = { stage: 'one', purpose: 'test' };
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: other }));
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
    await refuses(kms.send(new DecryptCommand({ CiphertextBlob })), 'InvalidCiphertextException');
    const wrong = { ...other, stage: 'One' };
    await refuses(
      kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: wrong })),
      'InvalidCiphertextException',
    );
  });

  test('does not open what was changed, nor what another key made', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob = new Uint8Array() } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    const changed = Buffer.from(CiphertextBlob);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    await refuses(kms.send(new DecryptCommand({ CiphertextBlob: changed })), 'InvalidCiphertextException');
    await refuses(
      kms.send(new DecryptCommand({ CiphertextBlob, KeyId: await newKey() })),
      'IncorrectKeyException',
      /does not identify a CMK/,
    );
    await refuses(kms.send(new DecryptCommand({ CiphertextBlob: Buffer.from('no') })), 'InvalidCiphertextException');
  });

  test('wraps data keys', async () => {
    const KeyId = await newKey();
    const EncryptionContext = { a: 'b' };
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
    assert.equal(made.Plaintext?.length, 32);
    const { CiphertextBlob } = made;
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    assert.deepEqual(opened.Plaintext, made.Plaintext);
    const blind = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 64 }));
    const seen = await kms.send(new DecryptCommand({ CiphertextBlob: blind.CiphertextBlob }));
    assert.equal(seen.Plaintext?.length, 64);
    await refuses(
      kms.send(new GenerateDataKeyCommand({ KeyId })),
      'ValidationException',
      /number of bytes or key spec/,
    );
  });

  test('is changed for another inside KMS', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: one, Plaintext }));
    const moved = await kms.send(
      new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: two, DestinationEncryptionContext: { to: 'two' } }),
    );
    assert.match(moved.KeyId ?? '', new RegExp(two));
    const opened = await kms.send(
      new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, KeyId: two, EncryptionContext: { to: 'two' } }),
    );
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
  });

  test('takes 4,096 bytes, and no operation that is not its own', async () => {
    const KeyId = await newKey();
    await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(4096) }));
    await refuses(
      kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(4097) })),
      'ValidationException',
      /less than or equal to 4096/,
    );
    const mac = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await refuses(
      kms.send(new EncryptCommand({ KeyId: mac, Plaintext })),
      'InvalidKeyUsageException',
      /key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt/,
    );
    await refuses(kms.send(new EncryptCommand({ KeyId, Plaintext, DryRun: true })), 'DryRunOperationException');
  });
});

test('GenerateRandom gives as many bytes as asked for', async () => {
  const { Plaintext: bytes } = await kms.send(new GenerateRandomCommand({ NumberOfBytes: 40 }));
  assert.equal(bytes?.length, 40);
});

describe('what a key is called', () => {
  test('is its id, ARN, alias or alias ARN', async () => {
    const KeyId = await newKey({ Description: 'known by many names' });
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/many', TargetKeyId: KeyId }));
    const arn = `arn:aws:kms:us-east-1:000000000000:key/${KeyId}`;
    for (const name of [KeyId, arn, 'alias/many', 'arn:aws:kms:us-east-1:000000000000:alias/many']) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: name }));
      assert.equal(KeyMetadata?.Arn, arn);
    }
    await refuses(kms.send(new DescribeKeyCommand({ KeyId: 'many' })), 'NotFoundException', /Invalid keyId 'many'/);
    await refuses(
      kms.send(new DescribeKeyCommand({ KeyId: 'alias/none' })),
      'NotFoundException',
      /Alias arn:aws:kms:us-east-1:000000000000:alias\/none is not found\./,
    );
  });

  test('an alias moves to another key of the same kind, and goes', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const AliasName = 'alias/moves';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: one }));
    await refuses(
      kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: two })),
      'AlreadyExistsException',
      /An alias with the name arn:aws:kms:us-east-1:000000000000:alias\/moves already exists/,
    );
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: AliasName, Plaintext }));
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: two }));
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: two }));
    assert.deepEqual(
      Aliases?.map((alias) => alias.AliasName),
      [AliasName],
    );
    await refuses(kms.send(new DecryptCommand({ CiphertextBlob, KeyId: AliasName })), 'IncorrectKeyException');
    const mac = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await refuses(kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: mac })), 'ValidationException');
    await kms.send(new DeleteAliasCommand({ AliasName }));
    await refuses(kms.send(new DescribeKeyCommand({ KeyId: AliasName })), 'NotFoundException');
    await refuses(
      kms.send(new CreateAliasCommand({ AliasName: 'alias/aws/x', TargetKeyId: one })),
      'NotAuthorizedException',
    );
  });

  test('lists go page by page', async () => {
    for (let count = 0; count < 3; count += 1) await newKey();
    const seen = new Set<string>();
    let Marker: string | undefined;
    do {
      const page = await kms.send(new ListKeysCommand({ Limit: 2, Marker }));
      for (const key of page.Keys ?? []) seen.add(key.KeyId ?? '');
      Marker = page.NextMarker;
      assert.equal(page.Truncated, Marker !== undefined);
    } while (Marker);
    const { Keys } = await kms.send(new ListKeysCommand({}));
    assert.equal(seen.size, Keys?.length);
  });

  test('tags are put, listed and taken away', async () => {
    const KeyId = await newKey({ Tags: [{ TagKey: 'a', TagValue: '1' }] });
    await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] }));
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] }));
    const { Tags } = await kms.send(new ListResourceTagsCommand({ KeyId }));
    assert.deepEqual(Tags, [{ TagKey: 'b', TagValue: '2' }]);
  });
});

describe('the state of a key', () => {
  test('disabled, it does nothing until it is enabled', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    await refuses(kms.send(new DecryptCommand({ CiphertextBlob })), 'DisabledException', /is disabled\./);
    await kms.send(new EnableKeyCommand({ KeyId }));
    await kms.send(new DecryptCommand({ CiphertextBlob }));
  });

  test('pending deletion, it can be kept; after the waiting period it is gone with its aliases', async () => {
    const KeyId = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: KeyId }));
    await refuses(kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 6 })), 'ValidationException');
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await refuses(
      kms.send(new EncryptCommand({ KeyId, Plaintext })),
      'KMSInvalidStateException',
      /is pending deletion\./,
    );
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    await orrery.clock.wind(8 * dayMs);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    assert.equal(KeyMetadata?.KeyState, 'Disabled');
    await refuses(
      kms.send(new CancelKeyDeletionCommand({ KeyId })),
      'KMSInvalidStateException',
      /is not pending deletion/,
    );
    const { DeletionDate } = await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    assert.equal(DeletionDate?.getTime(), Math.floor(orrery.clock.now()) + 30 * dayMs);
    await orrery.clock.wind(29 * dayMs);
    await kms.send(new DescribeKeyCommand({ KeyId }));
    await orrery.restart();
    await orrery.clock.wind(dayMs);
    await refuses(kms.send(new DescribeKeyCommand({ KeyId })), 'NotFoundException', /does not exist/);
    await refuses(kms.send(new DescribeKeyCommand({ KeyId: 'alias/doomed' })), 'NotFoundException');
  });

  test('rotates by the clock and on demand, and older ciphertexts still open', async () => {
    const KeyId = await newKey();
    const old = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    assert.equal(status.KeyRotationEnabled, true);
    assert.equal(status.RotationPeriodInDays, 90);
    await orrery.clock.wind(181 * dayMs);
    await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId }));
    assert.deepEqual(
      Rotations?.map(({ RotationType }) => RotationType),
      ['AUTOMATIC', 'AUTOMATIC', 'ON_DEMAND'],
    );
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: old.CiphertextBlob }));
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
    const fresh = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    const now = await kms.send(new DecryptCommand({ CiphertextBlob: fresh.CiphertextBlob }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    assert.equal(now.KeyMaterialId, KeyMetadata?.CurrentKeyMaterialId);
    assert.notEqual(opened.KeyMaterialId, now.KeyMaterialId);
    await refuses(kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 89 })), 'ValidationException');
  });

  test('survives a restart, and what is refused is refused by name', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await orrery.restart();
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
    await refuses(kms.send(new CreateKeyCommand({ MultiRegion: true })), 'NotImplemented', /MultiRegion/);
    await refuses(kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL' })), 'NotImplemented', /Origin EXTERNAL/);
  });

  test('is of no use without the root key, which only its owner may read', async () => {
    const file = join(orrery.dataDir, 'kms', 'root.key');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const root = readFileSync(file);
    assert.equal(root.length, 32);
    for (const name of ['state.db', 'state.db-wal']) {
      const bytes = readFileSync(join(orrery.dataDir, name));
      assert.equal(bytes.includes(root), false);
      assert.equal(bytes.includes(Plaintext), false);
    }
  });
});
