import { createHash, createPrivateKey, type KeyObject, sign, webcrypto } from 'node:crypto';
import { defineEngine } from '../../../kernel/engine.ts';
import { packageOnDemand } from '../../../kernel/package-on-demand.ts';
import type { Kernel } from '../../../kernel/service.ts';

const x509 = packageOnDemand<typeof import('@peculiar/x509')>('@peculiar/x509');

/** Paths of Orrery's own on the API port: the certificate, and the links of confirmations. */
export const linkPrefix = '/_orrery/sns/';

/**
 * A message shows whether it comes from this runtime, on this machine. 1024 bits do for that, and are what every verifier
 * still takes; 2048 as on AWS would take six times as long, and be most of what a publish costs.
 */
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 1024,
};
const twentyYearsMs = 20 * 365 * 24 * 60 * 60_000;

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
  const made = keys.get('current') ?? (await make(kernel));
  keys.put('current', made);
  const key = createPrivateKey(made.privateKey);
  const fingerprint = createHash('sha256').update(made.certificate).digest('hex').slice(0, 32);
  return {
    certificate: made.certificate,
    fileName: `SimpleNotificationService-${fingerprint}.pem`,
    sign: (version, text) => signed(key, version, text),
  };
}

/** "SignatureVersion1 (SHA1) and SignatureVersion2 (SHA256)" ("Verifying the signatures of Amazon SNS messages"). */
function signed(key: KeyObject, version: '1' | '2', text: string): string {
  return sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(text), key).toString('base64');
}

async function make(kernel: Kernel): Promise<SigningKey> {
  const { X509CertificateGenerator, cryptoProvider } = x509();
  cryptoProvider.set(webcrypto as unknown as Crypto);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const nowMs = kernel.clock.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${kernel.ids.hex(30)}`,
    name: 'CN=sns.amazonaws.com',
    notBefore: new Date(nowMs - 24 * 60 * 60_000),
    notAfter: new Date(nowMs + twentyYearsMs),
    signingAlgorithm: algorithm,
    keys,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.replace(/.{64}/g, '$&\n');
  return {
    privateKey: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
    certificate: `${certificate.toString('pem')}\n`,
  };
}
