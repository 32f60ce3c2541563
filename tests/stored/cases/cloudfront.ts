import { generateKeyPairSync } from 'node:crypto';
import { type Ask, named, type StoredCases } from '../stored-cases.ts';

const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
const behaviour = {
  TargetOriginId: 'kitchen',
  ViewerProtocolPolicy: 'allow-all',
  CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
};
const shared = { PriceClass: 'PriceClass_100', HttpVersion: 'http2and3', Comment: 'of the kitchen', Enabled: true };
const origin = {
  Id: 'kitchen',
  DomainName: 'kitchen.example.com',
  OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' },
};
/** Its own certificate, whose name the distribution has. */
async function viewerCertificate(ask: Ask) {
  const list = await ask('acm:ListCertificates', {});
  return {
    ACMCertificateArn: certificateOf(list),
    SSLSupportMethod: 'sni-only',
    MinimumProtocolVersion: 'TLSv1.2_2021',
  };
}
const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only', OriginKeepaliveTimeout: 7 };

/** As the API has it, where CloudFormation has shorter forms. */
const config = async (ask: Ask, CallerReference: string) => ({
  ...shared,
  CallerReference,
  IsIPV6Enabled: true,
  Aliases: { Quantity: 1, Items: [`${CallerReference}.edge.example`] },
  ViewerCertificate: await viewerCertificate(ask),
  Origins: {
    Quantity: 1,
    Items: [
      {
        ...origin,
        CustomOriginConfig: {
          ...custom,
          IpAddressType: 'dualstack',
          OriginSslProtocols: { Quantity: 1, Items: ['TLSv1.2'] },
        },
      },
    ],
  },
  DefaultCacheBehavior: behaviour,
});
const Comment = 'of the kitchen';

