import type { Context } from '../../../kernel/service.ts';
import { type ElasticIp, elasticIps, type NetworkInterface, networkInterfaces } from '../network-state.ts';
import { newId } from './noun.ts';
import { publicDnsName } from './private-addresses.ts';

/** Gives an interface's private address, the primary one unless told, an elastic IP address. */
export function associate(
  ctx: Context,
  address: ElasticIp,
  face: NetworkInterface,
  privateAddress?: string,
): ElasticIp {
  const AssociationId = newId(ctx, 'eipassoc');
  const PrivateIpAddress = privateAddress ?? face.PrivateIpAddress;
  const Association = {
    AllocationId: address.AllocationId,
    AssociationId,
    IpOwnerId: ctx.account,
    PublicDnsName: publicDnsName(ctx.region, address.PublicIp),
    PublicIp: address.PublicIp,
  };
  const { NetworkInterfaceId } = face;
  networkInterfaces.put(ctx, withAssociation(face, PrivateIpAddress, Association));
  const InstanceId = face.Attachment?.InstanceId;
  return elasticIps.put(ctx, {
    ...address,
    AssociationId,
    NetworkInterfaceId,
    NetworkInterfaceOwnerId: ctx.account,
    PrivateIpAddress,
    ...(InstanceId === undefined ? {} : { InstanceId }),
  });
}

export function disassociate(ctx: Context, address: ElasticIp): ElasticIp {
  const face = networkInterfaces.records(ctx).get(address.NetworkInterfaceId ?? '');
  if (face) networkInterfaces.put(ctx, withAssociation(face, address.PrivateIpAddress ?? '', undefined));
  const { AssociationId, NetworkInterfaceId, NetworkInterfaceOwnerId, PrivateIpAddress, InstanceId, ...free } = address;
  return elasticIps.put(ctx, free);
}

export function withAssociation(
  face: NetworkInterface,
  address: string,
  Association: NetworkInterface['Association'],
): NetworkInterface {
  return {
    ...face,
    ...(address === face.PrivateIpAddress ? { Association } : {}),
    PrivateIpAddresses: face.PrivateIpAddresses.map((each) =>
      each.PrivateIpAddress === address ? { ...each, Association } : each,
    ),
  };
}
