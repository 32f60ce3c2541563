import type { Certificate, CreateListenerCommandInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { unsupportedProtocol, validationError } from '../errors.ts';
import type { ListenerProtocol, LoadBalancerRecord } from '../state.ts';
import { checkCertificates, checkPolicy, defaultPolicy } from './certificates.ts';

const ofType: Readonly<Record<LoadBalancerRecord['Type'], readonly ListenerProtocol[]>> = {
  application: ['HTTP', 'HTTPS'],
  network: ['TCP', 'TLS'],
};

export function protocolOf(protocol: string | undefined, type: LoadBalancerRecord['Type']): ListenerProtocol {
  if (protocol === undefined) throw validationError('A listener protocol must be specified');
  const known = ofType[type].find((one) => one === protocol);
  if (known) return known;
  if (type === 'network' && /^(UDP|TCP_UDP|QUIC|TCP_QUIC)$/.test(protocol))
    throw refused(`elbv2 parameter Protocol = ${protocol}`, 'Network Load Balancers here carry TCP and TLS.');
  throw unsupportedProtocol(protocol);
}

export const endsTls = (protocol: ListenerProtocol): boolean => protocol === 'HTTPS' || protocol === 'TLS';

export function policyFor(protocol: ListenerProtocol, policy: string | undefined): string | undefined {
  if (!endsTls(protocol)) return undefined;
  if (policy !== undefined) checkPolicy(policy);
  return policy ?? defaultPolicy;
}

export async function certificatesFor(
  ctx: Context,
  protocol: ListenerProtocol,
  { Certificates = [] }: Pick<CreateListenerCommandInput, 'Certificates'>,
): Promise<Certificate[]> {
  if (!endsTls(protocol)) {
    if (Certificates.length > 0)
      throw validationError('Certificates can be specified only for HTTPS and TLS listeners');
    return [];
  }
  if (Certificates.length !== 1) throw validationError(`A certificate must be specified for ${protocol} listeners`);
  await checkCertificates(ctx, Certificates);
  return Certificates.map(({ CertificateArn }) => ({ CertificateArn }));
}

/** "Listener settings": what only some protocols have. */
export function refuseSettings(
  input: Pick<CreateListenerCommandInput, 'AlpnPolicy' | 'MutualAuthentication'>,
  protocol: ListenerProtocol,
): void {
  if (input.AlpnPolicy?.length && protocol !== 'TLS')
    throw validationError('ALPN policies can be specified only for TLS listeners');
  if (input.AlpnPolicy?.some((policy) => policy !== 'None'))
    throw refused('elbv2 parameter AlpnPolicy', 'TLS listeners here agree on no protocol above; use None.');
  const mode = input.MutualAuthentication?.Mode;
  if (mode !== undefined && mode !== 'off')
    throw refused('elbv2 parameter MutualAuthentication', 'TLS ends in front of the load balancer.');
}
