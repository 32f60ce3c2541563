import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as cfn from '@aws-sdk/client-cloudformation';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { startTrace } from '../../kernel/events/hop.ts';

const visibility = (MetricName: string) => ({
  SampledRequestsEnabled: true,
  CloudWatchMetricsEnabled: true,
  MetricName,
});
const transformations = [
  { Priority: 0, Type: 'URL_DECODE' },
  { Priority: 1, Type: 'LOWERCASE' },
];

const template = (admin: string) => ({
  Resources: {
    Bad: {
      Type: 'AWS::WAFv2::IPSet',
      Properties: { Scope: 'CLOUDFRONT', IPAddressVersion: 'IPV4', Addresses: ['203.0.113.0/24'] },
    },
    Patterns: {
      Type: 'AWS::WAFv2::RegexPatternSet',
      Properties: { Scope: 'CLOUDFRONT', RegularExpressionList: ['^/old/'] },
    },
    Group: {
      Type: 'AWS::WAFv2::RuleGroup',
      Properties: {
        Scope: 'CLOUDFRONT',
        Capacity: 100,
        VisibilityConfig: visibility('group'),
        Rules: [
          {
            Name: 'patterns',
            Priority: 0,
            Action: { Block: {} },
            VisibilityConfig: visibility('patterns'),
            Statement: {
              RegexPatternSetReferenceStatement: {
                Arn: { 'Fn::GetAtt': ['Patterns', 'Arn'] },
                FieldToMatch: { UriPath: {} },
                TextTransformations: transformations,
              },
            },
          },
        ],
      },
    },
    Acl: {
      Type: 'AWS::WAFv2::WebACL',
      Properties: {
        Scope: 'CLOUDFRONT',
        DefaultAction: { Allow: {} },
        VisibilityConfig: visibility('acl'),
        Tags: [{ Key: 'team', Value: 'kitchen' }],
        Rules: [
          {
            Name: 'bad',
            Priority: 0,
            Action: { Block: {} },
            VisibilityConfig: visibility('bad'),
            Statement: { IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': ['Bad', 'Arn'] } } },
          },
          {
            Name: 'group',
            Priority: 1,
            OverrideAction: { None: {} },
            VisibilityConfig: visibility('group'),
            Statement: { RuleGroupReferenceStatement: { Arn: { 'Fn::GetAtt': ['Group', 'Arn'] } } },
          },
          {
            Name: 'admin',
            Priority: 2,
            Action: { Block: {} },
            VisibilityConfig: visibility('admin'),
            Statement: {
              ByteMatchStatement: {
                SearchString: admin,
                FieldToMatch: { UriPath: {} },
                PositionalConstraint: 'STARTS_WITH',
                TextTransformations: transformations,
              },
            },
          },
        ],
      },
    },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'aws-waf-logs-stack' } },
    Logging: {
      Type: 'AWS::WAFv2::LoggingConfiguration',
      Properties: {
        ResourceArn: { 'Fn::GetAtt': ['Acl', 'Arn'] },
        LogDestinationConfigs: [{ 'Fn::GetAtt': ['Log', 'Arn'] }],
        RedactedFields: [{ SingleHeader: { Name: 'authorization' } }],
      },
    },
    Site: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          WebACLId: { 'Fn::GetAtt': ['Acl', 'Arn'] },
          Origins: [
            { Id: 'site', DomainName: 'site.s3.us-east-1.amazonaws.com', S3OriginConfig: { OriginAccessIdentity: '' } },
          ],
          DefaultCacheBehavior: {
            TargetOriginId: 'site',
            ViewerProtocolPolicy: 'allow-all',
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          },
        },
      },
    },
  },
  Outputs: { Domain: { Value: { 'Fn::GetAtt': ['Site', 'DomainName'] } }, Ref: { Value: { Ref: 'Acl' } } },
});

describe('a template’s firewall', () => {
  let orrery: Orrery;
  let client: cfn.CloudFormationClient;
  before(async () => {
    orrery = await startOrrery({ services: ['cloudformation', 'cloudfront', 'wafv2', 'logs', 's3', 'iam'] });
    client = orrery.client(cfn.CloudFormationClient);
    orrery.kernel
      .engine(hosts)
      .set('site.s3.us-east-1.amazonaws.com', async () => ({ status: 200, headers: {}, body: 'the site' }));
  });
  after(() => orrery.stop());

  async function stack(): Promise<{ status: string; outputs: Record<string, string> }> {
    const { Stacks } = await client.send(new cfn.DescribeStacksCommand({ StackName: 'firewall' }));
    const found = Stacks?.[0];
    const outputs = (found?.Outputs ?? []).map((one) => [String(one.OutputKey), String(one.OutputValue)]);
    return { status: `${found?.StackStatus} ${found?.StackStatusReason ?? ''}`, outputs: Object.fromEntries(outputs) };
  }

  /** Why it failed, for the message of the test. */
  async function reasons(): Promise<string> {
    const { StackEvents = [] } = await client.send(new cfn.DescribeStackEventsCommand({ StackName: 'firewall' }));
    return StackEvents.map((event) => event.ResourceStatusReason ?? '').join('\n');
  }

  async function status(domain: string, url: string, ip = '198.51.100.7'): Promise<number> {
    const plane = orrery.kernel.engine(hosts).find(domain);
    assert.ok(plane);
    const answer = await plane(
      {
        method: 'GET',
        url,
        host: domain,
        headers: { host: domain },
        body: undefined,
        client: { ip, port: 1, secure: true, httpVersion: '1.1' },
        signal: new AbortController().signal,
      },
      startTrace(orrery.kernel, 'gateway', url),
    );
    return answer.status;
  }

  test('stands before its distribution, follows updates and goes with the stack', async () => {
    await client.send(
      new cfn.CreateStackCommand({ StackName: 'firewall', TemplateBody: JSON.stringify(template('/admin')) }),
    );
    await orrery.clock.wind(1000);
    const made = await stack();
    assert.match(made.status, /^CREATE_COMPLETE/, await reasons());
    const { Domain = '', Ref = '' } = made.outputs;
    assert.match(Ref, /^firewall-Acl-\w+\|[\w-]{36}\|CLOUDFRONT$/);
    const statuses = async () =>
      Promise.all([
        status(Domain, '/Admin'),
        status(Domain, '/old/x'),
        status(Domain, '/', '203.0.113.1'),
        status(Domain, '/boss'),
        status(Domain, '/'),
      ]);
    assert.deepEqual(await statuses(), [403, 403, 403, 200, 200]);
    await client.send(
      new cfn.UpdateStackCommand({ StackName: 'firewall', TemplateBody: JSON.stringify(template('/boss')) }),
    );
    await orrery.clock.wind(1000);
    assert.match((await stack()).status, /^UPDATE_COMPLETE/);
    assert.deepEqual(await statuses(), [200, 403, 403, 403, 200]);
    await client.send(new cfn.DeleteStackCommand({ StackName: 'firewall' }));
    await orrery.clock.wind(1000);
    await assert.rejects(stack(), /does not exist/);
  });
});
