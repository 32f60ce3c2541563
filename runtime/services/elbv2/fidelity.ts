import { parametersOf, refusedFor } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';
import { attributeFidelity, loadBalancerAttributes } from './behaviour/attributes.ts';

const actions = [
  ...parametersOf(['CreateListener', 'ModifyListener'], 'DefaultActions'),
  ...parametersOf(['CreateRule', 'ModifyRule'], 'Actions'),
];

/** Parameters that are kept without effect, or refused; the rest of what `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...attributeFidelity('ModifyLoadBalancerAttributes.Attributes', loadBalancerAttributes),
  ...refusedFor('targets take requests as they come.', 'CreateTargetGroup.TargetControlPort'),
  ...refusedFor('there are no Outposts on one machine.', 'CreateLoadBalancer.CustomerOwnedIpv4Pool'),
  ...refusedFor('addresses come from the subnets.', 'CreateLoadBalancer.IpamPools'),
  ...refusedFor(
    'networks here are IPv4.',
    parametersOf(['CreateLoadBalancer', 'SetSubnets'], 'EnablePrefixForIpv6SourceNat'),
  ),
  ...refusedFor('anomalies of targets are not detected.', 'DescribeTargetHealth.Include'),
  ...refusedFor(
    'rules do not rewrite requests.',
    parametersOf('ModifyRule', 'ResetTransforms', 'Transforms'),
    'CreateRule.Transforms',
  ),
  ...refusedFor('PrivateLink is not done.', 'SetSecurityGroups.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic'),
  ...refusedFor(
    'users are not signed in by load balancers here.',
    parametersOf(actions, 'AuthenticateOidcConfig', 'AuthenticateCognitoConfig', 'JwtValidationConfig'),
  ),
  ...refusedFor(
    'TLS ends in front of the load balancer.',
    parametersOf(
      ['CreateListener.MutualAuthentication', 'ModifyListener.MutualAuthentication'],
      'TrustStoreArn',
      'IgnoreClientCertificateExpiry',
      'TrustStoreAssociationStatus',
      'AdvertiseTrustStoreCaNames',
    ),
  ),
  ...refusedFor(
    'QUIC is not run.',
    parametersOf(
      ['RegisterTargets.Targets', 'DeregisterTargets.Targets', 'DescribeTargetHealth.Targets'],
      'QuicServerId',
    ),
  ),
});
