import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-cloudfront';
import { refusal, s3Domain, TestCloudFront } from './cloudfront-for-tests.ts';

let cloudfront: TestCloudFront;
before(async () => {
  cloudfront = await TestCloudFront.start();
});
after(() => cloudfront.orrery.stop());

describe('policies', () => {
  it("lists AWS's managed ones with their settings, and lets nobody delete them", async () => {
    const { CachePolicyList } = await cloudfront.client.send(new sdk.ListCachePoliciesCommand({ Type: 'managed' }));
    assert.equal(CachePolicyList?.Quantity, 7);
    const { CachePolicy } = await cloudfront.client.send(
      new sdk.GetCachePolicyCommand({ Id: '658327ea-f89d-4fab-a63d-7e88639e58f6' }),
    );
    assert.equal(CachePolicy?.CachePolicyConfig?.Name, 'Managed-CachingOptimized');
    assert.equal(CachePolicy?.CachePolicyConfig?.MaxTTL, 31_536_000);
    await assert.rejects(
      cloudfront.client.send(
        new sdk.DeleteCachePolicyCommand({ Id: '658327ea-f89d-4fab-a63d-7e88639e58f6', IfMatch: 'E23ZP02F085DFQ' }),
      ),
      refusal('IllegalDelete'),
    );
    const requests = await cloudfront.client.send(new sdk.ListOriginRequestPoliciesCommand({}));
    assert.equal(requests.OriginRequestPolicyList?.Quantity, 8);
    const responses = await cloudfront.client.send(new sdk.ListResponseHeadersPoliciesCommand({}));
    assert.equal(responses.ResponseHeadersPolicyList?.Quantity, 5);
  });

  it('change what is served as soon as they are changed', async () => {
    cloudfront.origin(s3Domain, () => ({
      status: 200,
      headers: { 'x-frame-options': 'SAMEORIGIN', 'x-powered-by': 'x' },
      body: 'x',
    }));
    const policy: sdk.ResponseHeadersPolicyConfig = {
      Name: 'headers',
      SecurityHeadersConfig: {
        FrameOptions: { FrameOption: 'DENY', Override: true },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 100, IncludeSubdomains: true, Override: true },
      },
      RemoveHeadersConfig: { Quantity: 1, Items: [{ Header: 'X-Powered-By' }] },
    };
    const made = await cloudfront.client.send(
      new sdk.CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig: policy }),
    );
    const Id = String(made.ResponseHeadersPolicy?.Id);
    const { domain } = await cloudfront.create({}, { ResponseHeadersPolicyId: Id });
    const first = await cloudfront.view(domain, '/');
    assert.equal(first.headers['x-frame-options'], 'DENY');
    assert.equal(first.headers['strict-transport-security'], 'max-age=100; includeSubDomains');
    assert.equal(first.headers['x-powered-by'], undefined);
    await cloudfront.client.send(
      new sdk.UpdateResponseHeadersPolicyCommand({
        Id,
        IfMatch: String(made.ETag),
        ResponseHeadersPolicyConfig: {
          Name: 'headers',
          CustomHeadersConfig: { Quantity: 1, Items: [{ Header: 'X-One', Value: '1', Override: true }] },
        },
      }),
    );
    assert.equal((await cloudfront.view(domain, '/')).headers['x-one'], '1');
    const users = await cloudfront.client.send(
      new sdk.ListDistributionsByResponseHeadersPolicyIdCommand({ ResponseHeadersPolicyId: Id }),
    );
    assert.equal(users.DistributionIdList?.Quantity, 1);
    await assert.rejects(
      cloudfront.client.send(new sdk.CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig: policy })),
      refusal('ResponseHeadersPolicyAlreadyExists', 409),
    );
  });
});

