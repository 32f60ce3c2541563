import { createHash, createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { selfSigned } from './certificate.ts';

/** Paths of Orrery's own on the API port: the certificate, and the links of confirmations. */
export const linkPrefix = '/_orrery/sns/';

/**
 * A message shows whether it comes from this runtime, on this machine. 1024 bits do for that, and are what every verifier
 * still takes; 2048 as on AWS would take six times as long, and be most of what a publish costs.
 */
const modulusLength = 1024;
const dayMs = 24 * 60 * 60_000;
const twentyYearsMs = 20 * 365 * dayMs;

/** PEM. */
interface SigningKey {
  privateKey: string;
  certificate: string;
}

export interface Signer {
  /** PEM. */
  certificate: string;
  /** Of the certificate, as AWS names it. */
  fileName: string;
  sign(version: '1' | '2', text: string): string;
}

/** The runtime's one signing key, made when the first message is signed and kept in the store. */
export const signing = defineEngine('sns.signing', (kernel) => {
  let signer: Promise<Signer> | undefined;
  return {
    signer(): Promise<Signer> {
      signer ??= load(kernel);
      return signer;
    },
  };
});

async function load(kernel: Kernel): Promise<Signer> {
  const keys = kernel.store.collection<SigningKey>('sns.signing-keys', { account: '', region: '' });
  const kept = keys.get('current') ?? (await make(kernel));
  keys.put('current', kept);
  const key = createPrivateKey(kept.privateKey);
  const fingerprint = createHash('sha256').update(kept.certificate).digest('hex').slice(0, 32);
  return {
    certificate: kept.certificate,
    fileName: `SimpleNotificationService-${fingerprint}.pem`,
    sign: (version, text) => signed(key, version, text),
  };
}

/** SignatureVersion 1 is SHA1 with RSA, 2 is SHA256 ("Verifying the signatures of Amazon SNS messages"). */
function signed(key: KeyObject, version: '1' | '2', text: string): string {
  return sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(text), key).toString('base64');
}

async function make(kernel: Kernel): Promise<SigningKey> {
  const keys = await promisify(generateKeyPair)('rsa', { modulusLength });
  const nowMs = kernel.clock.now();
  const certificate = selfSigned(keys, {
    commonName: 'sns.amazonaws.com',
    serialNumber: `01${kernel.ids.hex(30)}`,
    notBefore: new Date(nowMs - dayMs),
    notAfter: new Date(nowMs + twentyYearsMs),
  });
  return { privateKey: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })), certificate };
}
