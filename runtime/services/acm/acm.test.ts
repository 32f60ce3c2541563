import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import {
  ACMClient,
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ExportCertificateCommand,
  GetCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { certificates } from '../../engines/certificates/certificates.ts';

const dayMs = 24 * 60 * 60_000;

/** Expected answers: AWS Certificate Manager User Guide and API Reference. */
describe('Certificate Manager', () => {
  let orrery: Orrery;
  let acm: ACMClient;
  let zoneId = '';
  let authority = '';

  before(async () => {
    orrery = await startOrrery();
    acm = orrery.client(ACMClient);
    const made = await orrery
      .client(Route53Client)
      .send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
    zoneId = made.HostedZone?.Id?.split('/').pop() ?? '';
    authority = (await orrery.kernel.engine(certificates).authority()).certificatePem;
  });
  after(() => orrery.stop());

  const describeIt = async (CertificateArn: string | undefined) =>
    (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;

  async function issued(
    DomainName: string,
    KeyAlgorithm: 'RSA_2048' | 'EC_prime256v1' = 'EC_prime256v1',
  ): Promise<string> {
    const input = { DomainName, ValidationMethod: 'DNS', KeyAlgorithm } as const;
    const { CertificateArn = '' } = await acm.send(new RequestCertificateCommand(input));
    const record = (await describeIt(CertificateArn))?.DomainValidationOptions?.[0]?.ResourceRecord;
    await orrery.client(Route53Client).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: {
          Changes: [
            {
              Action: 'UPSERT',
              ResourceRecordSet: {
                Name: record?.Name,
                Type: 'CNAME',
                TTL: 300,
                ResourceRecords: [{ Value: record?.Value }],
              },
            },
          ],
        },
      }),
    );
    await orrery.clock.wind(2000);
    return CertificateArn;
  }

  test('a requested certificate is pending until its CNAME is in the zone, and then issued by the local authority', async () => {
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({
        DomainName: 'shop.example.com',
        SubjectAlternativeNames: ['*.shop.example.com'],
        ValidationMethod: 'DNS',
      }),
    );
    await orrery.clock.wind(60 * 60_000);
    const before = await describeIt(CertificateArn);
    assert.equal(before?.Status, 'PENDING_VALIDATION');
    const [own, wildcard] = before?.DomainValidationOptions ?? [];
    assert.match(own?.ResourceRecord?.Name ?? '', /^_[0-9a-f]{32}\.shop\.example\.com\.$/);
    assert.deepEqual(own?.ResourceRecord, wildcard?.ResourceRecord);
    await assert.rejects(acm.send(new GetCertificateCommand({ CertificateArn })), {
      name: 'RequestInProgressException',
    });
    assert.equal(await issued('shop.example.com').then(() => 'done'), 'done');
    const now = await describeIt(CertificateArn);
    assert.deepEqual([now?.Status, now?.KeyAlgorithm, now?.RenewalEligibility], ['ISSUED', 'RSA_2048', 'INELIGIBLE']);
    const { Certificate = '' } = await acm.send(new GetCertificateCommand({ CertificateArn }));
    const certificate = new X509Certificate(Certificate);
    assert.ok(certificate.verify(new X509Certificate(authority).publicKey));
    assert.equal(certificate.checkHost('any.shop.example.com'), '*.shop.example.com');
  });

  test("the authority's key is made once and is its owner's alone", async () => {
    const file = join(orrery.dataDir, 'certificates', 'authority.key');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await orrery.restart();
    assert.equal((await orrery.kernel.engine(certificates).authority()).certificatePem, authority);
  });

  test('a request that nobody proves ends after 72 hours', async () => {
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'nobody.example.org', ValidationMethod: 'DNS' }),
    );
    await orrery.clock.wind(73 * 60 * 60_000);
    assert.equal((await describeIt(CertificateArn))?.Status, 'VALIDATION_TIMED_OUT');
  });

  test('mail validation, export and private authorities are refused by name', async () => {
    await assert.rejects(
      acm.send(new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'EMAIL' })),
      /ValidationMethod EMAIL is refused/,
    );
    const CertificateArn = await issued('export.example.com');
    await assert.rejects(
      acm.send(new ExportCertificateCommand({ CertificateArn, Passphrase: Buffer.from('secret') })),
      /ExportCertificate/,
    );
    await assert.rejects(
      acm.send(new RequestCertificateCommand({ DomainName: 'not a domain', ValidationMethod: 'DNS' })),
      { name: 'ValidationException' },
    );
    await assert.rejects(
      acm.send(new DescribeCertificateCommand({ CertificateArn: `${CertificateArn.slice(0, -1)}x` })),
      {
        name: 'ResourceNotFoundException',
      },
    );
  });

  test('an imported certificate is shown to clients of its name', async () => {
    const made = await orrery.kernel
      .engine(certificates)
      .issue(['imported.example.net'], { keyAlgorithm: 'RSA_2048', validDays: 30 });
    const input = { Certificate: Buffer.from(made.certificatePem), PrivateKey: Buffer.from(made.privateKeyPem) };
    const { CertificateArn } = await acm.send(new ImportCertificateCommand(input));
    const found = await describeIt(CertificateArn);
    assert.deepEqual([found?.Type, found?.Status, found?.DomainName], ['IMPORTED', 'ISSUED', 'imported.example.net']);
    assert.equal(await subjectSeenBy('imported.example.net'), 'imported.example.net');
    const other = await orrery.kernel
      .engine(certificates)
      .issue(['x.example.net'], { keyAlgorithm: 'RSA_2048', validDays: 30 });
    await assert.rejects(
      acm.send(new ImportCertificateCommand({ ...input, PrivateKey: Buffer.from(other.privateKeyPem) })),
      /The private key does not match the certificate/,
    );
    await assert.rejects(subjectSeenBy('unknown.example.net'), /alert|ECONNRESET|disconnected|hang up/i);
  });

  test('certificates are listed and tagged', async () => {
    const CertificateArn = await issued('tags.example.com');
    await acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags: [{ Key: 'k', Value: 'v' }] }));
    const { Tags } = await acm.send(new ListTagsForCertificateCommand({ CertificateArn }));
    assert.deepEqual(Tags, [{ Key: 'k', Value: 'v' }]);
    const list = async (input: object) =>
      (await acm.send(new ListCertificatesCommand(input))).CertificateSummaryList?.map((one) => one.CertificateArn) ??
      [];
    assert.ok(!(await list({})).includes(CertificateArn), 'only RSA keys unless told');
    assert.ok((await list({ Includes: { keyTypes: ['EC_prime256v1'] } })).includes(CertificateArn));
  });

  describe('with a stack that serves a site over TLS', () => {
    let outputs: Record<string, string>;

    before(async () => {
      const s3 = orrery.client(S3Client);
      await s3.send(new CreateBucketCommand({ Bucket: 'tls-site' }));
      await s3.send(new PutObjectCommand({ Bucket: 'tls-site', Key: 'index.html', Body: 'the menu' }));
      const cloudformation = orrery.client(CloudFormationClient);
      await cloudformation.send(
        new CreateStackCommand({ StackName: 'tls', TemplateBody: JSON.stringify(template(zoneId)) }),
      );
      const stack = async () =>
        (await cloudformation.send(new DescribeStacksCommand({ StackName: 'tls' }))).Stacks?.[0];
      for (let turn = 0; turn < 50 && (await stack())?.StackStatus === 'CREATE_IN_PROGRESS'; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await orrery.clock.wind(1000);
      }
      const made = await stack();
      const { StackEvents } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: 'tls' }));
      const reasons = StackEvents?.map((event) => event.ResourceStatusReason).filter(Boolean);
      assert.equal(made?.StackStatus, 'CREATE_COMPLETE', reasons?.join('\n'));
      outputs = Object.fromEntries((made?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    });

    test('the certificate waits for its record, is in use, and cannot be deleted', async () => {
      const found = await describeIt(outputs.Certificate);
      assert.deepEqual([found?.Status, found?.InUseBy?.length, found?.RenewalEligibility], ['ISSUED', 1, 'ELIGIBLE']);
      await assert.rejects(acm.send(new DeleteCertificateCommand({ CertificateArn: outputs.Certificate })), {
        name: 'ResourceInUseException',
      });
    });

    test("HTTPS clients that trust the authority reach the site by HTTP/1.1 and HTTP/2, with ACM's certificate", async () => {
      assert.equal(await subjectSeenBy('www.example.com'), 'www.example.com');
      assert.deepEqual(await overHttps('www.example.com'), { status: 200, body: 'the menu' });
      assert.deepEqual(await overHttp2('www.example.com'), { status: 200, body: 'the menu' });
    });

    test('names of CloudFront and under .localhost have certificates of the authority', async () => {
      assert.deepEqual(await overHttps(outputs.Domain ?? ''), { status: 200, body: 'the menu' });
      assert.deepEqual(await overHttp2('www.example.com.localhost'), { status: 200, body: 'the menu' });
    });

    test('who does not trust the authority sees an error', async () => {
      await assert.rejects(overHttps('www.example.com', ''), /unable to (get|verify)|self.signed/i);
    });

    test('it is renewed 45 days before its 198 days end, under the same ARN', async () => {
      const before = await describeIt(outputs.Certificate);
      const remaining = (before?.NotAfter?.getTime() ?? 0) - orrery.clock.now();
      await orrery.clock.wind(remaining - 46 * dayMs);
      assert.equal((await describeIt(outputs.Certificate))?.Serial, before?.Serial);
      const metrics: number[] = [];
      const stop = orrery.kernel.events.on('metric', ({ name, value, dimensions }) => {
        if (name === 'DaysToExpiry' && dimensions.CertificateArn === outputs.Certificate) metrics.push(value);
      });
      await orrery.clock.wind(2 * dayMs);
      stop();
      const now = await describeIt(outputs.Certificate);
      assert.notEqual(now?.Serial, before?.Serial);
      assert.equal(now?.RenewalSummary?.RenewalStatus, 'SUCCESS');
      assert.ok(metrics.some((days) => days <= 45) && metrics.some((days) => days > 190), metrics.join());
      assert.equal(await subjectSeenBy('www.example.com'), 'www.example.com');
    });

    test('what nothing uses is not renewed and expires', async () => {
      const unused = await issued('unused.example.com');
      await orrery.clock.wind(199 * dayMs);
      assert.equal((await describeIt(unused))?.Status, 'EXPIRED');
      assert.equal((await describeIt(outputs.Certificate))?.Status, 'ISSUED');
    });

    test('it goes with the stack', async () => {
      const cloudformation = orrery.client(CloudFormationClient);
      await cloudformation.send(new DeleteStackCommand({ StackName: 'tls' }));
      for (let turn = 0; turn < 50; turn += 1) await orrery.clock.wind(100);
      await assert.rejects(describeIt(outputs.Certificate), { name: 'ResourceNotFoundException' });
    });
  });

  function subjectSeenBy(servername: string): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: orrery.httpsPort, servername, ca: authority }, () => {
        const { subject } = socket.getPeerCertificate();
        socket.destroy();
        resolve([subject.CN].flat()[0]);
      });
      socket.on('error', reject);
    });
  }

  function overHttps(host: string, ca = authority): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: orrery.httpsPort,
          path: '/index.html',
          servername: host,
          headers: { host },
          ca,
          agent: false,
        },
        (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text) => {
            body += text;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        },
      );
      asked.on('error', reject).end();
    });
  }

  function overHttp2(host: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const session = connectHttp2(`https://127.0.0.1:${orrery.httpsPort}`, { ca: authority, servername: host });
      session.on('error', reject);
      const stream = session.request({ ':path': '/index.html', ':authority': host });
      let status = 0;
      let body = '';
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      stream.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      stream.on('error', reject).on('end', () => {
        session.close();
        resolve({ status, body });
      });
    });
  }
});