describe('a function', () => {
  const code = `function handler(event) {
    var request = event.request;
    if (request.uri === '/old') return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/new' } } };
    if (request.uri.endsWith('/')) request.uri += 'index.html';
    console.log('saw', request.uri);
    return request;
  }`;

  it('is tested, published and run at the edge', async () => {
    const asked = cloudfront.origin(s3Domain, (request) => ({ status: 200, headers: {}, body: request.url }));
    const made = await cloudfront.client.send(
      new sdk.CreateFunctionCommand({
        Name: 'rewrite',
        FunctionConfig: { Comment: '', Runtime: 'cloudfront-js-2.0' },
        FunctionCode: Buffer.from(code),
      }),
    );
    const arn = String(made.FunctionSummary?.FunctionMetadata?.FunctionARN);
    const IfMatch = String(made.ETag);
    const association = {
      FunctionAssociations: { Quantity: 1, Items: [{ EventType: 'viewer-request' as const, FunctionARN: arn }] },
    };
    await assert.rejects(cloudfront.create({}, association), refusal('InvalidFunctionAssociation'));
    const event = {
      version: '1.0',
      request: { method: 'GET', uri: '/docs/', querystring: {}, headers: {}, cookies: {} },
    };
    const { TestResult } = await cloudfront.client.send(
      new sdk.TestFunctionCommand({ Name: 'rewrite', IfMatch, EventObject: Buffer.from(JSON.stringify(event)) }),
    );
    assert.equal(JSON.parse(String(TestResult?.FunctionOutput)).request.uri, '/docs/index.html');
    assert.deepEqual(TestResult?.FunctionExecutionLogs, ['saw /docs/index.html']);
    await cloudfront.client.send(new sdk.PublishFunctionCommand({ Name: 'rewrite', IfMatch }));
    const { domain } = await cloudfront.create({}, association);
    assert.equal((await cloudfront.view(domain, '/docs/')).body, '/docs/index.html');
    const redirect = await cloudfront.view(domain, '/old');
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.location, '/new');
    assert.equal(redirect.headers['x-cache'], 'FunctionGeneratedResponse from cloudfront');
    assert.equal(asked.length, 1);
    const { FunctionCode } = await cloudfront.client.send(
      new sdk.GetFunctionCommand({ Name: 'rewrite', Stage: 'LIVE' }),
    );
    assert.equal(Buffer.from(FunctionCode ?? []).toString(), code);
    await assert.rejects(
      cloudfront.client.send(new sdk.DeleteFunctionCommand({ Name: 'rewrite', IfMatch })),
      refusal('FunctionInUse', 409),
    );
  });
});

describe('keys', () => {
  it('are PEM, and kept while a group uses them', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    await assert.rejects(
      cloudfront.client.send(
        new sdk.CreatePublicKeyCommand({ PublicKeyConfig: { CallerReference: 'a', Name: 'bad', EncodedKey: 'x' } }),
      ),
      refusal('InvalidArgument'),
    );
    const { PublicKey, ETag } = await cloudfront.client.send(
      new sdk.CreatePublicKeyCommand({ PublicKeyConfig: { CallerReference: 'a', Name: 'key', EncodedKey: publicKey } }),
    );
    const group = await cloudfront.client.send(
      new sdk.CreateKeyGroupCommand({ KeyGroupConfig: { Name: 'group', Items: [String(PublicKey?.Id)] } }),
    );
    await assert.rejects(
      cloudfront.client.send(new sdk.DeletePublicKeyCommand({ Id: String(PublicKey?.Id), IfMatch: String(ETag) })),
      refusal('PublicKeyInUse', 409),
    );
    const { KeyGroupList } = await cloudfront.client.send(new sdk.ListKeyGroupsCommand({}));
    assert.equal(KeyGroupList?.Items?.[0]?.KeyGroup?.Id, group.KeyGroup?.Id);
    const { PublicKeyList } = await cloudfront.client.send(new sdk.ListPublicKeysCommand({}));
    assert.equal(PublicKeyList?.Items?.[0]?.EncodedKey, publicKey);
  });
});
