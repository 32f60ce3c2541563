import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-cloudfront';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { callerOf } from '../../data-planes/http/caller.ts';
import type { HttpRequest, HttpResponse } from '../../data-planes/http/exchange.ts';
import { readBody } from '../../data-planes/http/exchange.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { startTrace } from '../../kernel/events/hop.ts';

let orrery: Orrery;
let client: sdk.CloudFrontClient;
let references = 0;
before(async () => {
  orrery = await startOrrery({ services: ['cloudfront'] });
  client = orrery.client(sdk.CloudFrontClient);
});
after(() => orrery.stop());

const s3Domain = 'site.s3.us-east-1.amazonaws.com';

function config(
  change: Partial<sdk.DistributionConfig> = {},
  behaviour: Partial<sdk.DefaultCacheBehavior> = {},
): sdk.DistributionConfig {
  references += 1;
  return {
    CallerReference: `test-${references}`,
    Comment: '',
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [{ Id: 'site', DomainName: s3Domain, S3OriginConfig: { OriginAccessIdentity: '' } }],
    },
    DefaultCacheBehavior: {
      TargetOriginId: 'site',
      ViewerProtocolPolicy: 'redirect-to-https',
      CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      Compress: true,
      ...behaviour,
    },
    ...change,
  };
}

async function create(change: Partial<sdk.DistributionConfig> = {}, behaviour: Partial<sdk.DefaultCacheBehavior> = {}) {
  const { Distribution, ETag } = await client.send(
    new sdk.CreateDistributionCommand({ DistributionConfig: config(change, behaviour) }),
  );
  assert.ok(Distribution?.Id && Distribution.DomainName && ETag && Distribution.DistributionConfig);
  return {
    id: Distribution.Id,
    domain: Distribution.DomainName,
    arn: String(Distribution.ARN),
    etag: ETag,
    config: Distribution.DistributionConfig,
    described: Distribution,
  };
}

async function view(domain: string, url: string, headers: Record<string, string> = {}) {
  const plane = orrery.kernel.engine(hosts).find(domain);
  assert.ok(plane, `${domain} answers`);
  const request: HttpRequest = {
    method: 'GET',
    url,
    host: domain,
    headers: { host: domain, ...headers },
    body: undefined,
    client: { ip: '127.0.0.1', port: 1, secure: true, httpVersion: '1.1' },
    signal: new AbortController().signal,
  };
  const response = await plane(request, startTrace(orrery.kernel, 'gateway', url));
  const body = await readBody(typeof response.body === 'string' ? Buffer.from(response.body) : response.body, 1e6);
  return { status: response.status, headers: response.headers, body: body.toString() };
}

function origin(domain: string, answer: (request: HttpRequest) => HttpResponse) {
  const asked: HttpRequest[] = [];
  orrery.kernel.engine(hosts).set(domain, async (request) => {
    asked.push(request);
    return answer(request);
  });
  return asked;
}

function refusal(code: string, status?: number) {
  return (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, code, error.message);
    if (status !== undefined) assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  };
}

