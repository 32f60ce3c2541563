import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { ImportCertificateCommandInput } from '@aws-sdk/client-acm';
import type { Context } from '../../../kernel/service.ts';
import { lives } from '../behaviour/life.ts';
import { checkedTags } from '../behaviour/tag-rules.ts';
import { validation } from '../errors.ts';
import { type CertificateRecord, certificateArn, certificateAt, keep, keySeal } from '../state.ts';

/** "Prerequisites for importing ACM certificates", User Guide. With an ARN it takes the place of what was imported before. */
export function ImportCertificate(ctx: Context, input: ImportCertificateCommandInput) {
  const before = input.CertificateArn ? certificateAt(ctx, input.CertificateArn) : undefined;
  if (before && before.Type !== 'IMPORTED') throw validation('Only an imported certificate can be reimported.');
  if (before && input.Tags?.length) throw validation('Tags cannot be given when a certificate is reimported.');
  const certificate = readCertificate(Buffer.from(input.Certificate ?? []).toString());
  const key = readKey(Buffer.from(input.PrivateKey ?? []).toString());
  if (!certificate.checkPrivateKey(key)) throw validation('The private key does not match the certificate.');
  const nowMs = ctx.clock.now();
  if (Date.parse(certificate.validTo) < nowMs) throw validation('The certificate has expired.');
  const names = namesOf(certificate);
  const CertificateArn = before?.CertificateArn ?? certificateArn(ctx, ctx.ids.uuid());
  const chainPem = Buffer.from(input.CertificateChain ?? []).toString();
  checkChain(certificate, chainPem);
  const record: CertificateRecord = {
    CertificateArn,
    account: ctx.account,
    region: ctx.region,
    DomainName: names[0] ?? '',
    SubjectAlternativeNames: names,
    Status: 'ISSUED',
    Type: 'IMPORTED',
    KeyAlgorithm: algorithmOf(key),
    Validations: [],
    createdMs: before?.createdMs ?? nowMs,
    issuedMs: undefined,
    importedMs: nowMs,
    renewal: undefined,
    transparencyLogging: 'DISABLED',
    idempotencyToken: undefined,
    tags: before?.tags ?? checkedTags(ctx, {}, input.Tags),
    material: {
      certificatePem: certificate.toString(),
      chainPem,
      sealedKey: ctx.engine(keySeal).seal(String(key.export({ format: 'pem', type: 'pkcs8' })), CertificateArn),
    },
  };
  keep(ctx, record);
  ctx.engine(lives).watch(record);
  return { CertificateArn };
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw validation(
      'The certificate field contains more than one certificate. You can specify only one certificate in this field, and it must be in PEM format.',
    );
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw validation('The private key is not supported: it must be an unencrypted key in PEM format.');
  }
}

function firstCertificate(pem: string): string {
  const end = '-----END CERTIFICATE-----';
  const from = pem.indexOf('-----BEGIN');
  const to = pem.indexOf(end, from);
  return from === -1 || to === -1 ? '' : pem.slice(from, to + end.length);
}

function checkChain(certificate: X509Certificate, chainPem: string): void {
  if (!chainPem) return;
  const issuer = readCertificate(firstCertificate(chainPem));
  if (!certificate.checkIssued(issuer))
    throw validation('Could not validate the certificate with the certificate chain.');
}

function namesOf(certificate: X509Certificate): string[] {
  const alternatives = [...(certificate.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name);
  const common = /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1];
  return [...new Set([...(common ? [common] : []), ...alternatives])].map((name) => name.toLowerCase());
}

function algorithmOf(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return modulusLength === undefined ? `EC_${namedCurve}` : `RSA_${modulusLength}`;
}
