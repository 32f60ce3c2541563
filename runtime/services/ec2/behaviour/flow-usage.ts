import { rangeOf, within } from '../../../engines/network/addresses.ts';
import type { FlowCount } from '../../../engines/network/flows.ts';
import { formatArn } from '../../../kernel/arn.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { gigabyte } from '../../../kernel/usage.ts';
import {
  type NetworkInterface,
  natGateways,
  networkInterfaces,
  routeTables,
  type Subnet,
  subnets,
  vpcEndpoints,
  vpcs,
} from '../network-state.ts';
import { holds } from './flow-fields.ts';
import { gatewayCidrs, tableOf } from './networks.ts';
import type { Where } from './noun.ts';

/**
 * What is paid for by the bytes that flowed in a VPC: through NAT gateways, both ways ("Amazon VPC pricing"), to interface
 * endpoints ("AWS PrivateLink pricing"), and between zones ("EC2 On-Demand pricing", Data Transfer within the same Region).
 * Only the kernel counts bytes: at the level loopback nothing of it is known.
 */
export function meterFlows(
  kernel: Kernel,
  where: Where,
  { vpcId, flows }: { vpcId: string; flows: readonly FlowCount[] },
): void {
  if (!vpcs.records(where).has(vpcId)) return;
  const { CidrBlockAssociationSet } = vpcs.find(where, vpcId);
  const inVpc = (address: string): boolean =>
    CidrBlockAssociationSet.some(({ CidrBlock }) => CidrBlock !== undefined && within(address, CidrBlock));
  const faces = networkInterfaces.all(where).filter(({ VpcId }) => VpcId === vpcId);
  const sums = new Map<string, Line & { bytes: number }>();
  for (const { source, target, bytes, action } of flows) {
    if (action === 'REJECT' || bytes === 0) continue;
    const [from, to] = [source, target].map((address) => faces.find((face) => holds(face, address)));
    const lines =
      from && to
        ? between(where, from, to)
        : [from, to].flatMap((face) => (face ? outwards(where, face, from ? target : source, inVpc) : []));
    for (const line of lines) {
      const key = `${line.usageType} ${line.id}`;
      const sum = sums.get(key) ?? { ...line, bytes: 0 };
      sums.set(key, { ...sum, bytes: sum.bytes + bytes });
    }
  }
  const { account, region } = where;
  for (const { service, usageType, id, bytes } of sums.values()) {
    const resource = formatArn('ec2', region, account, id);
    const amount = bytes / gigabyte;
    kernel.events.emit('usage', { service, usageType, amount, resource, account, region, traces: [] });
  }
}

interface Line {
  service: string;
  usageType: string;
  /** kind/id */
  id: string;
}

/** Each end pays what passes a zone's border. Load balancers' own hops and those to endpoints are free. */
function between(where: Where, from: NetworkInterface, to: NetworkInterface): Line[] {
  const ends = [from, to];
  const endpoints = ends.filter(({ InterfaceType }) => InterfaceType === 'vpc_endpoint');
  if (endpoints.length > 0) return endpoints.flatMap((face) => endpointLine(where, face));
  if (from.AvailabilityZone === to.AvailabilityZone || ends.some(isLoadBalancer)) return [];
  return ends.filter(({ RequesterId }) => RequesterId !== 'amazon-rds').map(regionalLine);
}

function regionalLine({ NetworkInterfaceId }: NetworkInterface): Line {
  const id = `network-interface/${NetworkInterfaceId}`;
  return { service: 'data-transfer', usageType: 'DataTransfer-Regional-Bytes', id };
}

function isLoadBalancer({ RequesterId, Description = '' }: NetworkInterface): boolean {
  return RequesterId === 'amazon-elb' || Description.startsWith('ELB ');
}

function endpointLine(where: Where, { NetworkInterfaceId }: NetworkInterface): Line[] {
  const endpoint = vpcEndpoints
    .all(where)
    .find(({ NetworkInterfaceIds }) => NetworkInterfaceIds.includes(NetworkInterfaceId));
  if (!endpoint) return [];
  return [{ service: 'ec2', usageType: 'VpcEndpoint-Bytes', id: `vpc-endpoint/${endpoint.VpcEndpointId}` }];
}

/** By a NAT gateway where the subnet's most specific route says so; gateway endpoints cost nothing. */
function outwards(where: Where, face: NetworkInterface, address: string, inVpc: (address: string) => boolean): Line[] {
  if (inVpc(address)) return [];
  const subnet: Subnet | undefined = subnets.records(where).get(face.SubnetId);
  const tables = routeTables.all(where).filter(({ VpcId }) => VpcId === face.VpcId);
  const table = subnet && tableOf(tables, subnet);
  if (!table) return [];
  const byEndpoint = vpcEndpoints
    .all(where)
    .some(
      ({ RouteTableIds, ServiceName }) =>
        RouteTableIds.includes(table.RouteTableId) &&
        gatewayCidrs(where.region, ServiceName).some((cidr) => within(address, cidr)),
    );
  if (byEndpoint) return [];
  const [route] = table.Routes.filter(
    ({ DestinationCidrBlock: cidr, GatewayId }) => GatewayId !== 'local' && cidr !== undefined && within(address, cidr),
  ).sort((a, b) => rangeOf(b.DestinationCidrBlock ?? '').prefix - rangeOf(a.DestinationCidrBlock ?? '').prefix);
  if (route?.NatGatewayId === undefined) return [];
  const nat = natGateways.records(where).get(route.NatGatewayId);
  const zone = subnets.records(where).get(nat?.SubnetId ?? '')?.AvailabilityZone;
  const line = { service: 'ec2', usageType: 'NatGateway-Bytes', id: `natgateway/${route.NatGatewayId}` };
  return zone === face.AvailabilityZone ? [line] : [line, regionalLine(face)];
}
