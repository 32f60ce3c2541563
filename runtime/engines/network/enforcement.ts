import type { Kernel } from '../../kernel/service.ts';
import { network } from './network.ts';

/** What of a VPC's rules has no effect at the level that this machine gives; empty where the kernel enforces them. */
export function notEnforced(kernel: Kernel): string[] {
  const engine = kernel.engine(network);
  if (engine.level === 'namespace') return [];
  return [
    `the network runs at the level loopback: ${engine.lacking}`,
    'enforced: security groups, network ACLs and routes of connections that load balancers and the runtime make, and of those that come to databases',
    'not enforced: connections of instances and functions to one another, of other programs of this machine to them, and theirs to AWS’s API and to this machine',
    'instances: Node and Python programs have the instance’s address; other servers listen where they say, and two of them at one port are one too many',
    'instances: all processes run as one user; AWS’s names and metadata are led by the preload and by http_proxy; flow logs tell of connections the runtime decided about',
  ];
}
