import type { DistributionConfig } from '@aws-sdk/client-cloudfront';
import type { EdgeDistribution } from '../../../data-planes/cdn/configuration.ts';
import type { TlsSettings } from '../../../engines/certificates/certificates.ts';
import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';

/** "Supported protocols and ciphers between viewers and CloudFront", in the order of preference. */
const aes13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const all13 = [...aes13, 'TLS_CHACHA20_POLY1305_SHA256'];
const both = (ciphers: readonly string[]): string[] =>
  ['ECDSA', 'RSA'].flatMap((kind) => ciphers.map((cipher) => `ECDHE-${kind}-${cipher}`));
const of2025 = both(['AES128-GCM-SHA256', 'AES256-GCM-SHA384']);
const of2021 = both(['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305']);
const of2019 = both(['AES128-GCM-SHA256', 'AES128-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305', 'AES256-SHA384']);
const of2018 = [...of2019, 'AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA256'];
// 3DES, which TLSv1 has on AWS as its last choice, is not in this machine's OpenSSL.
const older = [...of2018, ...both(['AES128-SHA', 'AES256-SHA']), 'AES256-SHA', 'AES128-SHA'];

const policies: Readonly<Record<string, TlsSettings>> = lookupTable({
  TLSv1: { minVersion: 'TLSv1', maxVersion: 'TLSv1.3', ciphers: [...all13, ...older] },
  TLSv1_2016: { minVersion: 'TLSv1', maxVersion: 'TLSv1.3', ciphers: [...all13, ...older] },
  'TLSv1.1_2016': { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.3', ciphers: [...all13, ...older] },
  'TLSv1.2_2018': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: [...all13, ...of2018] },
  'TLSv1.2_2019': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: [...all13, ...of2019] },
  'TLSv1.2_2021': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: [...all13, ...of2021] },
  'TLSv1.2_2025': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: [...all13, ...of2025] },
  'TLSv1.3_2025': { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: aes13 },
});

export function isKnownProtocolVersion(version: string): boolean {
  if (version === 'SSLv3')
    throw refused(
      'cloudfront parameter DistributionConfig.ViewerCertificate.MinimumProtocolVersion = SSLv3',
      "this machine's OpenSSL does not speak SSL 3.",
    );
  return policies[version] !== undefined;
}

/**
 * How viewers are met over TLS. At the distribution's own name that is with CloudFront's certificate, for which "CloudFront
 * automatically sets the security policy to TLSv1" ("Distribution settings", Security policy).
 */
export function viewerTls({ ViewerCertificate, HttpVersion }: DistributionConfig): EdgeDistribution['tls'] {
  // `http3` alone leaves HTTP/1.1 beside HTTP/3, which needs UDP and is not spoken here.
  const http2 = /^http2/i.test(String(HttpVersion ?? 'http2'));
  const arn = ViewerCertificate?.ACMCertificateArn;
  const version = arn === undefined ? 'TLSv1' : String(ViewerCertificate?.MinimumProtocolVersion ?? 'TLSv1');
  return {
    ownName: { certificates: [], settings: settingsOf('TLSv1'), http2 },
    aliases: { certificates: arn === undefined ? [] : [arn], settings: settingsOf(version), http2 },
  };
}

function settingsOf(version: string): TlsSettings {
  const settings = policies[version];
  if (!settings) throw new Error(`a distribution was kept with MinimumProtocolVersion ${version}`);
  return settings;
}
