import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyAlgorithm } from '../../engines/certificates/authority.ts';
import { certificates as engine } from '../../engines/certificates/certificates.ts';
import { seal, sealingKey, unseal } from '../../engines/sealing/sealing.ts';
import { formatArn, parseArn } from '../../kernel/arn.ts';
import { defineEngine } from '../../kernel/engine.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { invalidArn, resourceNotFound } from './errors.ts';

export interface CertificateRecord {
  CertificateArn: string;
  account: string;
  region: string;
  DomainName: string;
  SubjectAlternativeNames: string[];
  Status: 'PENDING_VALIDATION' | 'ISSUED' | 'EXPIRED' | 'VALIDATION_TIMED_OUT';
  Type: 'AMAZON_ISSUED' | 'IMPORTED';
  KeyAlgorithm: KeyAlgorithm | string;
  Validations: DomainValidation[];
  createdMs: number;
  issuedMs: number | undefined;
  importedMs: number | undefined;
  /** By ACM's renewal; undefined before the first. */
  renewal: { status: 'PENDING_VALIDATION' | 'SUCCESS'; updatedMs: number } | undefined;
  transparencyLogging: 'ENABLED' | 'DISABLED';
  idempotencyToken: string | undefined;
  tags: Record<string, string>;
  /** Undefined until issued. */
  material: Material | undefined;
}

export interface DomainValidation {
  DomainName: string;
  status: 'PENDING_VALIDATION' | 'SUCCESS' | 'FAILED';
  /** The CNAME that proves it. */
  record: { Name: string; Value: string };
}

export interface Material {
  certificatePem: string;
  chainPem: string;
  /** Sealed under a key that lies in a file of its own. */
  sealedKey: string;
}

export function certificatesOf(kernel: Kernel, { account, region }: Scope): Collection<CertificateRecord> {
  return kernel.store.collection<CertificateRecord>('acm.certificates', { account, region });
}

export function certificateArn(scope: Scope, id: string): string {
  return formatArn('acm', scope.region, scope.account, `certificate/${id}`);
}

export function certificateAt(ctx: Context, arn = ''): CertificateRecord {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'acm' || !parsed.resource.startsWith('certificate/')) throw invalidArn(arn);
  const record = certificatesOf(ctx, ctx).get(arn);
  if (!record) throw resourceNotFound(arn, ctx.account);
  return record;
}

/** Keeps a record, and shows its certificate to clients while it is good. */
export function keep(kernel: Kernel, record: CertificateRecord): void {
  certificatesOf(kernel, record).put(record.CertificateArn, record);
  publish(kernel, record);
}

export function publish(kernel: Kernel, record: CertificateRecord): void {
  const { material, CertificateArn } = record;
  if (!material) return;
  kernel.engine(engine).put(CertificateArn, {
    names: record.SubjectAlternativeNames,
    certificatePem: material.certificatePem,
    chainPem: material.chainPem,
    privateKeyPem: kernel.engine(keySeal).open(material.sealedKey, CertificateArn),
  });
}

export function x509Of(record: CertificateRecord): X509Certificate | undefined {
  return record.material && new X509Certificate(record.material.certificatePem);
}

/** Private keys lie in the database only sealed; see decisions/ on how keys are kept. */
export const keySeal = defineEngine('acm.key-seal', (kernel) => {
  const file = join(kernel.store.folder('certificates'), 'sealing.key');
  if (!existsSync(file)) writeFileSync(file, Buffer.from(kernel.ids.hex(64), 'hex'), { mode: 0o600, flush: true });
  const key = sealingKey(readFileSync(file));
  return {
    seal: (text: string, arn: string) => seal(kernel.ids, key, text, Buffer.from(arn)).toString('base64'),
    open: (sealed: string, arn: string) => unseal(key, Buffer.from(sealed, 'base64'), Buffer.from(arn)).toString(),
  };
});
