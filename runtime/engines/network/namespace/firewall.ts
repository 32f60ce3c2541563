import { rangeOf, resolverOf } from '../addresses.ts';
import {
  icmp,
  type NetworkAclTable,
  type PacketMatch,
  type SecurityGroupRule,
  type SubnetTable,
  tcp,
  udp,
  type VpcTable,
} from '../vpc-table.ts';

/**
 * A VPC's gates as an nftables ruleset for its router's namespace, replaced whole in one transaction. Every packet meets
 * the same gates, whether it passes through (interface to interface) or begins or ends at an address the router itself
 * holds (a load balancer's node, the outside): network ACLs without state, then security groups and routes for what
 * begins a connection. reachability.ts says the same in TypeScript, for the level without namespaces.
 */
export function renderFirewall(vpc: VpcTable): string {
  const interfaces = vpc.interfaces;
  const addresses = (chosen: typeof interfaces) => chosen.map(({ privateIp }) => privateIp);
  return [
    'add table ip orrery',
    'delete table ip orrery',
    'table ip orrery {',
    set('vpc', 'type ipv4_addr; flags interval; auto-merge', vpc.cidrs),
    set('held', 'type ipv4_addr', addresses([...interfaces])),
    set('isolated', 'type ipv4_addr', addresses(interfaces.filter(({ isolated }) => isolated))),
    set('public', 'type ipv4_addr', addresses(interfaces.filter(({ publicIp }) => publicIp !== undefined))),
    ...vpc.securityGroups.map(({ groupId }) =>
      set(
        name('g', groupId),
        'type ipv4_addr',
        addresses(interfaces.filter(({ securityGroupIds }) => securityGroupIds.includes(groupId))),
      ),
    ),
    flowSet('accepted'),
    flowSet('rejected'),
    refusedChain,
    letThroughChain,
    ...vpc.subnets.flatMap((subnet) => subnetChains(vpc, subnet)),
    ...interfaces.flatMap(({ networkInterfaceId, securityGroupIds }) =>
      groupChains(vpc, networkInterfaceId, securityGroupIds),
    ),
    gates(vpc),
    ...['forward', 'input', 'output'].map(hook),
    '}',
    '',
  ].join('\n');
}

/** Names in nftables take letters, digits and underscores. */
function name(kind: string, id: string): string {
  return `${kind}_${id.replace(/[^A-Za-z0-9]/g, '_')}`;
}

function set(setName: string, type: string, elements: readonly string[]): string {
  const listed = elements.length > 0 ? ` elements = { ${[...new Set(elements)].join(', ')} };` : '';
  return `set ${setName} { ${type};${listed} }`;
}

/** Who spoke to whom, counted by the kernel: flow logs are read from here. */
function flowSet(setName: string): string {
  return `set ${setName} { type ipv4_addr . inet_service . ipv4_addr . inet_service . inet_proto; flags dynamic; size 65535; timeout 15m; counter; }`;
}

const flow = 'ip saddr . th sport . ip daddr . th dport . ip protocol';

const refusedChain = `chain refused {
  meta l4proto { tcp, udp } update @rejected { ${flow} }
  drop
}`;

const letThroughChain = `chain let_through {
  meta l4proto { tcp, udp } update @accepted { ${flow} }
  accept
}`;

/** Metadata and the resolver are behind no gate ("Security group rules", "Control subnet traffic with network ACLs", User Guide). */
function gates(vpc: VpcTable): string {
  const resolver = vpc.cidrs[0] === undefined ? [] : [resolverOf(vpc.cidrs[0])];
  return `chain gates {
  ip saddr 127.0.0.0/8 accept
  ip saddr 169.254.0.0/16 accept
  ip daddr 169.254.0.0/16 accept
  ${resolver.flatMap((address) => [`ip saddr ${address} accept`, `ip daddr ${address} accept`]).join('\n  ')}
  ip saddr @isolated goto refused
  ip daddr @isolated goto refused
  ${verdicts(
    'ip saddr',
    vpc.subnets.map(({ subnetId, cidr }) => [cidr, name('out', subnetId)]),
  )}
  ${verdicts(
    'ip daddr',
    vpc.subnets.map(({ subnetId, cidr }) => [cidr, name('in', subnetId)]),
  )}
  ct state established,related goto let_through
  ct state invalid drop
  ${verdicts(
    'ip saddr',
    vpc.interfaces.map((each) => [each.privateIp, name('egress', each.networkInterfaceId)]),
  )}
  ip saddr @held ip daddr != @vpc ${verdicts(
    'ip saddr',
    vpc.subnets.map(({ subnetId, cidr }) => [cidr, name('away', subnetId)]),
  )}
  ip daddr @held ip saddr != @vpc ${verdicts(
    'ip daddr',
    vpc.subnets.map(({ subnetId, cidr }) => [cidr, name('hither', subnetId)]),
  )}
  ${verdicts(
    'ip daddr',
    vpc.interfaces.map((each) => [each.privateIp, name('ingress', each.networkInterfaceId)]),
  )}
  goto let_through
}`;
}

