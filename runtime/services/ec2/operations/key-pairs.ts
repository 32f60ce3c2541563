import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type {
  CreateKeyPairCommandInput,
  DeleteKeyPairCommandInput,
  DescribeKeyPairsCommandInput,
  ImportKeyPairCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { filtered } from '../behaviour/listing.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { type KeyPair, keyPairs } from '../instance-state.ts';

export function CreateKeyPair(ctx: Context, input: CreateKeyPairCommandInput) {
  if (input.KeyFormat === 'ppk') throw refused('ec2 CreateKeyPair with KeyFormat ppk');
  checkFree(ctx, input.KeyName);
  if (input.KeyType === 'ed25519')
    throw refused('ec2 CreateKeyPair with KeyType ed25519', 'import the public key of one (ImportKeyPair).');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const KeyMaterial = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  // Of keys that AWS makes, the SHA-1 of the private key ("Verify the fingerprint of your key pair").
  const fingerprint = colons(
    createHash('sha1')
      .update(privateKey.export({ type: 'pkcs8', format: 'der' }))
      .digest('hex'),
  );
  const pair = keep(ctx, {
    KeyName: input.KeyName ?? '',
    KeyType: 'rsa',
    KeyFingerprint: fingerprint,
    PublicKey: publicKeyOf(publicKey, input.KeyName ?? ''),
    Tags: tagsFor(input.TagSpecifications, 'key-pair'),
  });
  const { KeyPairId, KeyName, KeyFingerprint, Tags } = pair;
  return { KeyPairId, KeyName, KeyFingerprint, Tags, KeyMaterial };
}

function checkFree(ctx: Context, name: string | undefined): void {
  if (keyPairs.all(ctx).some(({ KeyName }) => KeyName === name))
    throw new AwsError('InvalidKeyPair.Duplicate', `The keypair already exists`);
}

function keep(ctx: Context, pair: Omit<KeyPair, 'KeyPairId' | 'createdMs'>): KeyPair {
  return keyPairs.put(ctx, { ...pair, KeyPairId: keyPairs.newId(ctx), createdMs: ctx.clock.now() });
}

const colons = (hex: string): string => hex.match(/../g)?.join(':') ?? '';

/** In OpenSSH's format (RFC 4253, section 6.6). */
function publicKeyOf(key: KeyObject, comment: string): string {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const number = (text: string): Buffer => {
    const bytes = Buffer.from(text, 'base64url');
    return (bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  };
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([Buffer.from('ssh-rsa'), number(e), number(n)].map(field));
  return `ssh-rsa ${blob.toString('base64')} ${comment}`;
}

export function ImportKeyPair(ctx: Context, input: ImportKeyPairCommandInput) {
  checkFree(ctx, input.KeyName);
  const text = Buffer.from(input.PublicKeyMaterial ?? [])
    .toString()
    .trim();
  const [kind, blob = '', comment = ''] = text.split(/\s+/);
  if (kind !== 'ssh-rsa' && kind !== 'ssh-ed25519')
    throw new AwsError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
  const bytes = Buffer.from(blob, 'base64');
  const pair = keep(ctx, {
    KeyName: input.KeyName ?? '',
    KeyType: kind === 'ssh-rsa' ? 'rsa' : 'ed25519',
    KeyFingerprint:
      kind === 'ssh-rsa'
        ? colons(createHash('md5').update(derOf(bytes)).digest('hex'))
        : createHash('sha256').update(bytes).digest('base64'),
    PublicKey: `${kind} ${blob} ${comment || input.KeyName}`,
    Tags: tagsFor(input.TagSpecifications, 'key-pair'),
  });
  const { KeyPairId, KeyName, KeyFingerprint, Tags } = pair;
  return { KeyPairId, KeyName, KeyFingerprint, Tags };
}

/** Of keys that are brought along, the MD5 of the public key as DER. */
function derOf(blob: Buffer): Buffer {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; ) {
    const length = blob.readUInt32BE(at);
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const [, e, n] = fields;
  if (!e || !n) throw new AwsError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
  const unsigned = (bytes: Buffer): string => (bytes[0] === 0 ? bytes.subarray(1) : bytes).toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n: unsigned(n), e: unsigned(e) }, format: 'jwk' }).export({
    type: 'spki',
    format: 'der',
  });
}

export function DescribeKeyPairs(ctx: Context, input: DescribeKeyPairsCommandInput) {
  const byName = (input.KeyNames ?? []).map((name) => {
    const found = keyPairs.all(ctx).find(({ KeyName }) => KeyName === name);
    if (!found) throw keyPairs.missing(name);
    return found;
  });
  const byId = (input.KeyPairIds ?? []).map((id) => keyPairs.find(ctx, id));
  const all = byName.length + byId.length > 0 ? [...byName, ...byId] : keyPairs.all(ctx);
  const found = filtered(all, input.Filters ?? [], {
    'key-pair-id': 'KeyPairId',
    'key-name': 'KeyName',
    fingerprint: 'KeyFingerprint',
  });
  return {
    KeyPairs: found.map(({ createdMs, PublicKey, ...pair }) => ({
      ...pair,
      CreateTime: new Date(createdMs),
      ...(input.IncludePublicKey ? { PublicKey } : {}),
    })),
  };
}

/** Succeeds for a name that is not there ("DeleteKeyPair"). */
export function DeleteKeyPair(ctx: Context, { KeyName, KeyPairId }: DeleteKeyPairCommandInput) {
  const found = keyPairs.all(ctx).find((pair) => pair.KeyName === KeyName || pair.KeyPairId === KeyPairId);
  if (found) keyPairs.delete(ctx, found.KeyPairId);
  return { Return: true, ...(found ? { KeyPairId: found.KeyPairId } : {}) };
}
