import type * as X509 from '@peculiar/x509';
import type { Clock } from '../../kernel/clock/clock.ts';
import type { Ids } from '../../kernel/ids.ts';

export interface ServerCertificate {
  certificatePem: string;
  keyPem: string;
}

const yearMs = 365 * 86_400_000;

/** A certificate of its own for a database's names. It is valid from a day ago: clients go by the machine's time. */
export async function makeCertificate(
  { clock, ids }: { clock: Clock; ids: Ids },
  names: string[],
): Promise<ServerCertificate> {
  const { X509CertificateGenerator, SubjectAlternativeNameExtension } = await library();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const nowMs = clock.now() - clock.offset();
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: `01${ids.hex(30)}`,
      name: `CN=${(names[0] ?? 'localhost').slice(0, 64)}`,
      notBefore: new Date(nowMs - 86_400_000),
      notAfter: new Date(nowMs + 10 * yearMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: 'dns' as const, value })),
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    },
    crypto,
  );
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const keyPem = `-----BEGIN PRIVATE KEY-----\n${key.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem };
}

/** Its decorators' metadata is read by a polyfill, which must be there first. */
async function library(): Promise<typeof X509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
