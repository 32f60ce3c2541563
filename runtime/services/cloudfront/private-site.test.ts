import assert from 'node:assert/strict';
import { get, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as cf from '@aws-sdk/client-cloudfront';
import * as s3 from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let buckets: s3.S3Client;
let client: cf.CloudFrontClient;
let distribution: cf.Distribution;
before(async () => {
  orrery = await startOrrery({ services: ['cloudfront', 's3', 'iam', 'sts'] });
  buckets = orrery.client(s3.S3Client);
  client = orrery.client(cf.CloudFrontClient);
  for (const Bucket of ['site', 'logs']) await buckets.send(new s3.CreateBucketCommand({ Bucket }));
  const Body = '<h1>hello</h1>';
  await buckets.send(
    new s3.PutObjectCommand({
      Bucket: 'site',
      Key: 'index.html',
      Body,
      ContentType: 'text/html',
      CacheControl: 'max-age=60',
    }),
  );
  distribution = await deploy();
});
after(() => orrery.stop());

async function deploy(): Promise<cf.Distribution> {
  const { OriginAccessControl: control } = await client.send(
    new cf.CreateOriginAccessControlCommand({
      OriginAccessControlConfig: {
        Name: 'site',
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    }),
  );
  const origin: cf.Origin = {
    Id: 'site',
    DomainName: 'site.s3.us-east-1.amazonaws.com',
    OriginAccessControlId: String(control?.Id),
    S3OriginConfig: { OriginAccessIdentity: '' },
  };
  const { Distribution } = await client.send(
    new cf.CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: 'site',
        Comment: '',
        Enabled: true,
        DefaultRootObject: 'index.html',
        Logging: {
          Enabled: true,
          IncludeCookies: false,
          Bucket: 'logs.s3.us-east-1.amazonaws.com',
          Prefix: 'cloudfront/',
        },
        Origins: { Quantity: 1, Items: [origin] },
        DefaultCacheBehavior: {
          TargetOriginId: 'site',
          ViewerProtocolPolicy: 'redirect-to-https',
          CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        },
      },
    }),
  );
  assert.ok(Distribution);
  return Distribution;
}

function read(host: string, path = '/'): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    get(orrery.httpUrl + path, { headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on('error', reject);
  });
}

function policyFor(sourceArn: string): s3.PutBucketPolicyCommand {
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::site/*',
      Condition: { StringEquals: { 'AWS:SourceArn': sourceArn } },
    },
  ];
  return new s3.PutBucketPolicyCommand({
    Bucket: 'site',
    Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
  });
}

/** "Restrict access to an Amazon S3 origin" (Developer Guide). */
describe('a private bucket behind a distribution', () => {
  it('shows nothing until its policy names the distribution', async () => {
    assert.equal((await read(String(distribution.DomainName))).status, 403);
    await buckets.send(policyFor('arn:aws:cloudfront::000000000000:distribution/EOTHER'));
    assert.equal((await read(String(distribution.DomainName), '/?again')).status, 403);
  });

  it('is read through the distribution and by nobody else', async () => {
    await buckets.send(policyFor(String(distribution.ARN)));
    const answer = await read(String(distribution.DomainName));
    assert.equal(answer.body, '<h1>hello</h1>');
    assert.equal(answer.headers['x-cache'], 'Miss from cloudfront');
    assert.equal((await read('site.s3.us-east-1.amazonaws.com', '/index.html')).status, 403);
    assert.equal((await read(String(distribution.DomainName))).headers['x-cache'], 'Hit from cloudfront');
    await orrery.clock.wind(61_000);
    assert.equal((await read(String(distribution.DomainName))).headers['x-cache'], 'RefreshHit from cloudfront');
  });

  it('leaves a log of its visitors in the log bucket', async () => {
    await orrery.clock.wind(300_000);
    const { Contents = [] } = await buckets.send(
      new s3.ListObjectsV2Command({ Bucket: 'logs', Prefix: `cloudfront/${distribution.Id}.` }),
    );
    const { Body } = await buckets.send(new s3.GetObjectCommand({ Bucket: 'logs', Key: String(Contents[0]?.Key) }));
    const lines = gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0))
      .toString()
      .trimEnd()
      .split('\n')
      .slice(2);
    const results = lines.map((line) => line.split('\t')).map((fields) => `${fields[7]} ${fields[8]} ${fields[13]}`);
    assert.deepEqual(results, ['/ 403 Error', '/ 403 Error', '/ 200 Miss', '/ 200 Hit', '/ 200 RefreshHit']);
  });
});
