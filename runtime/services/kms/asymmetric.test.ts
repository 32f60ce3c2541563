import assert from 'node:assert/strict';
import { constants, createECDH, createHash, createPublicKey, publicEncrypt, sign, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  CreateKeyCommand,
  DecryptCommand,
  DeriveSharedSecretCommand,
  EncryptCommand,
  GenerateDataKeyPairCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let kms: KMSClient;
const Message = Buffer.from('what is signed');

before(async () => {
  orrery = await startOrrery({ services: ['kms', 'iam'] });
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

async function newKey(KeySpec: string, KeyUsage: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage } as object));
  return KeyMetadata?.KeyId ?? '';
}

async function publicKeyOf(KeyId: string) {
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
}

describe('signatures', () => {
  const specs: [string, string[]][] = [
    ['RSA_2048', ['RSASSA_PSS_SHA_256', 'RSASSA_PSS_SHA_512', 'RSASSA_PKCS1_V1_5_SHA_384']],
    ['ECC_NIST_P256', ['ECDSA_SHA_256']],
    ['ECC_NIST_P384', ['ECDSA_SHA_384']],
    ['ECC_NIST_P521', ['ECDSA_SHA_512']],
    ['ECC_SECG_P256K1', ['ECDSA_SHA_256']],
  ];
  for (const [spec, algorithms] of specs) {
    for (const SigningAlgorithm of algorithms) {
      test(`of ${spec} by ${SigningAlgorithm} are what OpenSSL makes of the message and of its digest`, async () => {
        const KeyId = await newKey(spec, 'SIGN_VERIFY');
        const asked = { KeyId, SigningAlgorithm } as { KeyId: string; SigningAlgorithm: 'ECDSA_SHA_256' };
        const hash = `sha${SigningAlgorithm.slice(-3)}`;
        const digest = createHash(hash).update(Message).digest();
        const padding = SigningAlgorithm.includes('PSS')
          ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
          : {};
        const publicKey = await publicKeyOf(KeyId);
        const raw = await kms.send(new SignCommand({ ...asked, Message }));
        const short = await kms.send(new SignCommand({ ...asked, Message: digest, MessageType: 'DIGEST' }));
        for (const { Signature = new Uint8Array() } of [raw, short]) {
          assert.equal(verify(hash, Message, { key: publicKey, ...padding }, Signature), true);
          const byMessage = await kms.send(new VerifyCommand({ ...asked, Message, Signature }));
          const byDigest = await kms.send(
            new VerifyCommand({ ...asked, Message: digest, MessageType: 'DIGEST', Signature }),
          );
          assert.deepEqual([byMessage.SignatureValid, byDigest.SignatureValid], [true, true]);
          const other = createHash(hash).update('something else').digest();
          await assert.rejects(
            kms.send(new VerifyCommand({ ...asked, Message: other, MessageType: 'DIGEST', Signature })),
            { name: 'KMSInvalidSignatureException' },
          );
          await assert.rejects(kms.send(new VerifyCommand({ ...asked, Message: Buffer.from('else'), Signature })), {
            name: 'KMSInvalidSignatureException',
          });
        }
      });
    }
  }

  test('want a digest of the right length and an algorithm of the key', async () => {
    const KeyId = await newKey('ECC_NIST_P256', 'SIGN_VERIFY');
    await assert.rejects(
      kms.send(new SignCommand({ KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' })),
      { name: 'ValidationException', message: 'Digest is invalid length for algorithm ECDSA_SHA_256.' },
    );
    await assert.rejects(kms.send(new SignCommand({ KeyId, Message, SigningAlgorithm: 'RSASSA_PSS_SHA_256' })), {
      name: 'InvalidKeyUsageException',
    });
    await assert.rejects(
      kms.send(
        new VerifyCommand({ KeyId, Message, Signature: Buffer.from('junk'), SigningAlgorithm: 'ECDSA_SHA_256' }),
      ),
      { name: 'KMSInvalidSignatureException' },
    );
  });
});

test('an RSA key opens what anybody encrypted with its public key', async () => {
  const KeyId = await newKey('RSA_2048', 'ENCRYPT_DECRYPT');
  const key = await publicKeyOf(KeyId);
  for (const [EncryptionAlgorithm, oaepHash] of [
    ['RSAES_OAEP_SHA_256', 'sha256'],
    ['RSAES_OAEP_SHA_1', 'sha1'],
  ] as const) {
    const own = await kms.send(new EncryptCommand({ KeyId, Plaintext: Message, EncryptionAlgorithm }));
    const others = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, Message);
    for (const CiphertextBlob of [own.CiphertextBlob, others]) {
      const { Plaintext } = await kms.send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionAlgorithm }));
      assert.deepEqual(Buffer.from(Plaintext ?? []), Message);
    }
  }
  await assert.rejects(
    kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(191), EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' })),
    { name: 'ValidationException' },
  );
  await assert.rejects(kms.send(new EncryptCommand({ KeyId, Plaintext: Message })), {
    name: 'InvalidKeyUsageException',
  });
});

