import type {
  CertificateDetail,
  CertificateSummary,
  DeleteCertificateCommandInput,
  DescribeCertificateCommandInput,
  GetCertificateCommandInput,
  ListCertificatesCommandInput,
  RenewCertificateCommandInput,
  RequestCertificateCommandInput,
  UpdateCertificateOptionsCommandInput,
} from '@aws-sdk/client-acm';
import { certificates as engine } from '../../../engines/certificates/certificates.ts';
import { pageAfter } from '../../../kernel/pages.ts';
import type { Context } from '../../../kernel/service.ts';
import { lives } from '../behaviour/life.ts';
import { checkedNames, validationOf } from '../behaviour/request-rules.ts';
import { checkedTags } from '../behaviour/tag-rules.ts';
import { invalidState, requestInProgress, resourceInUse, validation } from '../errors.ts';
import { type CertificateRecord, certificateArn, certificateAt, certificatesOf, keep, x509Of } from '../state.ts';

/** "IdempotencyToken" of RequestCertificate: for an hour. */
const idempotentMs = 60 * 60_000;

export function RequestCertificate(ctx: Context, input: RequestCertificateCommandInput) {
  const names = checkedNames(input);
  const tags = checkedTags(ctx, {}, input.Tags);
  const nowMs = ctx.clock.now();
  const again =
    input.IdempotencyToken &&
    certificatesOf(ctx, ctx)
      .values()
      .find(
        ({ idempotencyToken, createdMs, SubjectAlternativeNames }) =>
          idempotencyToken === input.IdempotencyToken &&
          nowMs - createdMs < idempotentMs &&
          SubjectAlternativeNames.join() === names.join(),
      );
  if (again) return { CertificateArn: again.CertificateArn };
  const record: CertificateRecord = {
    CertificateArn: certificateArn(ctx, ctx.ids.uuid()),
    account: ctx.account,
    region: ctx.region,
    DomainName: names[0] ?? '',
    SubjectAlternativeNames: names,
    Status: 'PENDING_VALIDATION',
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: input.KeyAlgorithm ?? 'RSA_2048',
    Validations: names.map((name) => validationOf(ctx.account, name)),
    createdMs: nowMs,
    issuedMs: undefined,
    importedMs: undefined,
    renewal: undefined,
    transparencyLogging: input.Options?.CertificateTransparencyLoggingPreference ?? 'ENABLED',
    idempotencyToken: input.IdempotencyToken,
    tags,
    material: undefined,
  };
  keep(ctx, record);
  ctx.engine(lives).watch(record);
  return { CertificateArn: record.CertificateArn };
}

export function DescribeCertificate(ctx: Context, input: DescribeCertificateCommandInput) {
  return { Certificate: detail(ctx, certificateAt(ctx, input.CertificateArn)) };
}

function detail(ctx: Context, record: CertificateRecord): CertificateDetail {
  const certificate = x509Of(record);
  const users = ctx.engine(engine).usersOf(record.CertificateArn);
  const validations = record.Validations.map(({ DomainName, status, record: cname }) => ({
    DomainName,
    ValidationDomain: DomainName,
    ValidationStatus: status,
    ValidationMethod: 'DNS' as const,
    ResourceRecord: { ...cname, Type: 'CNAME' as const },
  }));
  const own = record.Type === 'AMAZON_ISSUED';
  return {
    CertificateArn: record.CertificateArn,
    DomainName: record.DomainName,
    SubjectAlternativeNames: record.SubjectAlternativeNames,
    Status: record.Status,
    Type: record.Type,
    KeyAlgorithm: record.KeyAlgorithm as CertificateDetail['KeyAlgorithm'],
    InUseBy: users,
    RenewalEligibility: own && record.Status === 'ISSUED' && users.length > 0 ? 'ELIGIBLE' : 'INELIGIBLE',
    Options: { CertificateTransparencyLoggingPreference: record.transparencyLogging },
    ...(own
      ? { CreatedAt: new Date(record.createdMs), DomainValidationOptions: validations }
      : { ImportedAt: new Date(record.importedMs ?? record.createdMs) }),
    ...(record.issuedMs !== undefined ? { IssuedAt: new Date(record.issuedMs) } : {}),
    ...(record.renewal
      ? {
          RenewalSummary: {
            RenewalStatus: record.renewal.status === 'SUCCESS' ? 'SUCCESS' : 'PENDING_VALIDATION',
            DomainValidationOptions: validations,
            UpdatedAt: new Date(record.renewal.updatedMs),
          },
        }
      : {}),
    ...(certificate
      ? {
          Serial: certificate.serialNumber.toLowerCase().replace(/(..)(?=.)/g, '$1:'),
          Subject: certificate.subject.split('\n').join(','),
          Issuer: /(?:^|\n)O=(.*)/.exec(certificate.issuer)?.[1] ?? certificate.issuer.split('\n').join(','),
          SignatureAlgorithm: own ? 'SHA256WITHECDSA' : 'SHA256WITHRSA',
          NotBefore: new Date(certificate.validFrom),
          NotAfter: new Date(certificate.validTo),
          KeyUsages: own ? [{ Name: 'DIGITAL_SIGNATURE' as const }, { Name: 'KEY_ENCIPHERMENT' as const }] : undefined,
        }
      : {}),
  };
}