describe('a distribution', () => {
  it("is Deployed, has CloudFront's defaults and answers at its domain name", async () => {
    const asked = origin(s3Domain, () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'hello' }));
    const made = await create({ DefaultRootObject: 'index.html' });
    assert.match(made.id, /^E[A-Z0-9]{13}$/);
    assert.match(made.domain, /^d[a-z0-9]{13}\.cloudfront\.net$/);
    assert.equal(made.described.Status, 'Deployed');
    assert.equal(made.config.PriceClass, 'PriceClass_All');
    assert.deepEqual(made.config.DefaultCacheBehavior?.AllowedMethods?.Items, ['HEAD', 'GET']);
    assert.equal((await view(made.domain, '/')).body, 'hello');
    assert.equal(asked[0]?.url, '/index.html');
    assert.equal(asked[0] && callerOf(asked[0]), undefined);
  });

  it('is asked of the bucket in the name of CloudFront with origin access control', async () => {
    const asked = origin(s3Domain, () => ({ status: 200, headers: {}, body: 'x' }));
    const { OriginAccessControl: control } = await client.send(
      new sdk.CreateOriginAccessControlCommand({
        OriginAccessControlConfig: {
          Name: 'oac',
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      }),
    );
    const made = await create({
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
    await view(made.domain, '/a', { authorization: 'mine' });
    assert.deepEqual(asked[0] && callerOf(asked[0]), {
      kind: 'service',
      service: 'cloudfront.amazonaws.com',
      account: '000000000000',
      sourceArn: made.arn,
    });
    assert.equal(asked[0]?.headers.authorization, undefined);
    const { ETag } = await client.send(new sdk.GetOriginAccessControlCommand({ Id: String(control?.Id) }));
    await assert.rejects(
      client.send(new sdk.DeleteOriginAccessControlCommand({ Id: String(control?.Id), IfMatch: String(ETag) })),
      refusal('OriginAccessControlInUse', 409),
    );
  });

  it('is changed only by who names its version, and deleted only when disabled', async () => {
    const made = await create();
    await assert.rejects(
      client.send(new sdk.UpdateDistributionCommand({ Id: made.id, DistributionConfig: made.config })),
      refusal('InvalidIfMatchVersion', 400),
    );
    await assert.rejects(
      client.send(new sdk.UpdateDistributionCommand({ Id: made.id, IfMatch: 'EOLD', DistributionConfig: made.config })),
      refusal('PreconditionFailed', 412),
    );
    await assert.rejects(
      client.send(new sdk.DeleteDistributionCommand({ Id: made.id, IfMatch: made.etag })),
      refusal('DistributionNotDisabled', 409),
    );
    const { DistributionConfig, ETag } = await client.send(new sdk.GetDistributionConfigCommand({ Id: made.id }));
    assert.ok(DistributionConfig);
    const updated = await client.send(
      new sdk.UpdateDistributionCommand({
        Id: made.id,
        IfMatch: String(ETag),
        DistributionConfig: { ...DistributionConfig, Enabled: false },
      }),
    );
    assert.notEqual(updated.ETag, ETag);
    assert.equal(orrery.kernel.engine(hosts).find(made.domain), undefined);
    await client.send(new sdk.DeleteDistributionCommand({ Id: made.id, IfMatch: String(updated.ETag) }));
    await assert.rejects(
      client.send(new sdk.GetDistributionCommand({ Id: made.id })),
      refusal('NoSuchDistribution', 404),
    );
  });

  it('forgets invalidated paths before the invalidation is answered', async () => {
    const asked = origin(s3Domain, () => ({ status: 200, headers: {}, body: 'x' }));
    const made = await create();
    await view(made.domain, '/a');
    await view(made.domain, '/a');
    const { Invalidation } = await client.send(
      new sdk.CreateInvalidationCommand({
        DistributionId: made.id,
        InvalidationBatch: { CallerReference: '1', Paths: { Quantity: 1, Items: ['/*'] } },
      }),
    );
    assert.equal(Invalidation?.Status, 'Completed');
    await view(made.domain, '/a');
    assert.equal(asked.length, 2);
    const list = await client.send(new sdk.ListInvalidationsCommand({ DistributionId: made.id }));
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
      ['NotImplemented', 501, { WebACLId: 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/a/b' }],
      [
        'NotImplemented',
        501,
        {},
        {
          LambdaFunctionAssociations: {
            Quantity: 1,
            Items: [
              { EventType: 'viewer-request', LambdaFunctionARN: 'arn:aws:lambda:us-east-1:000000000000:function:f:1' },
            ],
          },
        },
      ],
    ];
    for (const [code, status, change, behaviour] of wrong)
      await assert.rejects(create(change, behaviour), refusal(code, status), code);
  });

  it('keeps another distribution from an alias it has', async () => {
    const ViewerCertificate: sdk.ViewerCertificate = {
      ACMCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1',
      SSLSupportMethod: 'sni-only',
    };
    const Aliases = { Quantity: 1, Items: ['www.example.com'] };
    origin(s3Domain, () => ({ status: 200, headers: {}, body: 'aliased' }));
    await create({ Aliases, ViewerCertificate });
    assert.equal((await view('www.example.com.localhost:8080', '/')).body, 'aliased');
    await assert.rejects(create({ Aliases, ViewerCertificate }), refusal('CNAMEAlreadyExists', 409));
  });

  it('answers again after a restart', async () => {
    origin(s3Domain, () => ({ status: 200, headers: {}, body: 'before' }));
    const made = await create();
    await orrery.restart();
    origin(s3Domain, () => ({ status: 200, headers: {}, body: 'after' }));
    assert.equal((await view(made.domain, '/')).body, 'after');
    const list = await client.send(new sdk.ListDistributionsCommand({}));
    assert.ok(list.DistributionList?.Items?.some((item) => item.Id === made.id));
  });

  it('keeps its tags', async () => {
    const { Distribution } = await client.send(
      new sdk.CreateDistributionWithTagsCommand({
        DistributionConfigWithTags: { DistributionConfig: config(), Tags: { Items: [{ Key: 'team', Value: 'web' }] } },
      }),
    );
    const Resource = String(Distribution?.ARN);
    await client.send(new sdk.TagResourceCommand({ Resource, Tags: { Items: [{ Key: 'stage', Value: 'test' }] } }));
    await client.send(new sdk.UntagResourceCommand({ Resource, TagKeys: { Items: ['team'] } }));
    const { Tags } = await client.send(new sdk.ListTagsForResourceCommand({ Resource }));
    assert.deepEqual(Tags?.Items, [{ Key: 'stage', Value: 'test' }]);
  });
});

describe('policies', () => {
  it("lists AWS's managed ones with their settings, and lets nobody delete them", async () => {
    const { CachePolicyList } = await client.send(new sdk.ListCachePoliciesCommand({ Type: 'managed' }));
    assert.equal(CachePolicyList?.Quantity, 7);
    const { CachePolicy } = await client.send(
      new sdk.GetCachePolicyCommand({ Id: '658327ea-f89d-4fab-a63d-7e88639e58f6' }),
    );
    assert.equal(CachePolicy?.CachePolicyConfig?.Name, 'Managed-CachingOptimized');
    assert.equal(CachePolicy?.CachePolicyConfig?.MaxTTL, 31_536_000);
    await assert.rejects(
      client.send(
        new sdk.DeleteCachePolicyCommand({ Id: '658327ea-f89d-4fab-a63d-7e88639e58f6', IfMatch: 'E23ZP02F085DFQ' }),
      ),
      refusal('IllegalDelete'),
    );
    const requests = await client.send(new sdk.ListOriginRequestPoliciesCommand({}));
    assert.equal(requests.OriginRequestPolicyList?.Quantity, 8);
    const responses = await client.send(new sdk.ListResponseHeadersPoliciesCommand({}));
    assert.equal(responses.ResponseHeadersPolicyList?.Quantity, 5);
  });

  it('change what is served as soon as they are changed', async () => {
    origin(s3Domain, () => ({
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
    const made = await client.send(new sdk.CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig: policy }));
    const Id = String(made.ResponseHeadersPolicy?.Id);
    const { domain } = await create({}, { ResponseHeadersPolicyId: Id });
    const first = await view(domain, '/');
    assert.equal(first.headers['x-frame-options'], 'DENY');
    assert.equal(first.headers['strict-transport-security'], 'max-age=100; includeSubDomains');
    assert.equal(first.headers['x-powered-by'], undefined);
    await client.send(
      new sdk.UpdateResponseHeadersPolicyCommand({
        Id,
        IfMatch: String(made.ETag),
        ResponseHeadersPolicyConfig: {
          Name: 'headers',
          CustomHeadersConfig: { Quantity: 1, Items: [{ Header: 'X-One', Value: '1', Override: true }] },
        },
      }),
    );
    assert.equal((await view(domain, '/')).headers['x-one'], '1');
    await assert.rejects(
      client.send(new sdk.CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig: policy })),
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
    const asked = origin(s3Domain, (request) => ({ status: 200, headers: {}, body: request.url }));
    const made = await client.send(
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
    await assert.rejects(create({}, association), refusal('InvalidFunctionAssociation'));
    const event = {
      version: '1.0',
      request: { method: 'GET', uri: '/docs/', querystring: {}, headers: {}, cookies: {} },
    };
    const { TestResult } = await client.send(
      new sdk.TestFunctionCommand({ Name: 'rewrite', IfMatch, EventObject: Buffer.from(JSON.stringify(event)) }),
    );
    assert.equal(JSON.parse(String(TestResult?.FunctionOutput)).request.uri, '/docs/index.html');
    assert.deepEqual(TestResult?.FunctionExecutionLogs, ['saw /docs/index.html']);
    await client.send(new sdk.PublishFunctionCommand({ Name: 'rewrite', IfMatch }));
    const { domain } = await create({}, association);
    assert.equal((await view(domain, '/docs/')).body, '/docs/index.html');
    const redirect = await view(domain, '/old');
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.location, '/new');
    assert.equal(redirect.headers['x-cache'], 'FunctionGeneratedResponse from cloudfront');
    assert.equal(asked.length, 1);
    const { FunctionCode } = await client.send(new sdk.GetFunctionCommand({ Name: 'rewrite', Stage: 'LIVE' }));
    assert.equal(Buffer.from(FunctionCode ?? []).toString(), code);
    await assert.rejects(
      client.send(new sdk.DeleteFunctionCommand({ Name: 'rewrite', IfMatch })),
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
      client.send(
        new sdk.CreatePublicKeyCommand({ PublicKeyConfig: { CallerReference: 'a', Name: 'bad', EncodedKey: 'x' } }),
      ),
      refusal('InvalidArgument'),
    );
    const { PublicKey, ETag } = await client.send(
      new sdk.CreatePublicKeyCommand({ PublicKeyConfig: { CallerReference: 'a', Name: 'key', EncodedKey: publicKey } }),
    );
    const group = await client.send(
      new sdk.CreateKeyGroupCommand({ KeyGroupConfig: { Name: 'group', Items: [String(PublicKey?.Id)] } }),
    );
    await assert.rejects(
      client.send(new sdk.DeletePublicKeyCommand({ Id: String(PublicKey?.Id), IfMatch: String(ETag) })),
      refusal('PublicKeyInUse', 409),
    );
    const { KeyGroupList } = await client.send(new sdk.ListKeyGroupsCommand({}));
    assert.equal(KeyGroupList?.Items?.[0]?.KeyGroup?.Id, group.KeyGroup?.Id);
    const { PublicKeyList } = await client.send(new sdk.ListPublicKeysCommand({}));
    assert.equal(PublicKeyList?.Items?.[0]?.EncodedKey, publicKey);
  });
});
