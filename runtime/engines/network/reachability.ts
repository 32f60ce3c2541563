import { rangeOf, within } from './addresses.ts';
import {
  type InterfaceTable,
  icmp,
  type NetworkAclTable,
  type PacketMatch,
  type SecurityGroupRule,
  type SubnetTable,
  type VpcTable,
} from './vpc-table.ts';

/** One connection as it begins. An end is an interface of the VPC, or an address outside it. */
export interface Connection {
  from: InterfaceTable | string;
  to: InterfaceTable | string;
  protocol: number;
  /** Port of the end it goes to; ICMP's type. */
  port: number;
}

export type Decision =
  | { allowed: true }
  | { allowed: false; by: 'route' | 'network-acl' | 'security-group' | 'isolation'; at: string };

/** Replies of a client go to a port it chose; AWS suggests to open these ("Ephemeral ports", Amazon VPC User Guide). */
const ephemeral = { from: 32768, to: 60999 };

/**
 * Whether a connection is let through, in the order a packet meets the gates: the sender's security groups, its subnet's
 * network ACL, the route, the receiver's network ACL and security groups; and, because network ACLs keep no state, the
 * way back through both ACLs ("Control traffic to your AWS resources using security groups" and "Control subnet traffic
 * with network access control lists", Amazon VPC User Guide).
 */
export function decide(vpc: VpcTable, connection: Connection): Decision {
  const { from, to } = connection;
  for (const end of [from, to])
    if (typeof end !== 'string' && end.isolated) return { allowed: false, by: 'isolation', at: end.networkInterfaceId };
  return (
    securityGroups(vpc, connection, 'egress') ??
    networkAcls(vpc, connection) ??
    routes(vpc, connection) ??
    securityGroups(vpc, connection, 'ingress') ?? { allowed: true }
  );
}

function securityGroups(
  vpc: VpcTable,
  { from, to, protocol, port }: Connection,
  direction: 'ingress' | 'egress',
): Decision | undefined {
  const [own, peer] = direction === 'egress' ? [from, to] : [to, from];
  // Only a Network Load Balancer's interface may have no group, and lets everybody in.
  if (typeof own === 'string' || own.securityGroupIds.length === 0) return;
  const groups = vpc.securityGroups.filter(({ groupId }) => own.securityGroupIds.includes(groupId));
  const rules = groups.flatMap((group) => group[direction]);
  const allowed = rules.some((rule) => matches(rule.match, protocol, port) && concerns(rule, peer));
  return allowed ? undefined : { allowed: false, by: 'security-group', at: own.networkInterfaceId };
}

function concerns({ peer: wanted }: SecurityGroupRule, peer: InterfaceTable | string): boolean {
  if ('cidr' in wanted) return within(addressOf(peer), wanted.cidr);
  return typeof peer !== 'string' && peer.securityGroupIds.includes(wanted.groupId);
}

function networkAcls(vpc: VpcTable, { from, to, protocol, port }: Connection): Decision | undefined {
  const [source, target] = [subnetOf(vpc, from), subnetOf(vpc, to)];
  if (source && source === target) return;
  for (const [subnet, leavesHere] of [
    [source, true],
    [target, false],
  ] as const) {
    if (!subnet) continue;
    const acl = vpc.networkAcls.find(({ networkAclId }) => networkAclId === subnet.networkAclId);
    const peer = addressOf(leavesHere ? to : from);
    const there = aclAllows(acl, { egress: leavesHere, protocol, port, peer });
    const back = protocol === icmp || aclAllowsReplies(acl, { egress: !leavesHere, protocol, peer });
    if (!there || !back) return { allowed: false, by: 'network-acl', at: subnet.networkAclId };
  }
  return;
}

interface AclPacket {
  egress: boolean;
  protocol: number;
  port: number;
  peer: string;
}

function aclAllows(acl: NetworkAclTable | undefined, { egress, protocol, port, peer }: AclPacket): boolean {
  const entry = acl?.entries.find(
    (each) => each.egress === egress && matches(each.match, protocol, port) && within(peer, each.cidr),
  );
  return entry?.allow ?? false;
}

/** A client's port is not known before it connects; replies must pass at both ends of the range clients choose from. */
function aclAllowsReplies(acl: NetworkAclTable | undefined, packet: Omit<AclPacket, 'port'>): boolean {
  return [ephemeral.from, ephemeral.to].every((port) => aclAllows(acl, { ...packet, port }));
}

function routes(vpc: VpcTable, { from, to }: Connection): Decision | undefined {
  const inside = typeof from === 'string' ? to : from;
  const outside = typeof from === 'string' ? from : to;
  if (typeof inside === 'string' || typeof outside !== 'string') return;
  const begunOutside = outside === from;
  return routed(vpc, inside, { outside, begunOutside })
    ? undefined
    : { allowed: false, by: 'route', at: inside.subnetId };
}

/**
 * An internet gateway serves interfaces with a public address, in both directions; a NAT gateway only connections that
 * begin inside ("Internet gateways", "NAT gateways", Amazon VPC User Guide).
 */
function routed(
  vpc: VpcTable,
  inside: InterfaceTable,
  { outside, begunOutside }: { outside: string; begunOutside: boolean },
): boolean {
  const subnet = subnetOf(vpc, inside);
  const route = subnet?.routes
    .filter(({ destination }) => within(outside, destination))
    .sort((a, b) => rangeOf(b.destination).prefix - rangeOf(a.destination).prefix)[0];
  if (route?.target === 'internet-gateway') return inside.publicIp !== undefined;
  return route?.target === 'nat-gateway' && !begunOutside;
}

function matches({ protocol, fromPort, toPort }: PacketMatch, actual: number, port: number): boolean {
  if (protocol === 'all') return true;
  if (protocol !== actual) return false;
  if (fromPort === undefined || fromPort === -1) return true;
  return port >= fromPort && port <= (toPort ?? fromPort);
}

function subnetOf(vpc: VpcTable, end: InterfaceTable | string): SubnetTable | undefined {
  return typeof end === 'string' ? undefined : vpc.subnets.find(({ subnetId }) => subnetId === end.subnetId);
}

function addressOf(end: InterfaceTable | string): string {
  return typeof end === 'string' ? end : end.privateIp;
}
