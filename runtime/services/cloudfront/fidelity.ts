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
      // Viewers are met over HTTP/2 and HTTP/1.1.
      'HttpVersion.http3',
      'HttpVersion.http2and3',
    ),
  ),
  ...refusedFor(
    'only direct distributions are run, not multi-tenant ones.',
    parametersOf(distributions, 'TenantConfig'),
  ),
  ...refusedFor(
    'IAM keeps no server certificates here; use one of ACM.',
    parametersOf(distributions, 'ViewerCertificate.IAMCertificateId'),
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
