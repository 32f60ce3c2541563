import { cdn } from '../../../data-planes/cdn/cdn.ts';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import { certificates } from '../../../engines/certificates/certificates.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Distribution, distributions } from '../state.ts';
import { compile } from './compile.ts';

/**
 * Puts a distribution at the edge as it now is. It takes effect before the operation answers, so a distribution is
 * `Deployed` at once: there is one edge, and nothing to wait for.
 */
export function deploy(kernel: Kernel, distribution: Distribution): void {
  const edge = kernel.engine(cdn);
  const { WebACLId: acl } = distribution.DistributionConfig;
  if (acl) kernel.engine(firewalls).attach(distribution.ARN, acl, 'CF');
  else kernel.engine(firewalls).detach(distribution.ARN);
  const certificate = distribution.DistributionConfig.ViewerCertificate?.ACMCertificateArn;
  kernel.engine(certificates).use(distribution.ARN, certificate);
  if (distribution.DistributionConfig.Enabled) edge.deploy(compile(kernel, distribution));
  else edge.withdraw(distribution.Id);
}

/** After a policy, function or key group has changed: all that may use it. */
export function redeployAll(kernel: Kernel, account: string): void {
  for (const distribution of distributions(kernel, { account }).values()) deploy(kernel, distribution);
}

export function withdraw(kernel: Kernel, distribution: Distribution): void {
  kernel.engine(cdn).withdraw(distribution.Id);
  kernel.engine(certificates).use(distribution.ARN, undefined);
  kernel.engine(firewalls).detach(distribution.ARN);
}
