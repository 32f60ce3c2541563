import type { Case, Place } from '../case.ts';
import { Driver, type WireCall } from '../load.ts';
import { startBareNode } from '../server.ts';
import { createStack } from '../stack.ts';
import { restCall } from '../wire.ts';

const page = `<!doctype html>${'<p>A page of the restaurant.</p>'.repeat(60)}`;

export const cdn: Case[] = [
  {
    name: 'CDN hit, 2 KB',
    budget: '≥ 0.8× bare',
    peer: 'own',
    async startPeer(ours) {
      const { request } = await import('undici');
      const hit = await hitOf(ours);
      const { headers, body } = await request(`${ours.server.httpUrl}${hit.path}`, { headers: hit.headers });
      const sent: Record<string, string> = {};
      for (const [name, value] of Object.entries(headers)) {
        if (name !== 'connection' && name !== 'keep-alive') sent[name] = String(value);
      }
      return startBareNode({ headers: sent, body: await body.text() });
    },
    async prepare(at) {
      const hit = at.server.name === 'orrery' ? await hitOf(at) : { method: 'GET', path: '/index.html', headers: {} };
      const driver = new Driver(at.server, at.server.httpUrl);
      await driver.send(hit);
      return { measure: (options) => driver.load((send) => send(hit), options) };
    },
  },
];

const made = new WeakMap<Place, Promise<string>>();

async function hitOf(at: Place): Promise<WireCall> {
  let domain = made.get(at);
  if (!domain) {
    domain = distribution(at);
    made.set(at, domain);
  }
  return { method: 'GET', path: '/index.html', headers: { host: await domain, 'accept-encoding': 'identity' } };
}

/** A private bucket behind a distribution, as `serverless-orders` has it. */
async function distribution({ driver }: Place): Promise<string> {
  const { Domain = '', BucketName = '' } = await createStack(driver.send, 'bench-cdn', template);
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
          Name: 'bench',
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
