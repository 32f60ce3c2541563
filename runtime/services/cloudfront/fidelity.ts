import { parametersOf, refusedFor, stored } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

const distributions = [
  'CreateDistribution.DistributionConfig',
  'UpdateDistribution.DistributionConfig',
  'CreateDistributionWithTags.DistributionConfigWithTags.DistributionConfig',
];

/** What a distribution's configuration holds that is kept and returned but changes nothing on one machine, or is refused. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...stored(
    parametersOf(
      distributions,
      'PriceClass',
      'IsIPV6Enabled',
      'ViewerCertificate.SSLSupportMethod',
      'Origins.Items.OriginShield',
      'Origins.Items.CustomOriginConfig.OriginSslProtocols',
      'Origins.Items.CustomOriginConfig.OriginKeepaliveTimeout',
      'Origins.Items.CustomOriginConfig.IpAddressType',
      'Comment',
    ),
  ),
  ...refusedFor(
    'only direct distributions are run, not multi-tenant ones.',
    parametersOf(distributions, 'TenantConfig'),
  ),
  ...refusedFor('TLS ends in front of the edge.', parametersOf(distributions, 'ViewerMtlsConfig')),
  ...refusedFor(
    'no certificate is shown to origins.',
    parametersOf(distributions, 'Origins.Items.CustomOriginConfig.OriginMtlsConfig'),
  ),
  ...refusedFor(
    'origins in a VPC are reached by their public name.',
    parametersOf(distributions, 'Origins.Items.VpcOriginConfig'),
  ),
  ...refusedFor(
    'key value stores are not run.',
    parametersOf(['CreateFunction', 'UpdateFunction'], 'FunctionConfig.KeyValueStoreAssociations'),
  ),
});
