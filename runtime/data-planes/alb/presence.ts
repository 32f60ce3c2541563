import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';
import { dns } from '../dns/dns.ts';
import { loopbackAddressOf } from '../nlb/flow-entrance.ts';
import type { LoadBalancerTable } from './configuration.ts';
import type { TargetGroup } from './target-group.ts';

/** Where users on this machine find internet-facing load balancers: at the gateway, or where flows come in. */
function publicAddressOf({ type, arn }: LoadBalancerTable): string {
  return type === 'network' ? loopbackAddressOf(arn) : '127.0.0.1';
}

/**
 * What the rest of the cloud knows of a load balancer: its name in DNS with the addresses of its nodes, whether an alias to
 * it counts as healthy, and the certificates that are in use by it.
 */
export function announce(kernel: Kernel, table: LoadBalancerTable, groups: readonly (TargetGroup | undefined)[]): void {
  const { listeners } = table;
  const shown = listeners.flatMap((listener) => listener.certificates);
  kernel.engine(certificates).use(table.arn, shown);
  kernel.engine(certificates).showAt(table.dnsName, shown.length > 0 ? shown : undefined);
  tellHealth(kernel, table, groups);
}

/** The part of it that changes with the health of targets. */
export function tellHealth(
  kernel: Kernel,
  table: LoadBalancerTable,
  groups: readonly (TargetGroup | undefined)[],
): void {
  kernel.engine(dns).awsNames.set(table.dnsName, {
    addresses: table.internal ? addressesOf(table, 'address') : [publicAddressOf(table)],
    vpc: table.vpcId
      ? { id: table.vpcId, addresses: addressesOf(table, table.internal ? 'address' : 'publicAddress') }
      : undefined,
    healthy: groups.every((group) => group === undefined || isUp(group)),
  });
}

export function conceal(kernel: Kernel, { arn, dnsName }: LoadBalancerTable): void {
  kernel.engine(certificates).use(arn, undefined);
  kernel.engine(certificates).showAt(dnsName, undefined);
  kernel.engine(dns).awsNames.remove(dnsName);
}

function addressesOf({ nodes }: LoadBalancerTable, kind: 'address' | 'publicAddress'): string[] {
  return nodes.flatMap((node) => node[kind] ?? []);
}

/**
 * "Evaluate target health": each target group needs a healthy target, and a group without any target is not well. How many
 * it takes is in the group's attributes ("Target group health", DNS failover).
 */
function isUp(group: TargetGroup): boolean {
  const { table } = group;
  if (table.targetType === 'lambda') return table.targets.length > 0;
  const { healthy, registered } = group.counts();
  const { count, percentage } = table.dnsMinimum;
  return healthy >= Math.max(count, 1) && healthy * 100 >= registered * percentage;
}
