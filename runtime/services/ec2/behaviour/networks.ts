import { dns } from '../../../data-planes/dns/dns.ts';
import { network } from '../../../engines/network/network.ts';
import {
  type InterfaceTable,
  icmp,
  type NetworkAclEntry,
  type PacketMatch,
  type RouteTable as RouteLine,
  type SecurityGroupRule as RuleLine,
  type SubnetTable,
  type VpcTable,
} from '../../../engines/network/vpc-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import {
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  type RouteTable,
  routeTables,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  securityGroups,
  subnets,
  vpcEndpoints,
  vpcs,
} from '../network-state.ts';
import { flowLogSchedule } from './flow-records.ts';
import type { Where } from './noun.ts';
import { prefixList } from './prefix-lists.ts';
import { vpcDoors } from './vpc-doors.ts';
import { namesOf } from './vpc-names.ts';

/** Puts a VPC as it is now in force in the network engine. To be awaited before what changed it is answered. */
export async function enforce(kernel: Kernel & Scope, vpcId: string | undefined): Promise<void> {
  if (vpcId === undefined) return;
  const engine = kernel.engine(network);
  const isThere = vpcs.records(kernel).has(vpcId);
  kernel.engine(dns).awsNames.setVpc(vpcId, isThere ? namesOf(kernel, vpcId) : undefined);
  if (isThere) kernel.engine(flowLogSchedule).follow({ account: kernel.account, region: kernel.region }, vpcId);
  if (isThere) await engine.apply(compile(kernel, vpcId));
  else engine.remove(vpcId);
  await kernel.engine(vpcDoors).sync(vpcId);
}

/** The VPC's configuration as the network engine decides by it. */
export function compile(where: Where, vpcId: string): VpcTable {
  const vpc = vpcs.find(where, vpcId);
  const ofVpc = <T extends { VpcId: string }>(records: T[]): T[] => records.filter((record) => record.VpcId === vpcId);
  const tables = ofVpc(routeTables.all(where));
  const acls = ofVpc(networkAcls.all(where));
  return {
    vpcId,
    cidrs: vpc.CidrBlockAssociationSet.map(({ CidrBlock = '' }) => CidrBlock),
    subnets: ofVpc(subnets.all(where)).map((subnet): SubnetTable => {
      const acl = acls.find(({ Associations }) => Associations.some(({ SubnetId }) => SubnetId === subnet.SubnetId));
      return {
        subnetId: subnet.SubnetId,
        cidr: subnet.CidrBlock,
        availabilityZone: subnet.AvailabilityZone,
        networkAclId: acl?.NetworkAclId ?? '',
        routes: routesOf(where, tableOf(tables, subnet), vpcId),
      };
    }),
    networkAcls: acls.map(({ NetworkAclId, Entries }) => ({ networkAclId: NetworkAclId, entries: entriesOf(Entries) })),
    securityGroups: ofVpc(securityGroups.all(where)).map((group) => ({
      groupId: group.GroupId,
      ingress: group.rules.filter(({ IsEgress }) => !IsEgress).flatMap((rule) => ruleLines(where, group, rule)),
      egress: group.rules.filter(({ IsEgress }) => IsEgress).flatMap((rule) => ruleLines(where, group, rule)),
    })),
    interfaces: ofVpc(networkInterfaces.all(where)).flatMap(interfaceLines),
  };
}

/** The table a subnet is associated with, else the VPC's main one. */
export function tableOf(tables: RouteTable[], subnet: Subnet): RouteTable | undefined {
  const own = tables.find(({ Associations }) => Associations.some(({ SubnetId }) => SubnetId === subnet.SubnetId));
  return (
    own ?? tables.find(({ VpcId, Associations }) => VpcId === subnet.VpcId && Associations.some(({ Main }) => Main))
  );
}

function routesOf(where: Where, table: RouteTable | undefined, vpcId: string): RouteLine[] {
  if (!table) return [];
  const lines = table.Routes.filter(
    ({ GatewayId, DestinationCidrBlock }) => GatewayId !== 'local' && DestinationCidrBlock,
  ).map(
    (route): RouteLine => ({ destination: route.DestinationCidrBlock ?? '', target: targetOf(where, route, vpcId) }),
  );
  const endpoints = vpcEndpoints.all(where).filter(({ RouteTableIds }) => RouteTableIds.includes(table.RouteTableId));
  // A gateway endpoint is entered like a NAT gateway is: by connections that begin inside, and by nothing else.
  const served = endpoints.flatMap((endpoint) =>
    gatewayCidrs(where.region, endpoint.ServiceName).map(
      (destination): RouteLine => ({ destination, target: 'nat-gateway' }),
    ),
  );
  return [...lines, ...served];
}