function verdicts(of: string, jumps: readonly (readonly [string, string])[]): string {
  return jumps.length === 0
    ? 'continue'
    : `${of} vmap { ${jumps.map(([address, chain]) => `${address} : jump ${chain}`).join(', ')} }`;
}

function hook(at: string): string {
  return `chain ${at} { type filter hook ${at} priority 0; policy drop; goto gates; }`;
}

function subnetChains(vpc: VpcTable, subnet: SubnetTable): string[] {
  const acl = vpc.networkAcls.find(({ networkAclId }) => networkAclId === subnet.networkAclId);
  const routes = [...subnet.routes].sort((a, b) => rangeOf(b.destination).prefix - rangeOf(a.destination).prefix);
  return [
    aclChain(name('out', subnet.subnetId), acl, { egress: true, own: subnet.cidr }),
    aclChain(name('in', subnet.subnetId), acl, { egress: false, own: subnet.cidr }),
    chain(name('away', subnet.subnetId), [
      ...routes.flatMap(({ destination, target }) => away[target].map((rest) => `ip daddr ${destination} ${rest}`)),
      'goto refused',
    ]),
    chain(name('hither', subnet.subnetId), [
      ...routes.flatMap(({ destination, target }) => hither[target].map((rest) => `ip saddr ${destination} ${rest}`)),
      'goto refused',
    ]),
  ];
}

/** An internet gateway serves interfaces with a public address, a NAT gateway connections that begin inside. */
const away = {
  'internet-gateway': ['ip saddr @public return', 'goto refused'],
  'nat-gateway': ['return'],
  blackhole: ['goto refused'],
} as const;

const hither = {
  'internet-gateway': ['ip daddr @public return', 'goto refused'],
  'nat-gateway': ['goto refused'],
  blackhole: ['goto refused'],
} as const;

function aclChain(
  chainName: string,
  acl: NetworkAclTable | undefined,
  { egress, own }: { egress: boolean; own: string },
): string {
  const peer = egress ? 'ip daddr' : 'ip saddr';
  const entries = (acl?.entries ?? []).filter((entry) => entry.egress === egress);
  return chain(chainName, [
    `${peer} ${own} return`,
    ...entries.map(
      ({ allow, match, cidr }) => `${peer} ${cidr} ${matchText(match)} ${allow ? 'return' : 'goto refused'}`,
    ),
    'goto refused',
  ]);
}

function groupChains(vpc: VpcTable, interfaceId: string, groupIds: readonly string[]): string[] {
  const groups = vpc.securityGroups.filter(({ groupId }) => groupIds.includes(groupId));
  return (['egress', 'ingress'] as const).map((direction) =>
    chain(name(direction, interfaceId), [
      ...groups.flatMap((group) => group[direction].map((rule) => `${groupRule(rule, direction)} return`)),
      // Only a Network Load Balancer's interface may have no group, and lets everybody in.
      groupIds.length === 0 ? 'return' : 'goto refused',
    ]),
  );
}

function groupRule({ match, peer }: SecurityGroupRule, direction: 'egress' | 'ingress'): string {
  const end = direction === 'egress' ? 'ip daddr' : 'ip saddr';
  return `${end} ${'cidr' in peer ? peer.cidr : `@${name('g', peer.groupId)}`} ${matchText(match)}`;
}

function matchText({ protocol, fromPort, toPort, icmpCode }: PacketMatch): string {
  if (protocol === 'all') return '';
  const ranged = fromPort !== undefined && fromPort !== -1;
  const range = ranged ? `${fromPort}-${toPort ?? fromPort}` : undefined;
  if (protocol === tcp || protocol === udp)
    return range ? `${protocol === tcp ? 'tcp' : 'udp'} dport ${range}` : `ip protocol ${protocol}`;
  if (protocol === icmp && ranged)
    return `icmp type ${fromPort}${icmpCode === undefined ? '' : ` icmp code ${icmpCode}`}`;
  return `ip protocol ${protocol}`;
}

function chain(chainName: string, rules: readonly string[]): string {
  return `chain ${chainName} {\n  ${rules.join('\n  ')}\n}`;
}
