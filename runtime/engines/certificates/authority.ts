import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type * as X509 from '@peculiar/x509';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';

/** The library reads its decorators' metadata by a polyfill, which must be there first. */
const reflectMetadata = packageOnDemand<unknown>('reflect-metadata');
const library = packageOnDemand<typeof X509>('@peculiar/x509');

export interface IssueRequest {
  /** Host names or addresses. The first is the subject; all are subject alternative names. */
  names: readonly string[];
  keyAlgorithm: KeyAlgorithm;
  /** Hexadecimal. */
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
}

export type KeyAlgorithm = 'RSA_2048' | 'EC_prime256v1' | 'EC_secp384r1';

export interface Issued {
  certificatePem: string;
  privateKeyPem: string;
}

const authorityYears = 20;
const dayMs = 24 * 60 * 60_000;
const hash = 'SHA-256';
const ownAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash };
const algorithms: Record<KeyAlgorithm, RsaHashedKeyGenParams | (EcKeyGenParams & { hash: string })> = {
  RSA_2048: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash },
  EC_prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash },
  EC_secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash },
};

/**
 * The local certificate authority that stands for Amazon's: made once in the data folder, with a key that only its owner
 * may read. Who trusts its certificate trusts what ACM issues here, and nothing else does.
 */
export class Authority {
  readonly certificatePem: string;
  readonly #certificate: X509.X509Certificate;
  readonly #key: CryptoKey;

  private constructor(certificatePem: string, key: CryptoKey) {
    this.certificatePem = certificatePem;
    this.#certificate = new (x509().X509Certificate)(certificatePem);
    this.#key = key;
  }

  /** `nowMs` is the machine's time, by which browsers judge. */
  static async open(folder: string, options: { nowMs: number; serialNumber: string }): Promise<Authority> {
    const files = authorityFiles(folder);
    if (!existsSync(files.certificate)) await make(folder, options);
    const der = x509().PemConverter.decodeFirst(readFileSync(files.key, 'utf8'));
    const key = await crypto.subtle.importKey('pkcs8', der, ownAlgorithm, false, ['sign']);
    return new Authority(readFileSync(files.certificate, 'utf8'), key);
  }

  async issue(request: IssueRequest): Promise<Issued> {
    const { X509CertificateGenerator: generator, ...lib } = x509();
    const keys = (await crypto.subtle.generateKey(algorithms[request.keyAlgorithm], true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair;
    const certificate = await generator.create({
      serialNumber: request.serialNumber,
      subject: [{ CN: [request.names[0] ?? ''] }],
      issuer: this.#certificate.subject,
      notBefore: request.notBefore,
      notAfter: request.notAfter,
      signingKey: this.#key,
      signingAlgorithm: ownAlgorithm,
      publicKey: keys.publicKey,
      extensions: [
        new lib.BasicConstraintsExtension(false, undefined, true),
        new lib.KeyUsagesExtension(lib.KeyUsageFlags.digitalSignature | lib.KeyUsageFlags.keyEncipherment, true),
        new lib.ExtendedKeyUsageExtension([lib.ExtendedKeyUsage.serverAuth, lib.ExtendedKeyUsage.clientAuth]),
        new lib.SubjectAlternativeNameExtension(
          request.names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
        await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await lib.AuthorityKeyIdentifierExtension.create(this.#certificate),
      ],
    });
    return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem: await pemOf(keys.privateKey) };
  }
}

export function authorityFiles(folder: string): { key: string; certificate: string } {
  return { key: join(folder, 'authority.key'), certificate: join(folder, 'authority.pem') };
}

async function make(folder: string, { nowMs, serialNumber }: { nowMs: number; serialNumber: string }): Promise<void> {
  const lib = x509();
  const keys = (await crypto.subtle.generateKey(ownAlgorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const certificate = await lib.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: [{ O: ['Orrery'] }, { CN: [`Orrery local authority ${serialNumber.slice(0, 8)}`] }],
    notBefore: new Date(nowMs - dayMs),
    notAfter: new Date(nowMs + authorityYears * 365 * dayMs),
    signingAlgorithm: ownAlgorithm,
    keys,
    extensions: [
      new lib.BasicConstraintsExtension(true, 0, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.keyCertSign | lib.KeyUsageFlags.cRLSign, true),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const files = authorityFiles(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(files.key, await pemOf(keys.privateKey), { mode: 0o600, flush: true });
  // Last and at once: where it is, the key is too.
  writeFileSync(`${files.certificate}.new`, `${certificate.toString('pem')}\n`, { flush: true });
  renameSync(`${files.certificate}.new`, files.certificate);
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509().PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

function x509(): typeof X509 {
  reflectMetadata();
  return library();
}