test('a key agrees on the secret that the other side has', async () => {
  const KeyId = await newKey('ECC_NIST_P384', 'KEY_AGREEMENT');
  const key = await newKey('RSA_2048', 'ENCRYPT_DECRYPT');
  const kmsPoint = (await publicKeyOf(KeyId)).export({ format: 'jwk' });
  const pair = await kms.send(
    new GenerateDataKeyPairCommand({ KeyId: await newSymmetric(), KeyPairSpec: 'ECC_NIST_P384' }),
  );
  const own = createECDH('secp384r1');
  const privateKey = Buffer.from(pair.PrivateKeyPlaintext ?? []);
  own.setPrivateKey(scalarOf(privateKey));
  const { SharedSecret } = await kms.send(
    new DeriveSharedSecretCommand({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: pair.PublicKey }),
  );
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(kmsPoint.x ?? '', 'base64url'),
    Buffer.from(kmsPoint.y ?? '', 'base64url'),
  ]);
  assert.deepEqual(Buffer.from(SharedSecret ?? []), own.computeSecret(point));
  await assert.rejects(
    kms.send(new DeriveSharedSecretCommand({ KeyId: key, KeyAgreementAlgorithm: 'ECDH', PublicKey: pair.PublicKey })),
    { name: 'InvalidKeyUsageException' },
  );
});

async function newSymmetric(): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? '';
}

function scalarOf(pkcs8: Buffer): Buffer {
  // PrivateKeyInfo of P-384: the 48 bytes after the inner OCTET STRING's head 0430.
  const at = pkcs8.indexOf(Buffer.from('0201010430', 'hex'));
  return pkcs8.subarray(at + 5, at + 53);
}

test('a data key pair signs, and its private half opens again', async () => {
  const KeyId = await newSymmetric();
  const pair = await kms.send(new GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: 'ECC_NIST_P256' }));
  const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob: pair.PrivateKeyCiphertextBlob }));
  assert.deepEqual(Plaintext, pair.PrivateKeyPlaintext);
  const signature = sign('sha256', Message, { key: Buffer.from(Plaintext ?? []), format: 'der', type: 'pkcs8' });
  const key = { key: Buffer.from(pair.PublicKey ?? []), format: 'der', type: 'spki' } as const;
  assert.equal(verify('sha256', Message, key, signature), true);
});

test('an HMAC key knows its own codes', async () => {
  const KeyId = await newKey('HMAC_384', 'GENERATE_VERIFY_MAC');
  const { Mac } = await kms.send(new GenerateMacCommand({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_384' }));
  assert.equal(Mac?.length, 48);
  const held = await kms.send(new VerifyMacCommand({ KeyId, Message, Mac, MacAlgorithm: 'HMAC_SHA_384' }));
  assert.equal(held.MacValid, true);
  const other = Buffer.from('something else');
  await assert.rejects(kms.send(new VerifyMacCommand({ KeyId, Message: other, Mac, MacAlgorithm: 'HMAC_SHA_384' })), {
    name: 'KMSInvalidMacException',
  });
});
