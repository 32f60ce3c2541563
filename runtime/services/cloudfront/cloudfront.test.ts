import assert from 'node:assert/strict';
import { get, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-cloudfront';
import { callerOf } from '../../data-planes/http/caller.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { certificates } from '../../engines/certificates/certificates.ts';
import { refusal, s3Domain, TestCloudFront } from './cloudfront-for-tests.ts';

let cloudfront: TestCloudFront;
before(async () => {
  cloudfront = await TestCloudFront.start();
});
after(() => cloudfront.orrery.stop());

describe('a distribution', () => {
  it("is Deployed, has CloudFront's defaults and answers at its domain name", async () => {
    const asked = cloudfront.origin(s3Domain, () => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'hello',
    }));
    const made = await cloudfront.create({ DefaultRootObject: 'index.html' });
    assert.match(made.id, /^E[A-Z0-9]{13}$/);
    assert.match(made.domain, /^d[a-z0-9]{13}\.cloudfront\.net$/);
    assert.equal(made.described.Status, 'Deployed');
    assert.equal(made.config.PriceClass, 'PriceClass_All');
    assert.deepEqual(made.config.DefaultCacheBehavior?.AllowedMethods?.Items, ['HEAD', 'GET']);
    assert.equal((await cloudfront.view(made.domain, '/')).body, 'hello');
    assert.equal(asked[0]?.url, '/index.html');
    assert.equal(asked[0] && callerOf(asked[0]), undefined);
  });

  it('is asked of the bucket in the name of CloudFront with origin access control', async () => {
    const asked = cloudfront.origin(s3Domain, () => ({ status: 200, headers: {}, body: 'x' }));
    const { OriginAccessControl: control } = await cloudfront.client.send(
      new sdk.CreateOriginAccessControlCommand({
        OriginAccessControlConfig: {
          Name: 'oac',
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      }),
    );
    const made = await cloudfront.create({
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: 'site',
            DomainName: s3Domain,
            S3OriginConfig: { OriginAccessIdentity: '' },
            OriginAccessControlId: String(control?.Id),
          },
        ],
      },
    });
    await cloudfront.view(made.domain, '/a', { authorization: 'mine' });
    assert.deepEqual(asked[0] && callerOf(asked[0]), {
      kind: 'service',
      service: 'cloudfront.amazonaws.com',
      account: '000000000000',
      sourceArn: made.arn,
    });
    assert.equal(asked[0]?.headers.authorization, undefined);
    const { ETag } = await cloudfront.client.send(new sdk.GetOriginAccessControlCommand({ Id: String(control?.Id) }));
    await assert.rejects(
      cloudfront.client.send(
        new sdk.DeleteOriginAccessControlCommand({ Id: String(control?.Id), IfMatch: String(ETag) }),
      ),
      refusal('OriginAccessControlInUse', 409),
    );
  });

  it('is changed only by who names its version, and deleted only when disabled', async () => {
    const made = await cloudfront.create();
    await assert.rejects(
      cloudfront.client.send(new sdk.UpdateDistributionCommand({ Id: made.id, DistributionConfig: made.config })),
      refusal('InvalidIfMatchVersion', 400),
    );
    await assert.rejects(
      cloudfront.client.send(
        new sdk.UpdateDistributionCommand({ Id: made.id, IfMatch: 'EOLD', DistributionConfig: made.config }),
      ),
      refusal('PreconditionFailed', 412),
    );
    await assert.rejects(
      cloudfront.client.send(new sdk.DeleteDistributionCommand({ Id: made.id, IfMatch: made.etag })),
      refusal('DistributionNotDisabled', 409),
    );
    const { DistributionConfig, ETag } = await cloudfront.client.send(
      new sdk.GetDistributionConfigCommand({ Id: made.id }),
    );
    assert.ok(DistributionConfig);
    const updated = await cloudfront.client.send(
      new sdk.UpdateDistributionCommand({
        Id: made.id,
        IfMatch: String(ETag),
        DistributionConfig: { ...DistributionConfig, Enabled: false },
      }),
    );
    assert.notEqual(updated.ETag, ETag);
    assert.equal(cloudfront.orrery.kernel.engine(hosts).find(made.domain), undefined);
    await cloudfront.client.send(new sdk.DeleteDistributionCommand({ Id: made.id, IfMatch: String(updated.ETag) }));
    await assert.rejects(
      cloudfront.client.send(new sdk.GetDistributionCommand({ Id: made.id })),
      refusal('NoSuchDistribution', 404),
    );
  });

  it('forgets invalidated paths before the invalidation is answered', async () => {
    const asked = cloudfront.origin(s3Domain, () => ({ status: 200, headers: {}, body: 'x' }));
    const made = await cloudfront.create();
    await cloudfront.view(made.domain, '/a');
    await cloudfront.view(made.domain, '/a');
    const { Invalidation } = await cloudfront.client.send(
      new sdk.CreateInvalidationCommand({
        DistributionId: made.id,
        InvalidationBatch: { CallerReference: '1', Paths: { Quantity: 1, Items: ['/*'] } },
      }),
    );
    assert.equal(Invalidation?.Status, 'Completed');
    await cloudfront.view(made.domain, '/a');
    assert.equal(asked.length, 2);
    const list = await cloudfront.client.send(new sdk.ListInvalidationsCommand({ DistributionId: made.id }));
    assert.equal(list.InvalidationList?.Items?.[0]?.Id, Invalidation.Id);
  });

  it("is refused with AWS's codes when its configuration is wrong", async () => {
    const wrong: [string, number, Partial<sdk.DistributionConfig>, Partial<sdk.DefaultCacheBehavior>?][] = [
      ['NoSuchOrigin', 404, {}, { TargetOriginId: 'nowhere' }],
      ['NoSuchCachePolicy', 404, {}, { CachePolicyId: '00000000-0000-0000-0000-000000000000' }],
      ['InconsistentQuantities', 400, { Aliases: { Quantity: 2, Items: ['a.example.com'] } }],
      ['InvalidViewerCertificate', 400, { Aliases: { Quantity: 1, Items: ['a.example.com'] } }],
      ['InvalidDefaultRootObject', 400, { DefaultRootObject: '/index.html' }],
      ['InvalidErrorCode', 400, { CustomErrorResponses: { Quantity: 1, Items: [{ ErrorCode: 418 }] } }],
      [
        'InvalidArgument',
        400,
        {
          Origins: {
            Quantity: 1,
            Items: [{ Id: 'site', DomainName: 'www.example.com', S3OriginConfig: { OriginAccessIdentity: '' } }],
          },
        },
      ],
      ['InvalidArgument', 400, {}, { MinTTL: 1 }],
      ['InvalidWebACLId', 400, { WebACLId: 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/a/b' }],
      [
        'InvalidLambdaFunctionAssociation',
        400,
        {},
        {
          LambdaFunctionAssociations: {
            Quantity: 1,
            Items: [
              {
                EventType: 'viewer-request',
                LambdaFunctionARN: 'arn:aws:lambda:us-east-1:000000000000:function:f:live',
              },
            ],
          },
        },
      ],
    ];
    for (const [code, status, change, behaviour] of wrong)
      await assert.rejects(cloudfront.create(change, behaviour), refusal(code, status), code);
  });

  it('takes aliases that its certificate covers, and keeps them from other distributions', async () => {
    const ACMCertificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/1';
    const ViewerCertificate: sdk.ViewerCertificate = { ACMCertificateArn, SSLSupportMethod: 'sni-only' };
    const Aliases = { Quantity: 1, Items: ['www.example.com'] };
    const invalid = refusal('InvalidViewerCertificate', 400);
    await assert.rejects(cloudfront.create({ Aliases, ViewerCertificate }), invalid, 'no such certificate');
    const known = cloudfront.orrery.kernel.engine(certificates);
    const issued = await known.issue(['*.example.com'], { keyAlgorithm: 'EC_prime256v1', validDays: 30 });
    known.put(ACMCertificateArn, { ...issued, names: ['*.example.com'], chainPem: '' });
    const uncovered = { Quantity: 1, Items: ['example.com'] };
    await assert.rejects(cloudfront.create({ Aliases: uncovered, ViewerCertificate }), invalid, 'not covered');
    cloudfront.origin(s3Domain, () => ({ status: 200, headers: {}, body: 'aliased' }));
    await cloudfront.create({ Aliases, ViewerCertificate });
    assert.equal((await cloudfront.view('www.example.com.localhost:8080', '/')).body, 'aliased');
    await assert.rejects(cloudfront.create({ Aliases, ViewerCertificate }), refusal('CNAMEAlreadyExists', 409));
  });

  it('answers again after a restart', async () => {
    cloudfront.origin(s3Domain, () => ({ status: 200, headers: {}, body: 'before' }));
    const made = await cloudfront.create();
    await cloudfront.orrery.restart();
    cloudfront.origin(s3Domain, () => ({ status: 200, headers: {}, body: 'after' }));
    assert.equal((await cloudfront.view(made.domain, '/')).body, 'after');
    const list = await cloudfront.client.send(new sdk.ListDistributionsCommand({}));
    assert.ok(list.DistributionList?.Items?.some((item) => item.Id === made.id));
  });

  it('keeps its tags', async () => {
    const { Distribution } = await cloudfront.client.send(
      new sdk.CreateDistributionWithTagsCommand({
        DistributionConfigWithTags: {
          DistributionConfig: cloudfront.config(),
          Tags: { Items: [{ Key: 'team', Value: 'web' }] },
        },
      }),
    );
    const Resource = String(Distribution?.ARN);
    await cloudfront.client.send(
      new sdk.TagResourceCommand({ Resource, Tags: { Items: [{ Key: 'stage', Value: 'test' }] } }),
    );
    await cloudfront.client.send(new sdk.UntagResourceCommand({ Resource, TagKeys: { Items: ['team'] } }));
    const { Tags } = await cloudfront.client.send(new sdk.ListTagsForResourceCommand({ Resource }));
    assert.deepEqual(Tags?.Items, [{ Key: 'stage', Value: 'test' }]);
  });
});

