import type { DefaultCacheBehavior, DistributionConfig, Origin } from '@aws-sdk/client-cloudfront';
import type { EdgeDistribution, Origin as EdgeOrigin, OriginGroup } from '../../../data-planes/cdn/configuration.ts';
import { type Principal, servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Distribution, originAccessControls, originAccessIdentities } from '../state.ts';
import { compileBehaviour } from './compile-behaviour.ts';
import { loggingBucket } from './distribution-rules.ts';
import { viewerTls } from './viewer-tls.ts';

/** A distribution as the edge serves it: policies, functions, keys and identities looked up once, now. */
export function compile(kernel: Kernel, distribution: Distribution): EdgeDistribution {
  const { DistributionConfig: config, account } = distribution;
  const logging = config.Logging;
  const bucket = logging?.Enabled ? loggingBucket(logging.Bucket ?? '') : undefined;
  return {
    id: distribution.Id,
    arn: distribution.ARN,
    account,
    domainName: distribution.DomainName,
    aliases: (config.Aliases?.Items ?? []).map((name) => name.toLowerCase()),
    defaultRootObject: config.DefaultRootObject ?? '',
    behaviours: behavioursOf(config).map((behaviour) => compileBehaviour(kernel, account, behaviour)),
    origins: Object.fromEntries(
      (config.Origins?.Items ?? []).map((origin) => [String(origin.Id), compileOrigin(kernel, distribution, origin)]),
    ),
    originGroups: Object.fromEntries(
      (config.OriginGroups?.Items ?? []).map((group) => [String(group.Id), groupOf(group)]),
    ),
    errorResponses: errorResponsesOf(config),
    tls: viewerTls(config),
    guarded: Boolean(config.WebACLId),
    logging:
      bucket === undefined
        ? undefined
        : { bucket, prefix: logging?.Prefix ?? '', includeCookies: logging?.IncludeCookies ?? false },
  };
}

function behavioursOf(config: DistributionConfig): (DefaultCacheBehavior & { PathPattern?: string | undefined })[] {
  if (!config.DefaultCacheBehavior) throw new Error('a distribution was kept without a default behaviour');
  return [...(config.CacheBehaviors?.Items ?? []), config.DefaultCacheBehavior];
}

function compileOrigin(kernel: Kernel, distribution: Distribution, origin: Origin): EdgeOrigin {
  const custom = origin.CustomOriginConfig;
  const control = origin.OriginAccessControlId
    ? originAccessControls(kernel, distribution).get(origin.OriginAccessControlId)?.Config
    : undefined;
  const headers = (origin.CustomHeaders?.Items ?? []).map((header) => [
    String(header.HeaderName).toLowerCase(),
    String(header.HeaderValue),
  ]);
  return {
    id: String(origin.Id),
    domainName: String(origin.DomainName).toLowerCase(),
    path: origin.OriginPath ?? '',
    customHeaders: Object.fromEntries(headers) as Record<string, string>,
    connectionAttempts: Number(origin.ConnectionAttempts ?? 3),
    connectionTimeoutSeconds: Number(origin.ConnectionTimeout ?? 10),
    readTimeoutSeconds: Number(custom?.OriginReadTimeout ?? origin.S3OriginConfig?.OriginReadTimeout ?? 30),
    s3: origin.S3OriginConfig !== undefined,
    caller:
      control && control.SigningBehavior !== 'never'
        ? servicePrincipal('cloudfront.amazonaws.com', distribution.account, { sourceArn: distribution.ARN })
        : identityOf(kernel, distribution, origin),
    yieldsToAuthorization: control?.SigningBehavior === 'no-override',
    // A bucket is asked over HTTPS when the viewer came over HTTPS ("Require HTTPS … between CloudFront and your Amazon S3 origin").
    protocol: (custom?.OriginProtocolPolicy as EdgeOrigin['protocol'] | undefined) ?? 'match-viewer',
    httpPort: Number(custom?.HTTPPort ?? 80),
    httpsPort: Number(custom?.HTTPSPort ?? 443),
  };
}

/** Origin access identities are users of a special account ("Give an origin access identity permission to read files"). */
function identityOf(kernel: Kernel, distribution: Distribution, origin: Origin): Principal | undefined {
  const id = /^origin-access-identity\/cloudfront\/(.+)$/.exec(origin.S3OriginConfig?.OriginAccessIdentity ?? '')?.[1];
  if (id === undefined) return undefined;
  const userId = originAccessIdentities(kernel, distribution).get(id)?.S3CanonicalUserId ?? '';
  const userName = `CloudFront Origin Access Identity ${id}`;
  return { kind: 'user', account: 'cloudfront', arn: `arn:aws:iam::cloudfront:user/${userName}`, userId, userName };
}

function groupOf(group: NonNullable<NonNullable<DistributionConfig['OriginGroups']>['Items']>[number]): OriginGroup {
  const [primary, secondary] = group.Members?.Items ?? [];
  return {
    members: [String(primary?.OriginId), String(secondary?.OriginId)],
    statusCodes: (group.FailoverCriteria?.StatusCodes?.Items ?? []).map(Number),
  };
}

function errorResponsesOf(config: DistributionConfig): EdgeDistribution['errorResponses'] {
  const responses: EdgeDistribution['errorResponses'] = {};
  for (const item of config.CustomErrorResponses?.Items ?? []) {
    responses[Number(item.ErrorCode)] = {
      cachingMinTtlSeconds: Number(item.ErrorCachingMinTTL ?? 10),
      responsePagePath: item.ResponsePagePath || undefined,
      responseCode: item.ResponseCode ? Number(item.ResponseCode) : undefined,
    };
  }
  return responses;
}
