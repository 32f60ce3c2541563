import type { Kernel } from '../../../kernel/service.ts';
import type { Standing } from '../../../kernel/usage.ts';
import { healthChecks, hostedZones } from '../state.ts';

/** Zones and health checks by the month; queries are counted where they are answered (data-planes/dns/query-counts.ts). */
export function* standing(kernel: Kernel): Iterable<Standing> {
  for (const owner of kernel.store.scopes('route53.hosted-zones'))
    for (const zone of hostedZones(kernel, owner).values())
      yield charge(zone.account, 'HostedZone', `arn:aws:route53:::hostedzone/${zone.Id}`);
  for (const owner of kernel.store.scopes('route53.health-checks'))
    for (const { account, Id } of healthChecks(kernel, owner).values())
      yield charge(account, 'Health-Check-AWS', `arn:aws:route53:::healthcheck/${Id}`);
}

function charge(account: string, usageType: string, resource: string): Standing {
  return { usageType, amount: 1, resource, region: 'us-east-1', account };
}
