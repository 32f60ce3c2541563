import type { VpcNames } from '../../../data-planes/dns/aws-names.ts';
import { outside } from '../../../engines/network/network.ts';
import { type NetworkInterface, networkInterfaces, type VpcEndpoint, vpcEndpoints, vpcs } from '../network-state.ts';
import type { Where } from './noun.ts';
import { privateDnsName } from './private-addresses.ts';

/**
 * Names a VPC's resolver knows besides hosted zones: host names of interfaces, S3 and DynamoDB where gateway endpoints lead,
 * interface endpoints by their own names and, with private DNS, by AWS's ("DNS attributes for your VPC", Amazon VPC User
 * Guide; "Access an AWS service using an interface VPC endpoint", AWS PrivateLink).
 */
export function namesOf(where: Where, vpcId: string): VpcNames {
  const vpc = vpcs.find(where, vpcId);
  const names = new Map<string, readonly string[]>();
  const faces = networkInterfaces.all(where).filter((face) => face.VpcId === vpcId);
  for (const face of faces) addHostNames(names, where.region, face, vpc.enableDnsHostnames);
  for (const [prefix, address] of Object.entries({ s3: outside.s3, dynamodb: outside.dynamodb }))
    for (const host of [`${prefix}.${where.region}`, ...(where.region === 'us-east-1' ? [prefix] : [])])
      addWithBelow(names, `${host}.amazonaws.com.`, [address]);
  for (const endpoint of vpcEndpoints.all(where).filter((each) => each.VpcId === vpcId))
    addEndpoint(names, where.region, endpoint, faces);
  return { names, elsewhere: outside.aws };
}

function addHostNames(
  names: Map<string, readonly string[]>,
  region: string,
  { PrivateIpAddresses }: NetworkInterface,
  withPublic: boolean,
): void {
  for (const { PrivateIpAddress = '', Association } of PrivateIpAddresses) {
    names.set(`${privateDnsName(region, PrivateIpAddress)}.`, [PrivateIpAddress]);
    // Within the VPC a public host name leads to the private address.
    if (withPublic && Association?.PublicDnsName) names.set(`${Association.PublicDnsName}.`, [PrivateIpAddress]);
  }
}

function addEndpoint(
  names: Map<string, readonly string[]>,
  region: string,
  endpoint: VpcEndpoint,
  faces: readonly NetworkInterface[],
): void {
  const addresses = endpoint.NetworkInterfaceIds.flatMap(
    (id) => faces.find(({ NetworkInterfaceId }) => NetworkInterfaceId === id)?.PrivateIpAddress ?? [],
  );
  if (addresses.length === 0) return;
  for (const { DnsName } of dnsEntries(endpoint, region, faces)) {
    const zone = faces.find(({ AvailabilityZone }) => DnsName.split('.')[0]?.endsWith(`-${AvailabilityZone}`));
    addWithBelow(names, `${DnsName}.`, zone ? [zone.PrivateIpAddress] : addresses);
  }
}

/** Its own name, one a zone, and AWS's where private DNS is on. */
export function dnsEntries(
  { VpcEndpointId, VpcEndpointType, ServiceName, PrivateDnsEnabled, NetworkInterfaceIds }: VpcEndpoint,
  region: string,
  faces: readonly NetworkInterface[],
): { DnsName: string; HostedZoneId: string }[] {
  if (VpcEndpointType !== 'Interface' || NetworkInterfaceIds.length === 0) return [];
  const service = ServiceName.split('.').slice(3).join('.');
  const host = service.split('.').reverse().join('.');
  const id = `${VpcEndpointId}-${VpcEndpointId.slice(-8)}`;
  const zones = faces
    .filter(({ NetworkInterfaceId }) => NetworkInterfaceIds.includes(NetworkInterfaceId))
    .map(({ AvailabilityZone }) => `${id}-${AvailabilityZone}`);
  const own = [id, ...new Set(zones)].map((label) => ({
    DnsName: `${label}.${host}.${region}.vpce.amazonaws.com`,
    HostedZoneId: zoneOf('vpce'),
  }));
  const apis = PrivateDnsEnabled ? [{ DnsName: `${host}.${region}.amazonaws.com`, HostedZoneId: zoneOf(host) }] : [];
  return [...own, ...apis];
}

/** AWS's hosted zones have ids of its own; the one of endpoints in us-east-1 is public knowledge, others are made alike. */
function zoneOf(name: string): string {
  return name === 'vpce' ? 'Z7HUB22UULQXV' : `Z${Buffer.from(name).toString('hex').toUpperCase().slice(0, 20)}`;
}

function addWithBelow(names: Map<string, readonly string[]>, name: string, addresses: readonly string[]): void {
  names.set(name, addresses);
  names.set(`*.${name}`, addresses);
}