describe('over the wire', () => {
  it('a browser reads the site by its name on loopback, without a redirect', async () => {
    cloudfront.origin(s3Domain, () => ({
      status: 200,
      headers: { 'content-type': 'text/html', etag: '"e"' },
      body: '<h1>hello</h1>',
    }));
    const { domain } = await cloudfront.create({ DefaultRootObject: 'index.html' });
    const read = (
      headers: Record<string, string> = {},
    ): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> =>
      new Promise((resolve, reject) => {
        get(cloudfront.orrery.httpUrl, { headers: { host: `${domain}.localhost:8080`, ...headers } }, (response) => {
          let body = '';
          response.on('data', (chunk) => {
            body += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        }).on('error', reject);
      });
    const first = await read();
    assert.equal(first.status, 200);
    assert.equal(first.body, '<h1>hello</h1>');
    assert.equal(first.headers['x-cache'], 'Miss from cloudfront');
    assert.equal((await read()).headers['x-cache'], 'Hit from cloudfront');
    assert.equal((await read({ 'if-none-match': '"e"' })).status, 304);
  });

  it('the API speaks over a socket as in process', async () => {
    const client = cloudfront.orrery.client(sdk.CloudFrontClient, { transport: 'socket' });
    const { Distribution, Location } = await client.send(
      new sdk.CreateDistributionCommand({ DistributionConfig: cloudfront.config() }),
    );
    assert.equal(Location, `https://cloudfront.amazonaws.com/2020-05-31/distribution/${Distribution?.Id}`);
    await assert.rejects(client.send(new sdk.GetDistributionCommand({ Id: 'E0' })), refusal('NoSuchDistribution', 404));
    await sdk.waitUntilDistributionDeployed({ client, maxWaitTime: 61 }, { Id: String(Distribution?.Id) });
  });
});