export function gatewayCidrs(region: string, serviceName: string): string[] {
  const ids: Record<string, string> = { s3: 'pl-63a5400a', dynamodb: 'pl-02cd2c6b' };
  return prefixList(region, ids[serviceName.split('.').pop() ?? ''] ?? '')?.cidrs ?? [];
}

/** A route whose target is gone, or not attached to the VPC, leads nowhere ("Route states": blackhole). */
export function targetOf(
  where: Where,
  route: { GatewayId?: string | undefined; NatGatewayId?: string | undefined },
  vpcId: string,
): RouteLine['target'] {
  const { GatewayId, NatGatewayId } = route;
  if (GatewayId !== undefined) {
    const attached = internetGateways
      .records(where)
      .get(GatewayId)
      ?.Attachments.some(({ VpcId }) => VpcId === vpcId);
    return attached ? 'internet-gateway' : 'blackhole';
  }
  const nat = NatGatewayId === undefined ? undefined : natGateways.records(where).get(NatGatewayId);
  return nat?.State === 'available' && natLeadsOut(where, nat.SubnetId, nat.ConnectivityType)
    ? 'nat-gateway'
    : 'blackhole';
}

/** A public NAT gateway leads out only where its own subnet does ("NAT gateway basics", Amazon VPC User Guide). */
function natLeadsOut(where: Where, subnetId: string, connectivity: string | undefined): boolean {
  const subnet = subnets.records(where).get(subnetId);
  if (!subnet || connectivity === 'private') return false;
  const table = tableOf(
    routeTables.all(where).filter(({ VpcId }) => VpcId === subnet.VpcId),
    subnet,
  );
  const out = table?.Routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
  return out?.GatewayId !== undefined && targetOf(where, out, subnet.VpcId) === 'internet-gateway';
}

function entriesOf(entries: NonNullable<ReturnType<typeof networkAcls.all>[number]['Entries']>): NetworkAclEntry[] {
  return [...entries]
    .sort((a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0))
    .filter(({ CidrBlock }) => CidrBlock !== undefined)
    .map(({ Egress, RuleAction, Protocol, PortRange, IcmpTypeCode, CidrBlock }) => ({
      egress: Egress === true,
      allow: RuleAction === 'allow',
      match: matchOf(Protocol ?? '-1', PortRange?.From ?? IcmpTypeCode?.Type, PortRange?.To ?? IcmpTypeCode?.Code),
      cidr: CidrBlock ?? '',
    }));
}

function matchOf(protocol: string, fromPort: number | undefined, toPort: number | undefined): PacketMatch {
  if (protocol === '-1') return { protocol: 'all' };
  const numbers: Record<string, number> = { icmp, tcp: 6, udp: 17, icmpv6: 58 };
  const number = numbers[protocol] ?? Number(protocol);
  if (number !== icmp) return { protocol: number, fromPort, toPort };
  // For ICMP these are type and code, -1 for all ("IpPermission").
  return { protocol: number, fromPort, ...(toPort === undefined || toPort === -1 ? {} : { icmpCode: toPort }) };
}

function ruleLines(where: Where, group: SecurityGroup, rule: SecurityGroupRule): RuleLine[] {
  const match = matchOf(rule.IpProtocol, rule.FromPort, rule.ToPort);
  if (rule.CidrIpv4 !== undefined) return [{ match, peer: { cidr: rule.CidrIpv4 } }];
  const peerId = rule.ReferencedGroupInfo?.GroupId;
  if (peerId !== undefined)
    return securityGroups.records(where).get(peerId)?.VpcId === group.VpcId
      ? [{ match, peer: { groupId: peerId } }]
      : [];
  return (prefixList(where.region, rule.PrefixListId ?? '')?.cidrs ?? []).map((cidr) => ({ match, peer: { cidr } }));
}

function interfaceLines(each: ReturnType<typeof networkInterfaces.all>[number]): InterfaceTable[] {
  return each.PrivateIpAddresses.map(({ PrivateIpAddress = '', Primary, Association }) => ({
    // Only the primary address is an interface of its own to sandboxes; the others answer behind the same gates.
    networkInterfaceId: Primary ? each.NetworkInterfaceId : `${each.NetworkInterfaceId}/${PrivateIpAddress}`,
    subnetId: each.SubnetId,
    privateIp: PrivateIpAddress,
    publicIp: Association?.PublicIp,
    securityGroupIds: each.Groups.map(({ GroupId = '' }) => GroupId),
  }));
}