export const cloudfront: StoredCases = {
  service: 'cloudfront',
  resources: {
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'edge.example.' } },
    Certificate: {
      Type: 'AWS::CertificateManager::Certificate',
      Properties: {
        DomainName: '*.edge.example',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{ DomainName: '*.edge.example', HostedZoneId: { Ref: 'Zone' } }],
      },
    },
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          ...shared,
          IPV6Enabled: true,
          Aliases: ['www.edge.example'],
          ViewerCertificate: {
            AcmCertificateArn: { Ref: 'Certificate' },
            SslSupportMethod: 'sni-only',
            MinimumProtocolVersion: 'TLSv1.2_2021',
          },
          Origins: [
            {
              ...origin,
              CustomOriginConfig: { ...custom, IpAddressType: 'dualstack', OriginSSLProtocols: ['TLSv1.2'] },
            },
          ],
          DefaultCacheBehavior: behaviour,
        },
      },
    },
    Control: {
      Type: 'AWS::CloudFront::OriginAccessControl',
      Properties: {
        OriginAccessControlConfig: {
          Name: 'stored',
          Description: Comment,
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      },
    },
    Identity: {
      Type: 'AWS::CloudFront::CloudFrontOriginAccessIdentity',
      Properties: { CloudFrontOriginAccessIdentityConfig: { Comment } },
    },
    Cache: {
      Type: 'AWS::CloudFront::CachePolicy',
      Properties: {
        CachePolicyConfig: {
          Name: 'stored',
          Comment,
          MinTTL: 0,
          DefaultTTL: 60,
          MaxTTL: 600,
          ParametersInCacheKeyAndForwardedToOrigin: {
            EnableAcceptEncodingGzip: true,
            HeadersConfig: { HeaderBehavior: 'none' },
            CookiesConfig: { CookieBehavior: 'none' },
            QueryStringsConfig: { QueryStringBehavior: 'none' },
          },
        },
      },
    },
    Requests: {
      Type: 'AWS::CloudFront::OriginRequestPolicy',
      Properties: {
        OriginRequestPolicyConfig: {
          Name: 'stored',
          Comment,
          HeadersConfig: { HeaderBehavior: 'none' },
          CookiesConfig: { CookieBehavior: 'none' },
          QueryStringsConfig: { QueryStringBehavior: 'none' },
        },
      },
    },
    Responses: {
      Type: 'AWS::CloudFront::ResponseHeadersPolicy',
      Properties: {
        ResponseHeadersPolicyConfig: {
          Name: 'stored',
          Comment,
          SecurityHeadersConfig: { ContentTypeOptions: { Override: true } },
        },
      },
    },
    Function: {
      Type: 'AWS::CloudFront::Function',
      Properties: {
        Name: 'stored',
        AutoPublish: true,
        FunctionConfig: { Comment, Runtime: 'cloudfront-js-2.0' },
        FunctionCode: 'function handler(event) { return event.request; }',
      },
    },
    PublicKey: {
      Type: 'AWS::CloudFront::PublicKey',
      Properties: {
        PublicKeyConfig: { Name: 'stored', Comment, CallerReference: 'stored', EncodedKey: String(publicKey) },
      },
    },
    KeyGroup: {
      Type: 'AWS::CloudFront::KeyGroup',
      Properties: { KeyGroupConfig: { Name: 'stored', Comment, Items: [{ Ref: 'PublicKey' }] } },
    },
  },
  told: {
    Distribution: (ask, Id) => ask('GetDistributionConfig', { Id }),
    Control: (ask, Id) => ask('GetOriginAccessControl', { Id }),
    Identity: (ask, Id) => ask('GetCloudFrontOriginAccessIdentity', { Id }),
    Cache: (ask, Id) => ask('GetCachePolicy', { Id }),
    Requests: (ask, Id) => ask('GetOriginRequestPolicy', { Id }),
    Responses: (ask, Id) => ask('GetResponseHeadersPolicy', { Id }),
    Function: (ask) => ask('DescribeFunction', { Name: 'stored' }),
    PublicKey: (ask, Id) => ask('GetPublicKey', { Id }),
    KeyGroup: (ask, Id) => ask('GetKeyGroup', { Id }),
  },
  requests: {
    CreateDistribution: async (ask) => {
      const asked = { DistributionConfig: await config(ask, 'first') };
      const Id = named(await ask('CreateDistribution', asked), 'Id');
      return { asked, told: await ask('GetDistributionConfig', { Id }) };
    },
    CreateDistributionWithTags: async (ask) => {
      const asked = {
        DistributionConfigWithTags: {
          DistributionConfig: await config(ask, 'second'),
          Tags: { Items: [{ Key: 'team', Value: 'kitchen' }] },
        },
      };
      const Id = named(await ask('CreateDistributionWithTags', asked), 'Id');
      return { asked, told: await ask('GetDistributionConfig', { Id }) };
    },
    UpdateDistribution: async (ask) => {
      const before = await config(ask, 'third');
      const made = await ask('CreateDistribution', { DistributionConfig: before });
      const Id = named(made, 'Id');
      const [first] = before.Origins.Items;
      const CustomOriginConfig = {
        ...custom,
        OriginKeepaliveTimeout: 9,
        IpAddressType: 'ipv4',
        OriginSslProtocols: { Quantity: 1, Items: ['TLSv1.1'] },
      };
      const DistributionConfig = {
        ...before,
        PriceClass: 'PriceClass_200',
        HttpVersion: 'http2and3',
        IsIPV6Enabled: false,
        Comment: 'changed',
        Origins: { Quantity: 1, Items: [{ ...first, OriginShield: { Enabled: false }, CustomOriginConfig }] },
      };
      const asked = { Id, IfMatch: made.ETag, DistributionConfig };
      await ask('UpdateDistribution', asked);
      return { asked, told: await ask('GetDistributionConfig', { Id }) };
    },
  },
  untold: Object.fromEntries(
    [
      'AWS::CloudFront::Distribution.DistributionConfig',
      'CreateDistribution.DistributionConfig',
      'CreateDistributionWithTags.DistributionConfigWithTags.DistributionConfig',
      'UpdateDistribution.DistributionConfig',
    ].map((path) => [`${path}.HttpVersion.http3`, 'told as http2and3 is']),
  ),
  renamed: { IPV6Enabled: 'IsIPV6Enabled', OriginSSLProtocols: 'Items' },
};

/** Other cases have certificates, too. */
function certificateOf(list: Record<string, unknown>): string {
  const all = (list.CertificateSummaryList ?? []) as { DomainName: string; CertificateArn: string }[];
  return all.find(({ DomainName }) => DomainName === '*.edge.example')?.CertificateArn ?? '';
}