function template(HostedZoneId: string): object {
  return {
    Resources: {
      Certificate: {
        Type: 'AWS::CertificateManager::Certificate',
        Properties: {
          DomainName: 'www.example.com',
          ValidationMethod: 'DNS',
          KeyAlgorithm: 'EC_prime256v1',
          DomainValidationOptions: [{ DomainName: 'www.example.com', HostedZoneId }],
        },
      },
      Access: {
        Type: 'AWS::CloudFront::OriginAccessControl',
        Properties: {
          OriginAccessControlConfig: {
            Name: 'tls',
            OriginAccessControlOriginType: 's3',
            SigningBehavior: 'always',
            SigningProtocol: 'sigv4',
          },
        },
      },
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: 'tls-site',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'cloudfront.amazonaws.com' },
                Action: 's3:GetObject',
                Resource: 'arn:aws:s3:::tls-site/*',
              },
            ],
          },
        },
      },
      Distribution: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            Aliases: ['www.example.com'],
            ViewerCertificate: { AcmCertificateArn: { Ref: 'Certificate' }, SslSupportMethod: 'sni-only' },
            Origins: [
              {
                Id: 'site',
                DomainName: 'tls-site.s3.us-east-1.amazonaws.com',
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
    },
    Outputs: {
      Certificate: { Value: { Ref: 'Certificate' } },
      Domain: { Value: { 'Fn::GetAtt': ['Distribution', 'DomainName'] } },
    },
  };
}
