import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get as getHttp, type IncomingHttpHeaders, type Server } from 'node:http';
import { get as getHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ACMClient, DescribeCertificateCommand, ListCertificatesCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudFrontClient,
  ListDistributionsByWebACLIdCommand,
  ListDistributionsCommand,
} from '@aws-sdk/client-cloudfront';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { readAssembly } from '../../cli/deploy/assembly.ts';
import { deployAll } from '../../cli/deploy/deploy.ts';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { certificates } from '../../engines/certificates/certificates.ts';
import { site, synthesizeEdgeChain } from './edge-chain-for-tests.ts';

/** W-B1 to W-B4, W-A1, W-A2: from the site's name to a server behind the load balancer, as the CDK writes it. */
describe('name, edge, firewall and load balancer in a row', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-edge-chain-'));
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  const outputs: Record<string, string> = {};
  const refusals: string[] = [];
  let orrery: Orrery;
  let target: Server;
  let ca = '';

  before(async () => {
    target = createServer((request, response) => {
      if (request.url !== '/health') seen.push({ url: request.url ?? '', headers: request.headers });
      response.end(`served ${request.url}`);
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;
    synthesizeEdgeChain(folder, { targetPort: port });
    orrery = await startOrrery({ clock: 'running' });
    const ctx = orrery.context();
    const failures: string[] = [];
    const where = { account: ctx.account, region: ctx.region };
    await deployAll(orrery.kernel, { stacks: readAssembly(folder, where), ...where }, (event) => {
      if (event.status.endsWith('_FAILED')) failures.push(`${event.resource}: ${event.reason}`);
    });
    assert.deepEqual(failures, []);
    const { Stacks } = await orrery
      .client(CloudFormationClient)
      .send(new DescribeStacksCommand({ StackName: 'edge-chain' }));
    for (const { OutputKey = '', OutputValue = '' } of Stacks?.[0]?.Outputs ?? []) outputs[OutputKey] = OutputValue;
    ca = (await orrery.kernel.engine(certificates).authority()).certificatePem;
    const elb = orrery.client(ElasticLoadBalancingV2Client);
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
    const { TargetGroupArn } = TargetGroups?.[0] ?? {};
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '127.0.0.1', Port: port }] }));
    await orrery.clock.wind(0);
    orrery.kernel.events.on('hop', ({ service, notes }) => {
      if (service === 'cloudfront' && notes.refused) refusals.push(String(notes.refused));
    });
  });
  after(async () => {
    await orrery.stop();
    target.closeAllConnections();
    target.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As a browser asks: over TLS that checks the certificate, or at the HTTP port. */
  const visit = (name: string, path: string, { tls }: { tls: boolean }) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const options = { path, headers: { host: name, 'user-agent': 'Mozilla/5.0' }, agent: false } as const;
      const sent = tls
        ? getHttps({ ...options, host: '127.0.0.1', port: orrery.httpsPort, servername: name, ca })
        : getHttp(orrery.httpUrl, { ...options, headers: { ...options.headers, host: `${name}.localhost:8080` } });
      sent.on('error', reject).on('response', (response) => {
        let body = '';
        response
          .on('data', (chunk) => (body += chunk))
          .on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
    });

  test("the DNS port answers the site's name as the distribution's, and the load balancer's as its own", async () => {
    const edge = await dataOf(orrery.dnsPort, outputs.DistributionDomain ?? '', 'A');
    assert.deepEqual(await dataOf(orrery.dnsPort, site, 'A'), edge);
    assert.deepEqual(await dataOf(orrery.dnsPort, `www.${site}`, 'A'), edge);
    assert.deepEqual(await dataOf(orrery.dnsPort, outputs.LoadBalancerDns ?? '', 'A'), ['127.0.0.1']);
    assert.deepEqual(await dataOf(orrery.dnsPort, `origin.${site}`, 'A'), ['127.0.0.1']);
  });

  test('a request goes from the name through the edge to a target, over HTTP and over TLS', async () => {
    for (const tls of [false, true]) {
      seen.length = 0;
      const answer = await visit(tls ? `www.${site}` : site, '/orders?day=1', { tls });
      assert.deepEqual(answer, { status: 200, body: 'served /orders?day=1' });
      const headers: IncomingHttpHeaders = seen[0]?.headers ?? {};
      assert.equal(headers.host, tls ? `www.${site}` : site);
      assert.equal(headers['x-forwarded-for'], '127.0.0.1, 130.176.0.1');
      assert.equal(headers['x-forwarded-proto'], 'https');
    }
  });

  test('an origin at a name of the zone is the load balancer', async () => {
    assert.equal((await visit(site, '/static/logo.svg', { tls: true })).body, 'served /static/logo.svg');
    seen.length = 0;
    assert.equal((await visit(site, '/static/logo.svg', { tls: true })).body, 'served /static/logo.svg');
    assert.deepEqual(seen, []);
  });

  test('an origin whose certificate is for other names is not trusted', async () => {
    const answer = await visit(site, '/untrusted/logo.svg', { tls: true });
    assert.equal(answer.status, 502);
    assert.deepEqual(refusals, [
      `origin ${outputs.LoadBalancerDns?.toLowerCase()} speaks TLS with a certificate that CloudFront does not trust: it is for ${site}, *.${site}`,
    ]);
  });

  test('an attack ends at the edge', async () => {
    seen.length = 0;
    assert.equal((await visit(site, "/orders?id=1'%20OR%20'1'='1", { tls: true })).status, 403);
    assert.deepEqual(seen, []);
  });

  test('users cannot go past CloudFront: the security group keeps them from the load balancer', async () => {
    const answer = await visit(outputs.LoadBalancerDns ?? '', '/orders', { tls: false });
    assert.equal(answer.status, 504);
    assert.match(answer.body, /No security group of load balancer \S+ lets 203\.0\.113\.1 in at port 443\./);
  });

  test('ACM knows who uses the certificate, and CloudFront which distribution has the web ACL', async () => {
    const acm = orrery.client(ACMClient);
    const { CertificateSummaryList } = await acm.send(new ListCertificatesCommand({}));
    const { CertificateArn } = CertificateSummaryList?.[0] ?? {};
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
    const users = (Certificate?.InUseBy ?? []).map((arn) => arn.split(':')[2]).sort();
    assert.deepEqual(users, ['cloudfront', 'elasticloadbalancing']);
    const cloudfront = orrery.client(CloudFrontClient);
    const { DistributionList } = await cloudfront.send(new ListDistributionsCommand({}));
    const WebACLId = DistributionList?.Items?.[0]?.WebACLId;
    const found = await cloudfront.send(new ListDistributionsByWebACLIdCommand({ WebACLId }));
    assert.equal(found.DistributionList?.Quantity, 1);
  });
});
