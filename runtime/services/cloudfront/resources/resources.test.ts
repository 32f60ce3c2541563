import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudFrontClient,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudfront';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let stacks: CloudFormationClient;
let client: CloudFrontClient;
before(async () => {
  orrery = await startOrrery({ services: ['cloudformation', 'cloudfront'] });
  stacks = orrery.client(CloudFormationClient);
  client = orrery.client(CloudFrontClient);
});
after(() => orrery.stop());

/** As the CDK writes it for a private bucket with an API beside it. */
const resources = {
  Control: {
    Type: 'AWS::CloudFront::OriginAccessControl',
    Properties: {
      OriginAccessControlConfig: {
        Name: 'site',
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    },
  },
  Identity: {
    Type: 'AWS::CloudFront::CloudFrontOriginAccessIdentity',
    Properties: { CloudFrontOriginAccessIdentityConfig: { Comment: 'old' } },
  },
  Headers: {
    Type: 'AWS::CloudFront::ResponseHeadersPolicy',
    Properties: {
      ResponseHeadersPolicyConfig: {
        Name: 'site-headers',
        Comment: 'Security headers',
        CorsConfig: {
          AccessControlAllowCredentials: false,
          AccessControlAllowHeaders: { Items: ['*'] },
          AccessControlAllowMethods: { Items: ['GET'] },
          AccessControlAllowOrigins: { Items: ['*'] },
          OriginOverride: true,
        },
        SecurityHeadersConfig: {
          ContentTypeOptions: { Override: true },
          StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true, Override: true },
        },
        CustomHeadersConfig: { Items: [{ Header: 'x-site', Value: '1', Override: true }] },
      },
    },
  },
  Keyed: {
    Type: 'AWS::CloudFront::CachePolicy',
    Properties: {
      CachePolicyConfig: {
        Name: 'by-page',
        DefaultTTL: 60,
        MinTTL: 0,
        MaxTTL: 3600,
        ParametersInCacheKeyAndForwardedToOrigin: {
          CookiesConfig: { CookieBehavior: 'none' },
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept-Language'] },
          QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['page'] },
          EnableAcceptEncodingGzip: true,
        },
      },
    },
  },
  Forwarded: {
    Type: 'AWS::CloudFront::OriginRequestPolicy',
    Properties: {
      OriginRequestPolicyConfig: {
        Name: 'referer',
        CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['session'] },
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Referer'] },
        QueryStringsConfig: { QueryStringBehavior: 'all' },
      },
    },
  },
  Rewrite: {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: 'rewrite',
      AutoPublish: true,
      FunctionConfig: { Comment: '', Runtime: 'cloudfront-js-2.0' },
      FunctionCode: 'function handler(event) { return event.request; }',
    },
  },
  Site: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      Tags: [{ Key: 'team', Value: 'web' }],
      DistributionConfig: {
        Enabled: true,
        DefaultRootObject: 'index.html',
        HttpVersion: 'http2and3',
        IPV6Enabled: true,
        PriceClass: 'PriceClass_100',
        Logging: { Bucket: 'logs.s3.us-east-1.amazonaws.com', Prefix: 'cloudfront/' },
        Origins: [
          {
            Id: 'site',
            DomainName: 'site.s3.us-east-1.amazonaws.com',
            OriginAccessControlId: { 'Fn::GetAtt': ['Control', 'Id'] },
            S3OriginConfig: { OriginAccessIdentity: '' },
          },
          {
            Id: 'api',
            DomainName: 'abc.execute-api.us-east-1.amazonaws.com',
            OriginCustomHeaders: [{ HeaderName: 'X-From', HeaderValue: 'edge' }],
            CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
          },
        ],
        DefaultCacheBehavior: {
          TargetOriginId: 'site',
          CachePolicyId: { Ref: 'Keyed' },
          OriginRequestPolicyId: { Ref: 'Forwarded' },
          ResponseHeadersPolicyId: { Ref: 'Headers' },
          ViewerProtocolPolicy: 'redirect-to-https',
          Compress: true,
          FunctionAssociations: [
            { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Rewrite', 'FunctionARN'] } },
          ],
        },
        CacheBehaviors: [
          {
            PathPattern: '/api/*',
            TargetOriginId: 'api',
            AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
            ViewerProtocolPolicy: 'redirect-to-https',
            Compress: true,
          },
        ],
        CustomErrorResponses: [
          { ErrorCode: 403, ErrorCachingMinTTL: 10, ResponseCode: 404, ResponsePagePath: '/404.html' },
        ],
      },
    },
  },
};

const outputs = {
  Domain: { Value: { 'Fn::GetAtt': ['Site', 'DomainName'] } },
  Canonical: { Value: { 'Fn::GetAtt': ['Identity', 'S3CanonicalUserId'] } },
};

function template(change: { comment?: string } = {}): string {
  const made = structuredClone({ Resources: resources, Outputs: outputs });
  if (change.comment !== undefined)
    Object.assign(made.Resources.Site.Properties.DistributionConfig, {
      Comment: change.comment,
      DefaultRootObject: 'home.html',
    });
  return JSON.stringify(made);
}

describe('a stack with a distribution', () => {
  it('is created, changed in place and deleted', async () => {
    await stacks.send(
      new CreateStackCommand({ StackName: 'site', TemplateBody: template(), Tags: [{ Key: 'stack', Value: 'site' }] }),
    );
    await orrery.clock.wind(60_000);
    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName: 'site' }));
    assert.equal(Stacks?.[0]?.StackStatus, 'CREATE_COMPLETE', await failures());
    assert.match(
      String(Stacks?.[0]?.Outputs?.find((output) => output.OutputKey === 'Domain')?.OutputValue),
      /^d[a-z0-9]{13}\.cloudfront\.net$/,
    );
    const [made] = (await client.send(new ListDistributionsCommand({}))).DistributionList?.Items ?? [];
    assert.equal(made?.Origins?.Items?.[1]?.CustomHeaders?.Items?.[0]?.HeaderName, 'X-From');
    assert.equal(made?.CacheBehaviors?.Items?.[0]?.AllowedMethods?.Quantity, 7);
    const { Tags } = await client.send(new ListTagsForResourceCommand({ Resource: String(made?.ARN) }));
    assert.ok(Tags?.Items?.some((tag) => tag.Key === 'team') && Tags.Items.some((tag) => tag.Key === 'stack'));

    await stacks.send(new UpdateStackCommand({ StackName: 'site', TemplateBody: template({ comment: 'changed' }) }));
    await orrery.clock.wind(60_000);
    const { DistributionConfig } = await client.send(new GetDistributionConfigCommand({ Id: String(made?.Id) }));
    assert.equal(DistributionConfig?.Comment, 'changed', await failures());
    assert.equal(DistributionConfig?.DefaultRootObject, 'home.html');

    await stacks.send(new DeleteStackCommand({ StackName: 'site' }));
    await orrery.clock.wind(60_000);
    assert.equal((await client.send(new ListDistributionsCommand({}))).DistributionList?.Quantity, 0, await failures());
  });
});

async function failures(): Promise<string> {
  const { StackEvents = [] } = await stacks
    .send(new DescribeStackEventsCommand({ StackName: 'site' }))
    .catch(() => ({ StackEvents: [] }));
  return StackEvents.filter((event) => event.ResourceStatus?.endsWith('FAILED'))
    .map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`)
    .join('\n');
}