export function ListCertificates(ctx: Context, input: ListCertificatesCommandInput) {
  // "KeyTypes: default filtering returns only RSA_1024 and RSA_2048 certificates" (Filters, ACM API Reference).
  const keyTypes: string[] = input.Includes?.keyTypes ?? ['RSA_1024', 'RSA_2048'];
  const found = certificatesOf(ctx, ctx)
    .values()
    .filter(({ Status, KeyAlgorithm }) => {
      const wanted = !input.CertificateStatuses?.length || input.CertificateStatuses.includes(Status);
      return wanted && keyTypes.includes(KeyAlgorithm);
    });
  const limit = input.MaxItems ?? 1000;
  if (limit < 1 || limit > 1000) throw validation('MaxItems must be between 1 and 1000.');
  const asked = { token: input.NextToken, size: limit, unknown: () => validation('NextToken is not valid.') };
  const { items, next } = pageAfter(found, ({ CertificateArn }) => CertificateArn, asked);
  return { CertificateSummaryList: items.map((record) => summary(ctx, record)), NextToken: next };
}

function summary(ctx: Context, record: CertificateRecord): CertificateSummary {
  const {
    Options: _options,
    DomainValidationOptions: _validations,
    SubjectAlternativeNames,
    ...all
  } = detail(ctx, record);
  const { CertificateArn, DomainName, Status, Type, KeyAlgorithm, RenewalEligibility, InUseBy } = all;
  const { NotBefore, NotAfter, CreatedAt, IssuedAt, ImportedAt } = all;
  return {
    ...{ CertificateArn, DomainName, Status, Type, KeyAlgorithm, RenewalEligibility },
    SubjectAlternativeNameSummaries: SubjectAlternativeNames,
    HasAdditionalSubjectAlternativeNames: false,
    InUse: (InUseBy?.length ?? 0) > 0,
    ...{ NotBefore, NotAfter, CreatedAt, IssuedAt, ImportedAt },
  };
}

export function GetCertificate(ctx: Context, input: GetCertificateCommandInput) {
  const { material, CertificateArn } = certificateAt(ctx, input.CertificateArn);
  if (!material) throw requestInProgress(CertificateArn);
  return {
    Certificate: material.certificatePem,
    ...(material.chainPem ? { CertificateChain: material.chainPem } : {}),
  };
}

export function DeleteCertificate(ctx: Context, input: DeleteCertificateCommandInput) {
  const { CertificateArn } = certificateAt(ctx, input.CertificateArn);
  if (ctx.engine(engine).usersOf(CertificateArn).length > 0) throw resourceInUse(CertificateArn);
  ctx.engine(lives).forget(CertificateArn);
  ctx.engine(engine).remove(CertificateArn);
  certificatesOf(ctx, ctx).delete(CertificateArn);
  return {};
}

/** For private certificates alone. */
export function RenewCertificate(ctx: Context, input: RenewCertificateCommandInput) {
  const record = certificateAt(ctx, input.CertificateArn);
  throw validation(`The certificate ${record.CertificateArn} is not a private certificate; ACM renews it by itself.`);
}

export function UpdateCertificateOptions(ctx: Context, input: UpdateCertificateOptionsCommandInput) {
  const record = certificateAt(ctx, input.CertificateArn);
  if (record.Type === 'IMPORTED') throw invalidState('An imported certificate has no options.');
  const preference = input.Options?.CertificateTransparencyLoggingPreference;
  if (preference) keep(ctx, { ...record, transparencyLogging: preference });
  return {};
}
