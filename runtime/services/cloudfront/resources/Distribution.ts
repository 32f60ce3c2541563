import type { Tag } from '@aws-sdk/client-cloudfront';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { type TemplateConfig, toDistributionConfig } from './distribution-config.ts';
import { tagsOf, updateTags } from './tags.ts';

interface Properties {
  DistributionConfig: TemplateConfig;
  Tags?: Tag[];
}

const stored = [
  'PriceClass',
  // Viewers are met over HTTP/2 and HTTP/1.1.
  'HttpVersion.http3',
  'HttpVersion.http2and3',
  'IPV6Enabled',
  'ViewerCertificate.SslSupportMethod',
  'Comment',
  'Origins.OriginShield',
  'Origins.CustomOriginConfig.OriginSSLProtocols',
  'Origins.CustomOriginConfig.OriginKeepaliveTimeout',
  'Origins.CustomOriginConfig.IpAddressType',
];

/** What can be given switched off (Staging, GrpcConfig, Restrictions …) is refused by value, in behaviour/refusals.ts. */
const refused: Record<string, string> = lookupTable({
  ContinuousDeploymentPolicyId: 'continuous deployment is not run.',
  ...inEveryBehaviour({
    'LambdaFunctionAssociations.IncludeBody': 'functions at the edge are not given bodies yet.',
    FieldLevelEncryptionId: 'field-level encryption is not run.',
    RealtimeLogConfigArn: 'real-time logs are not written; standard logs are.',
    TrustedSigners: 'use trusted key groups, as AWS recommends.',
  }),
  'Origins.VpcOriginConfig': 'use a custom origin; names of load balancers resolve inside.',
  'Origins.ResponseCompletionTimeout': 'only OriginReadTimeout is kept.',
  'Origins.CustomOriginConfig.OriginMtlsConfig': 'origins inside are asked without TLS.',
  'ViewerCertificate.IamCertificateId': 'IAM keeps no server certificates here; use one of ACM.',
  AnycastIpListId: 'there are no anycast addresses on one machine.',
  CacheTagConfig: 'cache tags are not kept; invalidate by path.',
  ConnectionFunctionAssociation: 'connection functions are not run.',
  TenantConfig: 'only direct distributions are run.',
  ViewerMtlsConfig: 'TLS ends in front of the edge.',
  CNAMEs: 'use Aliases, which replaced it.',
  CustomOrigin: 'use Origins, which replaced it.',
  S3Origin: 'use Origins, which replaced it.',
});

export const Distribution = defineResource<Properties>({
  type: 'AWS::CloudFront::Distribution',
  properties: {
    DistributionConfig: 'executed',
    ...Object.fromEntries(stored.map((path) => [`DistributionConfig.${path}`, 'stored' as const])),
    ...Object.fromEntries(
      Object.entries(refused).map(([path, why]): [string, Fidelity] => [
        `DistributionConfig.${path}`,
        { refused: why },
      ]),
    ),
    Tags: 'executed',
  },
  async create(ctx, { DistributionConfig: config, Tags = [] }) {
    const reference = ctx.generateName({ maxLength: 128 });
    const answer = await ctx.call<Answer>('cloudfront', 'CreateDistributionWithTags', {
      DistributionConfigWithTags: {
        DistributionConfig: toDistributionConfig(config, reference),
        Tags: { Items: tagsOf(ctx, Tags) },
      },
    });
    return stateOf(answer);
  },
  async update(ctx, id, { DistributionConfig: config, Tags = [] }, previous) {
    const now = await ctx.call<Answer>('cloudfront', 'GetDistribution', { Id: id });
    const reference = now.Distribution.DistributionConfig.CallerReference;
    const answer = await ctx.call<Answer>('cloudfront', 'UpdateDistribution', {
      Id: id,
      IfMatch: now.ETag,
      DistributionConfig: toDistributionConfig(config, reference),
    });
    await updateTags(ctx, answer.Distribution.ARN, Tags, previous.Tags ?? []);
    return stateOf(answer);
  },
  async delete(ctx, id) {
    try {
      await disableAndDelete(ctx, id);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchDistribution')) throw error;
    }
  },
});

function inEveryBehaviour(reasons: Record<string, string>): Record<string, string> {
  const behaviours = ['DefaultCacheBehavior', 'CacheBehaviors'];
  return Object.fromEntries(
    behaviours.flatMap((path) => Object.entries(reasons).map(([name, why]) => [`${path}.${name}`, why])),
  );
}

interface Answer {
  Distribution: {
    Id: string;
    ARN: string;
    DomainName: string;
    DistributionConfig: { CallerReference: string; Enabled: boolean };
  };
  ETag: string;
}

function stateOf({ Distribution: made }: Answer): ResourceState {
  return { physicalId: made.Id, attributes: { Id: made.Id, DomainName: made.DomainName } };
}

/** Only a disabled distribution can be deleted. */
async function disableAndDelete(ctx: ResourceContext, id: string): Promise<void> {
  let { Distribution: now, ETag } = await ctx.call<Answer>('cloudfront', 'GetDistribution', { Id: id });
  if (now.DistributionConfig.Enabled) {
    ({ Distribution: now, ETag } = await ctx.call<Answer>('cloudfront', 'UpdateDistribution', {
      Id: id,
      IfMatch: ETag,
      DistributionConfig: { ...now.DistributionConfig, Enabled: false },
    }));
  }
  await ctx.call('cloudfront', 'DeleteDistribution', { Id: now.Id, IfMatch: ETag });
}
