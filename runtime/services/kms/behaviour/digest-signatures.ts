import { constants, createHash, type KeyObject, privateEncrypt, publicDecrypt, timingSafeEqual } from 'node:crypto';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { curves } from './curves.ts';
import { type Curve, mod, signDigest, verifyDigest } from './elliptic.ts';

/** Signatures of a digest that the caller made (MessageType DIGEST), by RFC 8017 (RSA) and SEC 1 (ECDSA). */
export interface DigestSigning {
  KeySpec: string;
  algorithm: string;
  /** sha256, sha384, sha512. */
  hash: string;
  digest: Uint8Array;
}

export function signOfDigest(kernel: Kernel, key: KeyObject, asked: DigestSigning): Buffer {
  const curve = curves[asked.KeySpec];
  if (curve) return signByCurve(kernel, key, { curve, digest: asked.digest });
  if (asked.algorithm.startsWith('RSASSA_PKCS1'))
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(asked));
  const salt = Buffer.from(kernel.ids.hex(asked.digest.length * 2), 'hex');
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, pssEncode(asked, salt, bitsOf(key)));
}

export function verifyOfDigest(key: KeyObject, signature: Uint8Array, asked: DigestSigning): boolean {
  const curve = curves[asked.KeySpec];
  if (curve) return verifyByCurve(key, signature, { curve, digest: asked.digest });
  try {
    if (asked.algorithm.startsWith('RSASSA_PKCS1')) {
      const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      return info.equals(digestInfo(asked));
    }
    return pssHolds(asked, publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature), bitsOf(key));
  } catch {
    return false;
  }
}

/** The DER of a DigestInfo up to the digest itself (RFC 8017, section 9.2, notes). */
const digestInfoHeads: Readonly<Record<string, string>> = lookupTable({
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
});

function digestInfo({ hash, digest }: DigestSigning): Buffer {
  return Buffer.concat([Buffer.from(digestInfoHeads[hash] ?? '', 'hex'), digest]);
}

function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

/** EMSA-PSS-ENCODE (RFC 8017, section 9.1.1), the salt as long as the digest. */
function pssEncode({ hash, digest }: DigestSigning, salt: Buffer, bits: number): Buffer {
  const length = bits / 8;
  const h = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const data = Buffer.alloc(length - h.length - 1);
  data[data.length - salt.length - 1] = 1;
  salt.copy(data, data.length - salt.length);
  const masked = xor(data, mask(hash, h, data.length));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, h, Buffer.from([0xbc])]);
}

/** EMSA-PSS-VERIFY: the salt is taken out, and with it everything must come out the same. */
function pssHolds(asked: DigestSigning, encoded: Buffer, bits: number): boolean {
  const hashLength = asked.digest.length;
  const dataLength = bits / 8 - hashLength - 1;
  const h = encoded.subarray(dataLength, dataLength + hashLength);
  const data = xor(encoded.subarray(0, dataLength), mask(asked.hash, h, dataLength));
  const again = pssEncode(asked, Buffer.from(data.subarray(dataLength - hashLength)), bits);
  return again.length === encoded.length && timingSafeEqual(again, encoded);
}

/** MGF1 (RFC 8017, appendix B.2.1). */
function mask(hash: string, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, size = 0; size < length; counter += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(number).digest();
    blocks.push(block);
    size += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}

function signByCurve(kernel: Kernel, key: KeyObject, { curve, digest }: { curve: Curve; digest: Uint8Array }): Buffer {
  const { d = '' } = key.export({ format: 'jwk' });
  const secret = number(d);
  for (;;) {
    // Twice as many bits as needed, so that taking the rest leaves no bias (FIPS 186-5, A.3.1).
    const nonce = mod(BigInt(`0x${kernel.ids.hex(curve.bytes * 4)}`), curve.n - 1n) + 1n;
    const signature = signDigest(curve, { digest, secret, nonce });
    if (signature) return der(signature);
  }
}

function verifyByCurve(
  key: KeyObject,
  signature: Uint8Array,
  { curve, digest }: { curve: Curve; digest: Uint8Array },
): boolean {
  const numbers = fromDer(Buffer.from(signature));
  if (!numbers) return false;
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return verifyDigest(curve, { digest, publicPoint: { x: number(x), y: number(y) }, ...numbers });
}

function number(base64url: string): bigint {
  return BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`);
}

/** Ecdsa-Sig-Value: a sequence of two integers (RFC 3279, section 2.2.3). */
function der({ r, s }: { r: bigint; s: bigint }): Buffer {
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from(body.length < 128 ? [0x30, body.length] : [0x30, 0x81, body.length]), body]);
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  const positive = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}

/** Undefined when it is anything else than `der` would have made. */
function fromDer(bytes: Buffer): { r: bigint; s: bigint } | undefined {
  const start = bytes[1] === 0x81 ? 3 : 2;
  const rLength = bytes[start + 1] ?? 0;
  const sAt = start + 2 + rLength;
  const read = (from: number, length: number) =>
    BigInt(`0x${bytes.subarray(from, from + length).toString('hex') || '0'}`);
  const numbers = { r: read(start + 2, rLength), s: read(sAt + 2, bytes[sAt + 1] ?? 0) };
  return der(numbers).equals(bytes) ? numbers : undefined;
}
