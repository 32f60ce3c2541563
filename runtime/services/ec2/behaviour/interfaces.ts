import type { NetworkInterfaceType, Tag } from '@aws-sdk/client-ec2';
import { network } from '../../../engines/network/network.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameterValue } from '../errors.ts';
import { elasticIps, type NetworkInterface, networkInterfaces, type Subnet, securityGroups } from '../network-state.ts';
import { disassociate, withAssociation } from './elastic-addresses.ts';
import { privateAddress, privateDnsName, publicAddress, publicDnsName } from './private-addresses.ts';

export interface InterfaceOptions {
  subnet: Subnet;
  Description: string;
  groupIds: readonly string[];
  InterfaceType?: NetworkInterfaceType;
  /** The service that made it, when one did: amazon-elb. */
  requester?: string;
  PrivateIpAddress?: string;
  secondary?: readonly string[];
  Tags: Tag[];
}

export function makeInterface(ctx: Context, options: InterfaceOptions): NetworkInterface {
  const { subnet, Description, InterfaceType = 'interface', requester } = options;
  const PrivateIpAddress = privateAddress(ctx, subnet, options.PrivateIpAddress);
  const id = networkInterfaces.newId(ctx);
  const face = networkInterfaces.put(ctx, {
    NetworkInterfaceId: id,
    SubnetId: subnet.SubnetId,
    VpcId: subnet.VpcId,
    AvailabilityZone: subnet.AvailabilityZone,
    Description,
    Groups: groupsOf(ctx, subnet.VpcId, options.groupIds),
    InterfaceType,
    Ipv6Addresses: [],
    MacAddress: macAddress(ctx),
    OwnerId: ctx.account,
    PrivateDnsName: privateDnsName(ctx.region, PrivateIpAddress),
    PrivateIpAddress,
    PrivateIpAddresses: [addressOf(ctx, PrivateIpAddress, true)],
    RequesterId: requester,
    RequesterManaged: requester !== undefined,
    SourceDestCheck: InterfaceType !== 'natGateway',
    Status: 'available',
    Tags: options.Tags,
  });
  let made = face;
  for (const wanted of options.secondary ?? []) made = addAddress(ctx, made, subnet, wanted);
  return made;
}

/** One of Amazon's own addresses, for as long as the interface has it. */
export function givePublicAddress(ctx: Context, face: NetworkInterface): NetworkInterface {
  const PublicIp = publicAddress(ctx);
  const association = { IpOwnerId: 'amazon', PublicIp, PublicDnsName: publicDnsName(ctx.region, PublicIp) };
  return networkInterfaces.put(ctx, withAssociation(face, face.PrivateIpAddress, association));
}

export function addAddress(ctx: Context, face: NetworkInterface, subnet: Subnet, wanted?: string): NetworkInterface {
  const added = addressOf(ctx, privateAddress(ctx, subnet, wanted), false);
  return networkInterfaces.put(ctx, { ...face, PrivateIpAddresses: [...face.PrivateIpAddresses, added] });
}

function addressOf(ctx: Context, PrivateIpAddress: string, Primary: boolean) {
  return { Primary, PrivateIpAddress, PrivateDnsName: privateDnsName(ctx.region, PrivateIpAddress) };
}

/** The groups of an interface, each of its own VPC; the default one when none is named and one is needed. */
export function groupsOf(ctx: Context, VpcId: string, ids: readonly string[]) {
  return ids.map((id) => {
    const { GroupId, GroupName, VpcId: own } = securityGroups.find(ctx, id);
    if (own !== VpcId)
      throw invalidParameterValue(`You have specified two resources that belong to different networks.`);
    return { GroupId, GroupName };
  });
}

export function defaultGroupOf(ctx: Context, VpcId: string): string {
  return securityGroups.all(ctx).find((group) => group.VpcId === VpcId && group.GroupName === 'default')?.GroupId ?? '';
}

/** Locally administered, as on instances. */
function macAddress(ctx: Context): string {
  return `0e:${ctx.ids.hex(10).match(/../g)?.join(':')}`;
}

export function removeInterface(ctx: Context, id: string): void {
  const { VpcId } = networkInterfaces.find(ctx, id);
  for (const address of elasticIps.all(ctx)) if (address.NetworkInterfaceId === id) disassociate(ctx, address);
  networkInterfaces.delete(ctx, id);
  ctx.engine(network).detach(VpcId, id);
}
