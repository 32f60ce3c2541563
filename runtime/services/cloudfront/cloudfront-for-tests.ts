import assert from 'node:assert/strict';
import * as sdk from '@aws-sdk/client-cloudfront';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { type HttpRequest, type HttpResponse, readBody } from '../../data-planes/http/exchange.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { startTrace } from '../../kernel/events/hop.ts';

export const s3Domain = 'site.s3.us-east-1.amazonaws.com';

/** CloudFront alone in a cloud, with buckets and APIs made of functions. */
export class TestCloudFront {
  readonly orrery: Orrery;
  readonly client: sdk.CloudFrontClient;
  #references = 0;

  constructor(orrery: Orrery) {
    this.orrery = orrery;
    this.client = orrery.client(sdk.CloudFrontClient);
  }

  static async start(): Promise<TestCloudFront> {
    return new TestCloudFront(await startOrrery({ services: ['cloudfront'] }));
  }

  config(
    change: Partial<sdk.DistributionConfig> = {},
    behaviour: Partial<sdk.DefaultCacheBehavior> = {},
  ): sdk.DistributionConfig {
    this.#references += 1;
    return {
      CallerReference: `test-${this.#references}`,
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

  async create(change: Partial<sdk.DistributionConfig> = {}, behaviour: Partial<sdk.DefaultCacheBehavior> = {}) {
    const DistributionConfig = this.config(change, behaviour);
    const { Distribution, ETag } = await this.client.send(new sdk.CreateDistributionCommand({ DistributionConfig }));
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

  /** Answers at a host; what it was asked. */
  origin(domain: string, answer: (request: HttpRequest) => HttpResponse): HttpRequest[] {
    const asked: HttpRequest[] = [];
    this.orrery.kernel.engine(hosts).set(domain, async (request) => {
      asked.push(request);
      return answer(request);
    });
    return asked;
  }

  async view(domain: string, url: string, headers: Record<string, string> = {}) {
    const plane = this.orrery.kernel.engine(hosts).find(domain);
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
    const response = await plane(request, startTrace(this.orrery.kernel, 'gateway', url));
    const body = await readBody(typeof response.body === 'string' ? Buffer.from(response.body) : response.body, 1e6);
    return { status: response.status, headers: response.headers, body: body.toString() };
  }
}

/** For assert.rejects: AWS's code, and status where given. */
export function refusal(code: string, status?: number) {
  return (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, code, error.message);
    if (status !== undefined) assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  };
}
