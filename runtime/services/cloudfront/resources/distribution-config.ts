import type {
  CacheBehavior,
  CustomErrorResponse,
  DefaultCacheBehavior,
  DistributionConfig,
  ForwardedValues,
  Method,
  Origin,
} from '@aws-sdk/client-cloudfront';
import { quantity } from './quantities.ts';

/** `AWS::CloudFront::Distribution DistributionConfig`: the API's configuration with plain lists and some other spellings. */
export interface TemplateConfig {
  Aliases?: string[];
  CacheBehaviors?: TemplateBehavior[];
  CustomErrorResponses?: {
    ErrorCode: number;
    ErrorCachingMinTTL?: number;
    ResponseCode?: number;
    ResponsePagePath?: string;
  }[];
  DefaultCacheBehavior: TemplateBehavior;
  IPV6Enabled?: boolean;
  Logging?: { Bucket?: string; IncludeCookies?: boolean; Prefix?: string };
  Origins?: TemplateOrigin[];
  Restrictions?: { GeoRestriction: { RestrictionType: string; Locations?: string[] } };
  ViewerCertificate?: Record<string, unknown>;
  [other: string]: unknown;
}

interface TemplateBehavior {
  AllowedMethods?: string[];
  CachedMethods?: string[];
  ForwardedValues?: {
    QueryString: boolean;
    Headers?: string[];
    QueryStringCacheKeys?: string[];
    Cookies?: { Forward: string; WhitelistedNames?: string[] };
  };
  FunctionAssociations?: unknown[];
  LambdaFunctionAssociations?: unknown[];
  TrustedKeyGroups?: string[];
  TrustedSigners?: string[];
  [other: string]: unknown;
}

interface TemplateOrigin {
  CustomOriginConfig?: Record<string, unknown> & {
    HTTPPort?: number;
    HTTPSPort?: number;
    OriginSSLProtocols?: string[];
  };
  OriginCustomHeaders?: { HeaderName: string; HeaderValue: string }[];
  S3OriginConfig?: { OriginAccessIdentity?: string };
  [other: string]: unknown;
}

export function toDistributionConfig(config: TemplateConfig, CallerReference: string): DistributionConfig {
  const {
    Aliases,
    CacheBehaviors,
    CustomErrorResponses,
    DefaultCacheBehavior: behavior,
    IPV6Enabled,
    Logging,
    Origins,
    Restrictions,
    ViewerCertificate,
    ...rest
  } = config;
  return {
    Comment: '',
    ...rest,
    CallerReference,
    Enabled: rest.Enabled as boolean,
    Aliases: quantity(Aliases),
    Origins: quantity((Origins ?? []).map(toOrigin)) as DistributionConfig['Origins'],
    DefaultCacheBehavior: toBehavior(behavior) as DefaultCacheBehavior,
    CacheBehaviors: quantity((CacheBehaviors ?? []).map((one) => toBehavior(one) as CacheBehavior)),
    CustomErrorResponses: quantity((CustomErrorResponses ?? []).map(toErrorResponse)),
    ...(IPV6Enabled === undefined ? {} : { IsIPV6Enabled: IPV6Enabled }),
    ...(Logging
      ? {
          Logging: {
            Enabled: Boolean(Logging.Bucket),
            IncludeCookies: Logging.IncludeCookies ?? false,
            Bucket: Logging.Bucket ?? '',
            Prefix: Logging.Prefix ?? '',
          },
        }
      : {}),
    ...(Restrictions
      ? {
          Restrictions: {
            GeoRestriction: {
              RestrictionType: Restrictions.GeoRestriction.RestrictionType as 'none',
              ...quantity(Restrictions.GeoRestriction.Locations),
            },
          },
        }
      : {}),
    ...(ViewerCertificate ? { ViewerCertificate: certificate(ViewerCertificate) } : {}),
  };
}

function toOrigin(origin: TemplateOrigin): Origin {
  const { CustomOriginConfig: custom, OriginCustomHeaders, S3OriginConfig: s3, ...rest } = origin;
  const { OriginSSLProtocols, ...customRest } = custom ?? {};
  return {
    ...(rest as unknown as Origin),
    CustomHeaders: quantity(OriginCustomHeaders),
    ...(s3 ? { S3OriginConfig: { OriginAccessIdentity: s3.OriginAccessIdentity ?? '' } } : {}),
    ...(custom
      ? {
          CustomOriginConfig: {
            HTTPPort: 80,
            HTTPSPort: 443,
            ...(customRest as object),
            ...(OriginSSLProtocols ? { OriginSslProtocols: quantity(OriginSSLProtocols) } : {}),
          } as Origin['CustomOriginConfig'],
        }
      : {}),
  };
}

function toBehavior(behavior: TemplateBehavior): object {
  const {
    AllowedMethods,
    CachedMethods,
    ForwardedValues: values,
    FunctionAssociations,
    LambdaFunctionAssociations,
    TrustedKeyGroups,
    TrustedSigners,
    ...rest
  } = behavior;
  const allowed = (AllowedMethods ?? ['GET', 'HEAD']) as Method[];
  const cached = (CachedMethods ?? ['GET', 'HEAD']) as Method[];
  return {
    ...rest,
    AllowedMethods: { ...quantity(allowed), CachedMethods: quantity(cached) },
    FunctionAssociations: quantity(FunctionAssociations),
    LambdaFunctionAssociations: quantity(LambdaFunctionAssociations),
    TrustedKeyGroups: { Enabled: Boolean(TrustedKeyGroups?.length), ...quantity(TrustedKeyGroups) },
    TrustedSigners: { Enabled: Boolean(TrustedSigners?.length), ...quantity(TrustedSigners) },
    ...(values ? { ForwardedValues: toForwardedValues(values) } : {}),
  };
}

function toForwardedValues(values: NonNullable<TemplateBehavior['ForwardedValues']>): ForwardedValues {
  const { Cookies: cookies } = values;
  return {
    QueryString: values.QueryString,
    Cookies: {
      Forward: (cookies?.Forward ?? 'none') as 'none',
      ...(cookies?.WhitelistedNames ? { WhitelistedNames: quantity(cookies.WhitelistedNames) } : {}),
    },
    Headers: quantity(values.Headers),
    QueryStringCacheKeys: quantity(values.QueryStringCacheKeys),
  };
}

/** The API's ResponseCode is text, the template's a number. */
function toErrorResponse({
  ResponseCode,
  ResponsePagePath,
  ...rest
}: NonNullable<TemplateConfig['CustomErrorResponses']>[number]): CustomErrorResponse {
  return {
    ...rest,
    ResponsePagePath: ResponsePagePath ?? '',
    ResponseCode: ResponseCode === undefined ? '' : String(ResponseCode),
  };
}

/** The template spells two of the members differently. */
function certificate(value: Record<string, unknown>): DistributionConfig['ViewerCertificate'] {
  const { AcmCertificateArn, IamCertificateId, SslSupportMethod, ...rest } = value;
  return {
    ...rest,
    ...(AcmCertificateArn ? { ACMCertificateArn: String(AcmCertificateArn) } : {}),
    ...(IamCertificateId ? { IAMCertificateId: String(IamCertificateId) } : {}),
    ...(SslSupportMethod ? { SSLSupportMethod: SslSupportMethod as 'sni-only' } : {}),
  };
}
