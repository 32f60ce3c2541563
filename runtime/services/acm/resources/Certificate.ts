import type { CertificateDetail } from '@aws-sdk/client-acm';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface Properties {
  DomainName: string;
  SubjectAlternativeNames?: string[];
  ValidationMethod?: string;
  DomainValidationOptions?: { DomainName: string; HostedZoneId?: string; ValidationDomain?: string }[];
  KeyAlgorithm?: string;
  CertificateTransparencyLoggingPreference?: string;
  Tags?: { Key: string; Value: string }[];
}

/**
 * AWS::CertificateManager::Certificate. It is complete when the certificate is issued; where DomainValidationOptions name a
 * hosted zone the validation record is made there, and it is left there when the stack goes, as CloudFormation leaves it.
 */
export const Certificate = defineResource<Properties>({
  type: 'AWS::CertificateManager::Certificate',
  properties: {
    DomainName: 'executed',
    SubjectAlternativeNames: 'executed',
    ValidationMethod: 'executed',
    DomainValidationOptions: 'executed',
    'DomainValidationOptions.ValidationDomain': { refused: 'it is for validation by mail.' },
    KeyAlgorithm: 'executed',
    CertificateTransparencyLoggingPreference: 'stored',
    CertificateExport: { refused: 'certificates are not exported.' },
    CertificateAuthorityArn: { refused: 'private certificate authorities are not run.' },
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const { CertificateArn } = await ctx.call<{ CertificateArn: string }>('acm', 'RequestCertificate', {
      DomainName: properties.DomainName,
      SubjectAlternativeNames: properties.SubjectAlternativeNames,
      ValidationMethod: properties.ValidationMethod,
      KeyAlgorithm: properties.KeyAlgorithm,
      ...optionsOf(properties),
      Tags: tagListOf(ctx, properties.Tags),
    });
    const issued = untilIssued(ctx, CertificateArn);
    await prove(ctx, CertificateArn, properties);
    await issued;
    return { physicalId: CertificateArn };
  },
  async update(ctx, CertificateArn, properties, previous) {
    await ctx.call('acm', 'UpdateCertificateOptions', { CertificateArn, Options: {}, ...optionsOf(properties) });
    const Tags = tagListOf(ctx, properties.Tags);
    const gone = (previous.Tags ?? []).filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
    if (gone.length > 0) await ctx.call('acm', 'RemoveTagsFromCertificate', { CertificateArn, Tags: gone });
    if (Tags.length > 0) await ctx.call('acm', 'AddTagsToCertificate', { CertificateArn, Tags });
    return { physicalId: CertificateArn };
  },
  async delete(ctx, CertificateArn) {
    try {
      await ctx.call('acm', 'DeleteCertificate', { CertificateArn });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});

function optionsOf({ CertificateTransparencyLoggingPreference: preference }: Properties): object {
  return preference ? { Options: { CertificateTransparencyLoggingPreference: preference } } : {};
}

/** Puts the CNAMEs into the zones that the template names; without zones somebody else must. */
async function prove(ctx: ResourceContext, CertificateArn: string, properties: Properties): Promise<void> {
  const { Certificate: made } = await ctx.call<{ Certificate: CertificateDetail }>('acm', 'DescribeCertificate', {
    CertificateArn,
  });
  const done = new Set<string>();
  for (const { DomainName, HostedZoneId } of properties.DomainValidationOptions ?? []) {
    const found = made.DomainValidationOptions?.find((one) => one.DomainName === DomainName.toLowerCase());
    const { Name = '', Type, Value } = found?.ResourceRecord ?? {};
    if (!HostedZoneId || !Name || done.has(Name)) continue;
    done.add(Name);
    const ResourceRecordSet = { Name, Type, TTL: 300, ResourceRecords: [{ Value }] };
    const ChangeBatch = { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] };
    await ctx.call('route53', 'ChangeResourceRecordSets', { HostedZoneId, ChangeBatch });
  }
}

/** Fails as CloudFormation does when the request ends without the certificate, or is deleted under way. */
function untilIssued(ctx: ResourceContext, wanted: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = ctx.events.on('acm.certificate', ({ arn, status }) => {
    if (arn !== wanted) return;
    if (status === 'ISSUED') resolve();
    else reject(new AwsError('NotStabilized', `The certificate ${arn} has the status ${status}.`));
  });
  const aborted = (): void => reject(ctx.signal.reason);
  ctx.signal.addEventListener('abort', aborted, { once: true });
  const issued = promise.finally(() => {
    stop();
    ctx.signal.removeEventListener('abort', aborted);
  });
  // It may fail while the records that prove the domain are still being made, before anyone waits for it.
  issued.catch(() => undefined);
  return issued;
}
