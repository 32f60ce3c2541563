import type { SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TlsSettings } from '../../../engines/certificates/certificates.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';

/** "Security policies for your Application Load Balancer": ciphers by their OpenSSL names, in the order they are preferred. */
const tls13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const forwardGcm = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];
const forward12 = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
];
const plain12 = ['AES128-GCM-SHA256', 'AES128-SHA256', 'AES256-GCM-SHA384', 'AES256-SHA256'];
const older = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES128-SHA256',
  'AES128-SHA',
  'AES256-GCM-SHA384',
  'AES256-SHA256',
  'AES256-SHA',
];
const forwardAll = [
  ...forward12,
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-RSA-AES256-SHA',
  'ECDHE-ECDSA-AES256-SHA',
];
/** "Policies that support post-quantum": hybrid groups first, classic ones for clients that know no other. */
const postQuantum = ['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024', 'X25519', 'P-256', 'P-384'];

type Version = TlsSettings['minVersion'];
interface Policy {
  from: Version;
  to: TlsSettings['maxVersion'];
  ciphers: readonly string[];
  groups?: readonly string[];
}

const policies: Readonly<Record<string, Policy>> = lookupTable({
  'ELBSecurityPolicy-TLS13-1-2-2021-06': { from: 'TLSv1.2', to: 'TLSv1.3', ciphers: [...tls13, ...forward12] },
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06': { from: 'TLSv1.2', to: 'TLSv1.3', ciphers: [...tls13, ...forwardGcm] },
  'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09': {
    from: 'TLSv1.2',
    to: 'TLSv1.3',
    ciphers: [...tls13, ...forwardGcm],
    groups: postQuantum,
  },
  'ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06': {
    from: 'TLSv1.2',
    to: 'TLSv1.3',
    ciphers: [...tls13, ...forward12, ...plain12],
  },
  'ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06': { from: 'TLSv1.2', to: 'TLSv1.3', ciphers: [...tls13, ...older] },
  'ELBSecurityPolicy-TLS13-1-3-2021-06': { from: 'TLSv1.3', to: 'TLSv1.3', ciphers: tls13 },
  'ELBSecurityPolicy-TLS13-1-1-2021-06': { from: 'TLSv1.1', to: 'TLSv1.3', ciphers: [...tls13, ...older] },
  'ELBSecurityPolicy-TLS13-1-0-2021-06': { from: 'TLSv1', to: 'TLSv1.3', ciphers: [...tls13, ...older] },
  'ELBSecurityPolicy-2016-08': { from: 'TLSv1', to: 'TLSv1.2', ciphers: older },
  'ELBSecurityPolicy-2015-05': { from: 'TLSv1', to: 'TLSv1.2', ciphers: older },
  'ELBSecurityPolicy-TLS-1-1-2017-01': { from: 'TLSv1.1', to: 'TLSv1.2', ciphers: older },
  'ELBSecurityPolicy-TLS-1-2-2017-01': { from: 'TLSv1.2', to: 'TLSv1.2', ciphers: [...forward12, ...plain12] },
  'ELBSecurityPolicy-TLS-1-2-Ext-2018-06': { from: 'TLSv1.2', to: 'TLSv1.2', ciphers: older },
  'ELBSecurityPolicy-FS-2018-06': { from: 'TLSv1', to: 'TLSv1.2', ciphers: forwardAll },
  'ELBSecurityPolicy-FS-1-1-2019-08': { from: 'TLSv1.1', to: 'TLSv1.2', ciphers: forwardAll },
  'ELBSecurityPolicy-FS-1-2-2019-08': { from: 'TLSv1.2', to: 'TLSv1.2', ciphers: forwardAll },
  'ELBSecurityPolicy-FS-1-2-Res-2019-08': { from: 'TLSv1.2', to: 'TLSv1.2', ciphers: forward12 },
  'ELBSecurityPolicy-FS-1-2-Res-2020-10': { from: 'TLSv1.2', to: 'TLSv1.2', ciphers: forwardGcm },
});

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

export const isPolicy = (name: string): boolean => policies[name] !== undefined;

/** What listeners with that policy agree on. */
export function tlsSettingsOf(name: string): TlsSettings {
  const policy = policies[name];
  if (!policy) throw new Error(`a listener was kept with the policy ${name}`);
  const { from, to, ciphers, groups } = policy;
  return { minVersion: from, maxVersion: to, ciphers, ...(groups ? { groups } : {}) };
}

export function sslPolicies(): SslPolicy[] {
  return Object.entries(policies).map(([Name, { from, to, ciphers }]) => ({
    Name,
    SslProtocols: versions.slice(versions.indexOf(from), versions.indexOf(to) + 1),
    Ciphers: ciphers.map((cipher, index) => ({ Name: cipher, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  }));
}
