import type { Case, Place } from '../case.ts';
import { Driver, type WireCall } from '../load.ts';
import { startNginx, startVarnish } from '../peer-programs.ts';
import { type Server, startBareNode } from '../server.ts';
import { createStack } from '../stack.ts';
import { restCall } from '../wire.ts';

const page = `<!doctype html>${'<p>A page of the restaurant.</p>'.repeat(60)}`;

export const cdn: Case[] = [
  {
    name: 'CDN hit, 2 KB',
    budget: '≥ 0.8× bare',
    peer: 'own',
    startPeers: [
      async (ours) => startBareNode(await answerOf(ours)),
      async (ours) => startNginx(await answerOf(ours)),
      async (ours) => cached(await answerOf(ours)),
    ],
    async prepare(at) {
      const hit = at.server.name === 'orrery' ? await hitOf(at) : { method: 'GET', path: '/index.html', headers: {} };
      const driver = new Driver(at.server, at.server.httpUrl);
      await driver.send(hit);
      return { measure: (options) => driver.load((send) => send(hit), options) };
    },
  },
  {
    // Beside the row above: the difference is what the firewall costs a request.
    name: 'CDN hit behind five managed rule groups, 2 KB',
    peer: 'none',
    async prepare(at) {
      const plain = await hitOf(at, true);
      // Without a user agent the common rule set blocks.
      const hit = { ...plain, headers: { ...plain.headers, 'user-agent': 'bench' } };
      const driver = new Driver(at.server, at.server.httpUrl);
      await driver.send(hit);
      return { measure: (options) => driver.load((send) => send(hit), options) };
    },
  },
];

/** Varnish before a bare server, which it asks once. */
async function cached(answer: Awaited<ReturnType<typeof answerOf>>): Promise<Server | undefined> {
  const origin = await startBareNode(answer);
  const peer = await startVarnish(origin);
  if (!peer) {
    await origin.stop();
    return undefined;
  }
  const stop = peer.stop.bind(peer);
  peer.stop = async () => {
    await stop();
    await origin.stop();
  };
  return peer;
}

/** What ours answers, for peers to answer the same. */
async function answerOf(ours: Place): Promise<{ headers: Record<string, string>; body: string }> {
  const { request } = await import('undici');
  const hit = await hitOf(ours);
  const { headers, body } = await request(`${ours.server.httpUrl}${hit.path}`, { headers: hit.headers });
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'connection' && name !== 'keep-alive') sent[name] = String(value);
  }
  return { headers: sent, body: await body.text() };
}

const made = new WeakMap<Place, Record<string, Promise<string>>>();

export async function hitOf(at: Place, guarded = false): Promise<WireCall> {
  const domains = made.get(at) ?? {};
  made.set(at, domains);
  const name = guarded ? 'bench-firewall' : 'bench-cdn';
  domains[name] ??= distribution(at, name, guarded ? guardedTemplate() : template);
  const domain = domains[name];
  return { method: 'GET', path: '/index.html', headers: { host: await domain, 'accept-encoding': 'identity' } };
}

/** A private bucket behind a distribution, as `serverless-orders` has it. */
async function distribution({ driver }: Place, name: string, made: object): Promise<string> {
  const { Domain = '', BucketName = '' } = await createStack(driver.send, name, made);
  const headers = { 'content-type': 'text/html', 'cache-control': 'max-age=3600' };
  await driver.send(restCall('s3', 'PUT', `/${BucketName}/index.html`, { body: page, headers }));
  return Domain;
}

const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Access: {
      Type: 'AWS::CloudFront::OriginAccessControl',
      Properties: {
        OriginAccessControlConfig: {
          Name: { Ref: 'AWS::StackName' },
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      },
    },
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          Origins: [
            {
              Id: 'site',
              DomainName: { 'Fn::GetAtt': ['Bucket', 'RegionalDomainName'] },
              OriginAccessControlId: { 'Fn::GetAtt': ['Access', 'Id'] },
              S3OriginConfig: { OriginAccessIdentity: '' },
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
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Resource: { 'Fn::Sub': '${Bucket.Arn}/*' },
              Condition: {
                StringEquals: {
                  'AWS:SourceArn': { 'Fn::Sub': 'arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}' },
                },
              },
            },
          ],
        },
      },
    },
  },
  Outputs: {
    Domain: { Value: { 'Fn::GetAtt': ['Distribution', 'DomainName'] } },
    BucketName: { Value: { Ref: 'Bucket' } },
  },
};

/** The same behind a web ACL that inspects every part of the request. */
function guardedTemplate(): object {
  const visibility = (MetricName: string) => ({
    SampledRequestsEnabled: true,
    CloudWatchMetricsEnabled: true,
    MetricName,
  });
  const groups = ['CommonRuleSet', 'KnownBadInputsRuleSet', 'SQLiRuleSet', 'LinuxRuleSet', 'UnixRuleSet'];
  const { Distribution, ...others } = template.Resources;
  const { DistributionConfig } = Distribution.Properties;
  return {
    ...template,
    Resources: {
      ...others,
      Acl: {
        Type: 'AWS::WAFv2::WebACL',
        Properties: {
          Scope: 'CLOUDFRONT',
          DefaultAction: { Allow: {} },
          VisibilityConfig: visibility('bench'),
          Rules: groups.map((name, Priority) => ({
            Name: name,
            Priority,
            OverrideAction: { None: {} },
            VisibilityConfig: visibility(name),
            Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: `AWSManagedRules${name}` } },
          })),
        },
      },
      Distribution: {
        ...Distribution,
        Properties: { DistributionConfig: { ...DistributionConfig, WebACLId: { 'Fn::GetAtt': ['Acl', 'Arn'] } } },
      },
    },
  };
}
