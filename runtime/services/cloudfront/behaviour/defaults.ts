import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig, Origin } from '@aws-sdk/client-cloudfront';

/** A configuration as CloudFront returns it: everything left out is there with its default ("DistributionConfig", API Reference). */
export function withDefaults(config: DistributionConfig): DistributionConfig {
  return {
    CallerReference: config.CallerReference,
    Aliases: config.Aliases ?? { Quantity: 0 },
    DefaultRootObject: config.DefaultRootObject ?? '',
    Origins: { Quantity: config.Origins?.Items?.length ?? 0, Items: (config.Origins?.Items ?? []).map(originDefaults) },
    OriginGroups: config.OriginGroups ?? { Quantity: 0 },
    DefaultCacheBehavior: config.DefaultCacheBehavior ? behaviourDefaults(config.DefaultCacheBehavior) : undefined,
    CacheBehaviors: config.CacheBehaviors?.Items
      ? {
          Quantity: config.CacheBehaviors.Quantity,
          Items: config.CacheBehaviors.Items.map((one) => behaviourDefaults(one)),
        }
      : { Quantity: 0 },
    CustomErrorResponses: config.CustomErrorResponses ?? { Quantity: 0 },
    Comment: config.Comment ?? '',
    Logging: { Enabled: false, IncludeCookies: false, Bucket: '', Prefix: '', ...given(config.Logging) },
    PriceClass: config.PriceClass ?? 'PriceClass_All',
    Enabled: config.Enabled,
    ViewerCertificate: certificateDefaults(config.ViewerCertificate),
    Restrictions: config.Restrictions ?? { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
    WebACLId: config.WebACLId ?? '',
    HttpVersion: config.HttpVersion ?? 'http2',
    IsIPV6Enabled: config.IsIPV6Enabled ?? true,
    ContinuousDeploymentPolicyId: config.ContinuousDeploymentPolicyId ?? '',
    Staging: config.Staging ?? false,
  };
}

function originDefaults(origin: Origin): Origin {
  const { CustomOriginConfig: custom } = origin;
  return {
    ...origin,
    OriginPath: origin.OriginPath ?? '',
    CustomHeaders: origin.CustomHeaders ?? { Quantity: 0 },
    ...(custom
      ? {
          CustomOriginConfig: {
            ...custom,
            OriginSslProtocols: custom.OriginSslProtocols ?? { Quantity: 3, Items: ['TLSv1', 'TLSv1.1', 'TLSv1.2'] },
            OriginReadTimeout: custom.OriginReadTimeout ?? 30,
            OriginKeepaliveTimeout: custom.OriginKeepaliveTimeout ?? 5,
          },
        }
      : {}),
    ConnectionAttempts: origin.ConnectionAttempts ?? 3,
    ConnectionTimeout: origin.ConnectionTimeout ?? 10,
    OriginShield: origin.OriginShield ?? { Enabled: false },
    OriginAccessControlId: origin.OriginAccessControlId ?? '',
  };
}

export function behaviourDefaults<B extends DefaultCacheBehavior | CacheBehavior>(behaviour: B): B {
  const legacy = behaviour.ForwardedValues !== undefined;
  const methods = behaviour.AllowedMethods ?? { Quantity: 2, Items: ['HEAD', 'GET'] };
  return {
    ...behaviour,
    TrustedSigners: behaviour.TrustedSigners ?? { Enabled: false, Quantity: 0 },
    TrustedKeyGroups: behaviour.TrustedKeyGroups ?? { Enabled: false, Quantity: 0 },
    AllowedMethods: {
      ...methods,
      CachedMethods: behaviour.AllowedMethods?.CachedMethods ?? { Quantity: 2, Items: ['HEAD', 'GET'] },
    },
    SmoothStreaming: behaviour.SmoothStreaming ?? false,
    Compress: behaviour.Compress ?? false,
    LambdaFunctionAssociations: behaviour.LambdaFunctionAssociations ?? { Quantity: 0 },
    FunctionAssociations: behaviour.FunctionAssociations ?? { Quantity: 0 },
    FieldLevelEncryptionId: behaviour.FieldLevelEncryptionId ?? '',
    GrpcConfig: behaviour.GrpcConfig ?? { Enabled: false },
    ...(legacy
      ? {
          MinTTL: behaviour.MinTTL ?? 0,
          DefaultTTL: behaviour.DefaultTTL ?? Math.max(86_400, behaviour.MinTTL ?? 0),
          MaxTTL: behaviour.MaxTTL ?? Math.max(31_536_000, behaviour.DefaultTTL ?? 0, behaviour.MinTTL ?? 0),
        }
      : {}),
  };
}

function certificateDefaults(
  certificate: DistributionConfig['ViewerCertificate'],
): DistributionConfig['ViewerCertificate'] {
  if (certificate?.ACMCertificateArn !== undefined) {
    return {
      CloudFrontDefaultCertificate: false,
      MinimumProtocolVersion: 'TLSv1',
      Certificate: certificate.ACMCertificateArn,
      CertificateSource: 'acm',
      ...certificate,
    };
  }
  return {
    CloudFrontDefaultCertificate: true,
    SSLSupportMethod: 'vip',
    MinimumProtocolVersion: 'TLSv1',
    CertificateSource: 'cloudfront',
    ...given(certificate),
  };
}

/** Without the members that are undefined, so that they do not hide a default. */
function given<T extends object>(value: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, one]) => one !== undefined)) as Partial<T>;
}
