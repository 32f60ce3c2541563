import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import { type DistributionConfig, UpdateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { certificates } from '../../engines/certificates/certificates.ts';
import { TestCloudFront } from './cloudfront-for-tests.ts';

type Version = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** "Supported protocols and ciphers between viewers and CloudFront". */
describe('viewers of a distribution', () => {
  let cloud: TestCloudFront;
  let ACMCertificateArn = '';
  before(async () => {
    cloud = new TestCloudFront(await startOrrery({ services: ['cloudfront', 'acm'] }));
    const issued = await cloud.orrery.kernel
      .engine(certificates)
      .issue(['*.example.com'], { keyAlgorithm: 'RSA_2048', validDays: 30 });
    const { CertificateArn } = await cloud.orrery.client(ACMClient).send(
      new ImportCertificateCommand({
        Certificate: Buffer.from(issued.certificatePem),
        PrivateKey: Buffer.from(issued.privateKeyPem),
      }),
    );
    ACMCertificateArn = CertificateArn ?? '';
  });
  after(() => cloud.orrery.stop());

  /** The name on the certificate, and the protocol above; undefined where they do not come to terms. */
  function agree(servername: string, version: Version, ciphers = 'DEFAULT'): Promise<string | undefined> {
    return new Promise((resolve) => {
      const socket = connect(
        {
          port: cloud.orrery.httpsPort,
          host: '127.0.0.1',
          servername,
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
          ciphers: `${ciphers}:@SECLEVEL=0`,
          ALPNProtocols: ['h2', 'http/1.1'],
        },
        () => {
          resolve(`${socket.getPeerCertificate().subject.CN} ${socket.alpnProtocol}`);
          socket.destroy();
        },
      );
      socket.on('error', () => resolve(undefined));
    });
  }
  const lowest = async (name: string) => {
    for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)
      if (await agree(name, version)) return version;
    return undefined;
  };

  test('need the version of its security policy, and one of its ciphers', async () => {
    const aliased = (change: Partial<DistributionConfig>, MinimumProtocolVersion: string) => ({
      ...change,
      ViewerCertificate: { ACMCertificateArn, SSLSupportMethod: 'sni-only' as const, MinimumProtocolVersion },
    });
    const made = await cloud.create(
      aliased({ Aliases: { Quantity: 1, Items: ['www.example.com'] } }, 'TLSv1.2_2021') as Partial<DistributionConfig>,
    );
    assert.equal(await lowest('www.example.com'), 'TLSv1.2');
    assert.equal(await agree('www.example.com', 'TLSv1.2', 'ECDHE-RSA-AES128-SHA256'), undefined);
    assert.equal(await agree('www.example.com', 'TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256'), '*.example.com h2');
    // Its own name is under CloudFront's certificate, whose policy is TLSv1.
    assert.equal(await lowest(made.domain), 'TLSv1');
    let { etag } = made;
    for (const [policy, version] of [
      ['TLSv1.3_2025', 'TLSv1.3'],
      ['TLSv1.1_2016', 'TLSv1.1'],
    ]) {
      const DistributionConfig = {
        ...aliased(made.config, policy ?? ''),
        HttpVersion: 'http1.1',
      } as DistributionConfig;
      const updated = await cloud.client.send(
        new UpdateDistributionCommand({ Id: made.id, IfMatch: etag, DistributionConfig }),
      );
      etag = updated.ETag ?? '';
      assert.equal(await lowest('www.example.com'), version);
    }
    assert.equal(await agree('www.example.com', 'TLSv1.2'), '*.example.com http/1.1');
    for (const [version, name] of [
      ['SSLv3', /NotImplemented|refused|OpenSSL/],
      ['TLSv9', /minimum protocol version/],
    ] as const)
      await assert.rejects(
        cloud.client.send(
          new UpdateDistributionCommand({
            Id: made.id,
            IfMatch: etag,
            DistributionConfig: aliased(made.config, version) as DistributionConfig,
          }),
        ),
        name,
      );
  });
});
