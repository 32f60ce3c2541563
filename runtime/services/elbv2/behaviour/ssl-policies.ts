import type { SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2';

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
const [tls10, tls11, tls12, tls13Only] = [['TLSv1'], ['TLSv1.1'], ['TLSv1.2'], ['TLSv1.3']];

const described: Readonly<Record<string, { protocols: string[]; ciphers: string[] }>> = {
  'ELBSecurityPolicy-TLS13-1-2-2021-06': { protocols: [...tls12, ...tls13Only], ciphers: [...tls13, ...forward12] },
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06': {
    protocols: [...tls12, ...tls13Only],
    ciphers: [...tls13, ...forwardGcm],
  },
  'ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06': {
    protocols: [...tls12, ...tls13Only],
    ciphers: [...tls13, ...forward12, ...plain12],
  },
  'ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06': { protocols: [...tls12, ...tls13Only], ciphers: [...tls13, ...older] },
  'ELBSecurityPolicy-TLS13-1-3-2021-06': { protocols: tls13Only, ciphers: tls13 },
  'ELBSecurityPolicy-TLS13-1-1-2021-06': {
    protocols: [...tls11, ...tls12, ...tls13Only],
    ciphers: [...tls13, ...older],
  },
  'ELBSecurityPolicy-TLS13-1-0-2021-06': {
    protocols: [...tls10, ...tls11, ...tls12, ...tls13Only],
    ciphers: [...tls13, ...older],
  },
  'ELBSecurityPolicy-2016-08': { protocols: [...tls10, ...tls11, ...tls12], ciphers: older },
  'ELBSecurityPolicy-TLS-1-1-2017-01': { protocols: [...tls11, ...tls12], ciphers: older },
  'ELBSecurityPolicy-TLS-1-2-2017-01': { protocols: tls12, ciphers: [...forward12, ...plain12] },
  'ELBSecurityPolicy-TLS-1-2-Ext-2018-06': { protocols: tls12, ciphers: older },
};

export function sslPolicies(): SslPolicy[] {
  return Object.entries(described).map(([Name, { protocols, ciphers }]) => ({
    Name,
    SslProtocols: protocols,
    Ciphers: ciphers.map((cipher, index) => ({ Name: cipher, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  }));
}
