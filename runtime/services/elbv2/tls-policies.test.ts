import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeSSLPoliciesCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { certificates } from '../../engines/certificates/certificates.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

/** "Security policies for your Application Load Balancer", by clients that offer one thing and no other. */
describe('a listener over TLS', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let ca = '';
  let host = '';
  let arn = '';
  let ListenerArn = '';
  const arns: Record<string, string> = {};
  before(async () => {
    cloud = await startBalanced(['acm', 'route53']);
    ca = (await cloud.orrery.kernel.engine(certificates).authority()).certificatePem;
    for (const name of ['shop.example.com', '*.example.com', 'exact.example.com']) arns[name] = await imported(name);
    ({ arn, host } = await cloud.loadBalancer('tls'));
    const { port } = await cloud.serve((asked, response) => response.end(JSON.stringify(asked.headers)));
    const group = await cloud.targetGroup('tls', { ports: [port] });
    ListenerArn = await listen(arn, group, 443, 'HTTPS');
  });
  after(() => cloud.stop());

  async function imported(name: string): Promise<string> {
    const issued = await cloud.orrery.kernel
      .engine(certificates)
      .issue([name], { keyAlgorithm: 'RSA_2048', validDays: 30 });
    const { CertificateArn = '' } = await cloud.orrery.client(ACMClient).send(
      new ImportCertificateCommand({
        Certificate: Buffer.from(issued.certificatePem),
        PrivateKey: Buffer.from(issued.privateKeyPem),
      }),
    );
    return CertificateArn;
  }

  async function listen(LoadBalancerArn: string, group: string, Port: number, Protocol: 'HTTPS' | 'TLS') {
    const Certificates = [{ CertificateArn: arns['shop.example.com'] }];
    const { Listeners } = await cloud.elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol, Port, Certificates, DefaultActions: [forwardTo(group)] }),
    );
    await cloud.orrery.clock.wind(0);
    return Listeners?.[0]?.ListenerArn ?? '';
  }

  const policy = (SslPolicy: string, listener = ListenerArn) =>
    cloud.elb.send(new ModifyListenerCommand({ ListenerArn: listener, SslPolicy }));

  /** What the client and the listener agree on: version, cipher and the name on the certificate; or why they do not. */
  function agree(options: ConnectionOptions = {}): Promise<string> {
    return new Promise((resolve) => {
      const socket: TLSSocket = connect(
        {
          port: cloud.orrery.httpsPort,
          host: '127.0.0.1',
          servername: host,
          rejectUnauthorized: false,
          ca,
          ...options,
        },
        () => {
          const { subject } = socket.getPeerCertificate();
          resolve([socket.getProtocol(), socket.getCipher().name, subject.CN].join(' '));
          socket.destroy();
        },
      );
      socket.on('error', () => resolve('refused'));
      socket.on('close', () => resolve('refused'));
    });
  }
  const only = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3', ciphers = 'DEFAULT') =>
    agree({ minVersion: version, maxVersion: version, ciphers: `${ciphers}:@SECLEVEL=0` });
  const versions = async () => {
    const agreed: string[] = [];
    for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)
      if ((await only(version)).startsWith(`${version} `)) agreed.push(version);
    return agreed;
  };

  test('agrees on the versions of its policy and on no other, as DescribeSSLPolicies tells', async () => {
    const { SslPolicies = [] } = await cloud.elb.send(new DescribeSSLPoliciesCommand({}));
    assert.deepEqual(await versions(), ['TLSv1', 'TLSv1.1', 'TLSv1.2']);
    for (const name of [
      'ELBSecurityPolicy-TLS13-1-3-2021-06',
      'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      'ELBSecurityPolicy-TLS-1-1-2017-01',
      'ELBSecurityPolicy-TLS13-1-0-2021-06',
      'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
    ]) {
      await policy(name);
      assert.deepEqual(await versions(), SslPolicies.find(({ Name }) => Name === name)?.SslProtocols, name);
    }
  });

  test('agrees on the ciphers of its policy, by its own preference', async () => {
    await policy('ELBSecurityPolicy-TLS13-1-2-Res-2021-06');
    assert.match(await only('TLSv1.2', 'ECDHE-RSA-AES256-GCM-SHA384'), /^TLSv1\.2 ECDHE-RSA-AES256-GCM-SHA384 /);
    assert.match(await only('TLSv1.2', 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256'), /AES128-GCM/);
    assert.equal(await only('TLSv1.2', 'ECDHE-RSA-AES128-SHA256'), 'refused');
    assert.equal(await only('TLSv1.2', 'AES128-SHA'), 'refused');
    await policy('ELBSecurityPolicy-TLS-1-2-Ext-2018-06');
    assert.match(await only('TLSv1.2', 'AES128-SHA'), /^TLSv1\.2 AES128-SHA /);
    await assert.rejects(policy('ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04'), /FIPS/);
    await assert.rejects(policy('ELBSecurityPolicy-Nothing'), { name: 'SSLPolicyNotFoundException' });
  });

  test('shows the certificate for the name asked for: the exact one, a wildcard, else its default', async () => {
    await policy('ELBSecurityPolicy-TLS13-1-2-2021-06');
    await cloud.elb.send(
      new AddListenerCertificatesCommand({
        ListenerArn,
        Certificates: [{ CertificateArn: arns['*.example.com'] }, { CertificateArn: arns['exact.example.com'] }],
      }),
    );
    const table = cloud.orrery.kernel.engine(hosts);
    const plane = table.find(host) ?? assert.fail();
    // As alias records lead there.
    for (const name of ['exact.example.com', 'other.example.com', 'shop.example.com', 'elsewhere.org'])
      table.set(name, plane);
    const shown = async (servername: string) => (await agree({ servername })).split(' ').at(-1);
    assert.equal(await shown('exact.example.com'), 'exact.example.com');
    assert.equal(await shown('other.example.com'), '*.example.com');
    assert.equal(await shown('shop.example.com'), 'shop.example.com');
    assert.equal(await shown('elsewhere.org'), 'shop.example.com');
    assert.equal(await shown(host), 'shop.example.com');
    assert.equal(await shown('nobody-leads-here.org'), 'refused');
  });

  test('speaks HTTP/2 unless told not to, and tells targets how TLS was spoken when told to', async () => {
    await policy('ELBSecurityPolicy-TLS13-1-2-2021-06');
    const set = (Key: string, Value: string) =>
      cloud.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes: [{ Key, Value }] }));
    const seen = () =>
      new Promise<Record<string, string>>((resolve, reject) => {
        const session = connectHttp2(`https://127.0.0.1:${cloud.orrery.httpsPort}`, {
          servername: host,
          rejectUnauthorized: false,
          maxVersion: 'TLSv1.2',
        });
        session.on('error', reject);
        const stream = session.request({ ':path': '/', ':authority': host, 'x-amzn-tls-version': 'made up' });
        let body = '';
        stream.on('data', (chunk) => {
          body += chunk;
        });
        stream.on('error', reject);
        stream.on('end', () => {
          session.close();
          resolve(JSON.parse(body) as Record<string, string>);
        });
      });
    await set('routing.http.x_amzn_tls_version_and_cipher_suite.enabled', 'true');
    const told = await seen();
    assert.equal(told['x-amzn-tls-version'], 'TLSv1.2');
    assert.equal(told['x-amzn-tls-cipher-suite'], 'ECDHE-RSA-AES128-GCM-SHA256');
    const Key = 'routing.http.request.x_amzn_tls_version.header_name';
    await cloud.elb.send(
      new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [{ Key, Value: 'X-Spoken' }] }),
    );
    assert.equal((await seen())['x-spoken'], 'TLSv1.2');
    await set('routing.http2.enabled', 'false');
    await assert.rejects(seen());
    await set('routing.http2.enabled', 'true');
    await set('routing.http.x_amzn_tls_version_and_cipher_suite.enabled', 'false');
  });

  test('judges what servers could read differently as one without TLS does', async () => {
    const request = [
      'POST / HTTP/1.1',
      `Host: ${host}`,
      'Content-Length: 30',
      'Transfer-Encoding: chunked',
      '',
      '0\r\n\r\nGET /admin HTTP/1.1',
      'Host: x',
      '',
      '',
    ].join('\r\n');
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(
        { port: cloud.orrery.httpsPort, host: '127.0.0.1', servername: host, rejectUnauthorized: false },
        () => socket.write(request),
      );
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });
    assert.equal(answer.match(/HTTP\/1\.1 \d{3}/g)?.join(), 'HTTP/1.1 200');
    assert.doesNotMatch(answer, /"content-length"/);
  });

  test('of a Network Load Balancer keeps to its policy, too', async () => {
    const { TargetGroups } = await cloud.elb.send(
      new CreateTargetGroupCommand({ Name: 'tcp', TargetType: 'ip', Protocol: 'TCP', Port: 80, VpcId: 'vpc-1' }),
    );
    const group = TargetGroups?.[0]?.TargetGroupArn ?? '';
    const { port } = await cloud.serve((_asked, response) => response.end('ok'));
    await cloud.elb.send(
      new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: '127.0.0.1', Port: port }] }),
    );
    const { LoadBalancers } = await cloud.elb.send(
      new CreateLoadBalancerCommand({ Name: 'tls-flows', Type: 'network', Subnets: ['subnet-1'] }),
    );
    const { LoadBalancerArn = '', DNSName = '' } = LoadBalancers?.[0] ?? {};
    const listener = await listen(LoadBalancerArn, group, 8883, 'TLS');
    const [address] = await dataOf(cloud.orrery.dnsPort, DNSName, 'A');
    const at = { host: String(address), port: 8883, servername: 'shop.example.com' };
    const old = { ...at, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    assert.match(await agree(old), /^TLSv1\.1 /);
    await policy('ELBSecurityPolicy-TLS13-1-3-2021-06', listener);
    assert.equal(await agree(old), 'refused');
    assert.match(await agree(at), /^TLSv1\.3 .* shop\.example\.com$/);
  });
});
