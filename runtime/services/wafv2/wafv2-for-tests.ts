import assert from 'node:assert/strict';
import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as sdk from '@aws-sdk/client-wafv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { type HttpRequest, type HttpResponse, readBody } from '../../data-planes/http/exchange.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { startTrace } from '../../kernel/events/hop.ts';

const originName = 'site.s3.us-east-1.amazonaws.com';

export const none = [{ Priority: 0, Type: 'NONE' as const }];

/** WAF and CloudFront in a cloud, before an origin that answers everything with 200. */
export class TestFirewall {
  readonly orrery: Orrery;
  readonly client: sdk.WAFV2Client;
  readonly edge: cloudfront.CloudFrontClient;
  /** What came through to the origin. */
  readonly asked: HttpRequest[] = [];
  readonly bodies: string[] = [];
  #made = 0;

  constructor(orrery: Orrery) {
    this.orrery = orrery;
    this.client = orrery.client(sdk.WAFV2Client);
    this.edge = orrery.client(cloudfront.CloudFrontClient);
    orrery.kernel.engine(hosts).set(originName, async (request): Promise<HttpResponse> => {
      this.asked.push(request);
      this.bodies.push((await readBody(request.body, 1e7)).toString());
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'the site' };
    });
  }

  static async start(services: string[] = []): Promise<TestFirewall> {
    return new TestFirewall(await startOrrery({ services: ['cloudfront', 'wafv2', ...services] }));
  }

  visibility(MetricName: string): sdk.VisibilityConfig {
    return { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName };
  }

  rule(Name: string, Statement: sdk.Statement, Action: sdk.RuleAction = { Block: {} }): sdk.Rule {
    return { Name, Priority: 0, Statement, Action, VisibilityConfig: this.visibility(Name) };
  }

  group(Name: string, Statement: sdk.Statement): sdk.Rule {
    return { Name, Priority: 0, Statement, OverrideAction: { None: {} }, VisibilityConfig: this.visibility(Name) };
  }

  /** Rules get the order they are given in. */
  async acl(rules: sdk.Rule[], change: Partial<sdk.CreateWebACLCommandInput> = {}) {
    this.#made += 1;
    const { Summary } = await this.client.send(
      new sdk.CreateWebACLCommand({
        Name: `acl-${this.#made}`,
        Scope: 'CLOUDFRONT',
        DefaultAction: { Allow: {} },
        VisibilityConfig: this.visibility(`acl-${this.#made}`),
        Rules: rules.map((rule, Priority) => ({ ...rule, Priority })),
        ...change,
      }),
    );
    assert.ok(Summary?.ARN && Summary.Id && Summary.Name && Summary.LockToken);
    return { ARN: Summary.ARN, Id: Summary.Id, Name: Summary.Name, LockToken: Summary.LockToken };
  }

  /** A distribution that lets every method and query through; its domain name. */
  async distribution(WebACLId: string): Promise<{ domain: string; id: string; etag: string }> {
    this.#made += 1;
    const { Distribution, ETag } = await this.edge.send(
      new cloudfront.CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: `test-${this.#made}`,
          Comment: '',
          Enabled: true,
          WebACLId,
          Origins: {
            Quantity: 1,
            Items: [{ Id: 'site', DomainName: originName, S3OriginConfig: { OriginAccessIdentity: '' } }],
          },
          DefaultCacheBehavior: {
            TargetOriginId: 'site',
            ViewerProtocolPolicy: 'allow-all',
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
            AllowedMethods: {
              Quantity: 7,
              Items: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
            },
          },
        },
      }),
    );
    return { domain: String(Distribution?.DomainName), id: String(Distribution?.Id), etag: String(ETag) };
  }

  /** A web ACL of these rules before a site; answers with what the viewer sees. */
  async site(rules: sdk.Rule[], change: Partial<sdk.CreateWebACLCommandInput> = {}) {
    const acl = await this.acl(rules, change);
    const { domain, id, etag } = await this.distribution(acl.ARN);
    return { acl, id, etag, domain, view: (url: string, request?: ViewOptions) => this.view(domain, url, request) };
  }

  async view(
    domain: string,
    url: string,
    { method = 'GET', headers = {}, body, ip = '198.51.100.7' }: ViewOptions = {},
  ) {
    const plane = this.orrery.kernel.engine(hosts).find(domain);
    assert.ok(plane, `${domain} answers`);
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const request: HttpRequest = {
      method,
      url,
      host: domain,
      headers: {
        host: domain,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
        ...(bytes ? { 'content-length': String(bytes.length) } : {}),
        ...headers,
      },
      body: bytes,
      client: { ip, port: 40_000, secure: true, httpVersion: '1.1' },
      signal: new AbortController().signal,
    };
    const response = await plane(request, startTrace(this.orrery.kernel, 'gateway', url));
    const text = await readBody(typeof response.body === 'string' ? Buffer.from(response.body) : response.body, 1e6);
    return { status: response.status, headers: response.headers, body: text.toString() };
  }
}

export interface ViewOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  ip?: string;
}

/** For assert.rejects. */
export function refusal(code: string, about?: RegExp) {
  return (error: Error) => {
    assert.equal(error.name, code, error.message);
    if (about) assert.match(error.message, about);
    return true;
  };
}
