import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateQueryLoggingConfigCommand, Route53Client } from '@aws-sdk/client-route-53';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { dataOf, dig } from '../../data-planes/dns/dig.fixture.ts';

/** W-B1, W-A1 in the small: a stack with a zone whose aliases lead to a distribution and to a website's bucket. */
describe("a site's own name", () => {
  let orrery: Orrery;
  const outputs: Record<string, string> = {};

  before(async () => {
    orrery = await startOrrery();
    const cloudformation = orrery.client(CloudFormationClient);
    await cloudformation.send(new CreateStackCommand({ StackName: 'site', TemplateBody: JSON.stringify(template) }));
    const stacks = async () =>
      (await cloudformation.send(new DescribeStacksCommand({ StackName: 'site' }))).Stacks ?? [];
    for (let turn = 0; turn < 50 && (await stacks())[0]?.StackStatus === 'CREATE_IN_PROGRESS'; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await orrery.clock.wind(1000);
    }
    const Stacks = await stacks();
    assert.equal(Stacks[0]?.StackStatus, 'CREATE_COMPLETE');
    for (const { OutputKey = '', OutputValue = '' } of Stacks?.[0]?.Outputs ?? []) outputs[OutputKey] = OutputValue;
    const page = { Key: 'index.html', Body: 'the menu', ContentType: 'text/html' };
    await orrery.client(S3Client).send(new PutObjectCommand({ Bucket: 'static.example.com', ...page }));
  });
  after(() => orrery.stop());

  test("DNS gives the distribution's addresses, and the gateway the distribution itself", async () => {
    assert.deepEqual(await dataOf(orrery.dnsPort, 'www.example.com', 'A'), ['127.0.0.1']);
    assert.deepEqual(await dataOf(orrery.dnsPort, outputs.Domain ?? '', 'A'), ['127.0.0.1']);
    const hops: string[] = [];
    const stop = orrery.kernel.events.on('hop', ({ service, name }) => hops.push(`${service} ${name}`));
    const answer = await visit('www.example.com.localhost:8080');
    stop();
    assert.deepEqual([answer.status, answer.body], [200, 'the menu']);
    assert.match(String(answer.headers.via), /CloudFront/);
    assert.ok(hops.includes('route53 A www.example.com'), hops.join());
  });

  test("an alias to S3's website endpoint reaches the bucket of the name", async () => {
    const answer = await visit('static.example.com.localhost:8080');
    assert.deepEqual([answer.status, answer.body], [200, 'the menu']);
  });

  test('a name that leads to a distribution without being its alias is refused there', async () => {
    const answer = await visit('other.example.com.localhost:8080');
    assert.equal(answer.status, 403);
    assert.match(answer.body, /cloudfront\.net, which serves no such host/);
  });

  test('a distribution that does not exist has no address', async () => {
    assert.equal((await dig(orrery.dnsPort, 'd000000000000.cloudfront.net', 'A')).rcode, 'NXDOMAIN');
    assert.deepEqual(await dataOf(orrery.dnsPort, 'sqs.us-east-1.amazonaws.com', 'A'), ['127.0.0.1']);
  });

  test('queries are logged where the group lets Route 53 write, counted and metered', async () => {
    const logs = orrery.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/route53/example.com' }));
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'route53.amazonaws.com' },
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: '*',
        },
      ],
    };
    await logs.send(new PutResourcePolicyCommand({ policyName: 'dns', policyDocument: JSON.stringify(policy) }));
    await orrery.client(Route53Client).send(
      new CreateQueryLoggingConfigCommand({
        HostedZoneId: outputs.Zone,
        CloudWatchLogsLogGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/route53/example.com',
      }),
    );
    const metrics: number[] = [];
    const stop = orrery.kernel.events.on('metric', ({ name, value }) => name === 'DNSQueries' && metrics.push(value));
    await orrery.clock.wind(60_000);
    metrics.length = 0;
    await dig(orrery.dnsPort, 'www.example.com', 'A', { subnet: '34.240.1.0/24' });
    await dig(orrery.dnsPort, 'www.example.com', 'A');
    await orrery.clock.wind(61_000);
    stop();
    assert.deepEqual(metrics, [2]);
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/route53/example.com' }));
    assert.equal(events.length, 2);
    assert.match(
      String(events[0]?.message),
      new RegExp(
        `^1\\.0 \\S+Z ${outputs.Zone} www\\.example\\.com A NOERROR UDP IAD89-P1 127\\.0\\.0\\.1 34\\.240\\.1\\.0/24$`,
      ),
    );
  });

  function visit(host: string): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
    return new Promise((resolve, reject) => {
      get(`${orrery.httpUrl}/index.html`, { headers: { host } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      }).on('error', reject);
    });
  }
});

const aliasTo = (Name: string, DNSName: unknown, HostedZoneId: string) => ({
  Type: 'AWS::Route53::RecordSet',
  Properties: { HostedZoneId: { Ref: 'Zone' }, Name, Type: 'A', AliasTarget: { DNSName, HostedZoneId } },
});
const domain = { 'Fn::GetAtt': ['Distribution', 'DomainName'] };

const template = {
  Resources: {
    Zone: {
      Type: 'AWS::Route53::HostedZone',
      Properties: { Name: 'example.com', HostedZoneConfig: { Comment: 'the site' } },
    },
    Www: aliasTo('www.example.com', domain, 'Z2FDTNDATAQYW2'),
    Other: aliasTo('other.example.com', domain, 'Z2FDTNDATAQYW2'),
    Static: aliasTo('static.example.com', 's3-website-us-east-1.amazonaws.com', 'Z3AQBSTGFYJSTF'),
    Group: {
      Type: 'AWS::Route53::RecordSetGroup',
      Properties: {
        HostedZoneName: 'example.com.',
        RecordSets: [{ Name: 'mail.example.com', Type: 'MX', TTL: '300', ResourceRecords: ['10 mx.example.com'] }],
      },
      DependsOn: 'Zone',
    },
    Check: {
      Type: 'AWS::Route53::HealthCheck',
      Properties: {
        HealthCheckConfig: { Type: 'HTTPS', FullyQualifiedDomainName: 'www.example.com', ResourcePath: '/index.html' },
      },
    },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'static.example.com',
        WebsiteConfiguration: { IndexDocument: 'index.html' },
        PublicAccessBlockConfiguration: { BlockPublicPolicy: false, RestrictPublicBuckets: false },
      },
    },
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::static.example.com/*' },
          ],
        },
      },
    },
    Certificate: {
      Type: 'AWS::CertificateManager::Certificate',
      Properties: {
        DomainName: 'www.example.com',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{ DomainName: 'www.example.com', HostedZoneId: { Ref: 'Zone' } }],
      },
    },
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          Aliases: ['www.example.com'],
          ViewerCertificate: {
            AcmCertificateArn: { Ref: 'Certificate' },
            SslSupportMethod: 'sni-only',
          },
          Origins: [
            {
              Id: 'site',
              DomainName: 'static.example.com.s3-website-us-east-1.amazonaws.com',
              CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
            },
          ],
          DefaultCacheBehavior: {
            TargetOriginId: 'site',
            ViewerProtocolPolicy: 'redirect-to-https',
            CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
          },
        },
      },
    },
  },
  Outputs: { Domain: { Value: domain }, Zone: { Value: { Ref: 'Zone' } } },
};
