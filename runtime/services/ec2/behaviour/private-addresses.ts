import { rangeOf, toAddress, toNumber, within } from '../../../engines/network/addresses.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { invalidParameterValue } from '../errors.ts';
import { elasticIps, networkInterfaces, type Subnet } from '../network-state.ts';
import { usableRange } from './cidr.ts';
import type { Where } from './noun.ts';

/** Addresses of a subnet that interfaces hold. */
function heldIn(where: Where, subnetId: string): Set<string> {
  const held = new Set<string>();
  for (const each of networkInterfaces.all(where))
    if (each.SubnetId === subnetId)
      for (const { PrivateIpAddress } of each.PrivateIpAddresses) held.add(PrivateIpAddress ?? '');
  return held;
}

export function availableCount(where: Where, subnet: Subnet): number {
  const { first, last } = usableRange(subnet.CidrBlock);
  return last - first + 1 - heldIn(where, subnet.SubnetId).size;
}

/** The address asked for, or one that is free; AWS keeps five of every subnet for itself. */
export function privateAddress(where: Where, subnet: Subnet, wanted?: string): string {
  const { first, last } = usableRange(subnet.CidrBlock);
  const held = heldIn(where, subnet.SubnetId);
  if (wanted !== undefined) {
    if (!within(wanted, subnet.CidrBlock) || toNumber(wanted) < first || toNumber(wanted) > last)
      throw invalidParameterValue(`Address ${wanted} does not fall within the subnet's address range`);
    if (held.has(wanted)) throw new AwsError('InvalidIPAddress.InUse', `Address ${wanted} is in use.`);
    return wanted;
  }
  // Start anew each time: the lowest free address, so that a template gives the same addresses wherever it is deployed.
  for (let value = first; value <= last; value += 1) if (!held.has(toAddress(value))) return toAddress(value);
  throw new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `The specified subnet does not have enough free addresses to satisfy the request.`,
  );
}

/** Stands for Amazon's public pool; 198.18.0.0/15 is nobody's on the internet (RFC 2544). */
const publicPool = '198.18.0.0/15';

export function publicAddress(where: Where): string {
  const held = new Set<string>();
  for (const { account, region } of where.store.scopes('ec2.network-interfaces'))
    for (const { Association } of networkInterfaces.all({ store: where.store, account, region }))
      if (Association?.PublicIp) held.add(Association.PublicIp);
  for (const { account, region } of where.store.scopes('ec2.elastic-ips'))
    for (const { PublicIp } of elasticIps.all({ store: where.store, account, region })) held.add(PublicIp);
  const { first, last } = rangeOf(publicPool);
  for (let value = first + 1; value < last; value += 1) if (!held.has(toAddress(value))) return toAddress(value);
  throw new AwsError('InsufficientAddressCapacity', 'Not enough available addresses to satisfy your request.');
}

export function privateDnsName(region: string, address: string): string {
  const zone = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
  return `ip-${address.replaceAll('.', '-')}.${zone}`;
}

export function publicDnsName(region: string, address: string): string {
  const zone = region === 'us-east-1' ? 'compute-1' : `${region}.compute`;
  return `ec2-${address.replaceAll('.', '-')}.${zone}.amazonaws.com`;
}
