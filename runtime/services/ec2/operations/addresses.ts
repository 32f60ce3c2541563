import type {
  AllocateAddressCommandInput,
  AssociateAddressCommandInput,
  DescribeAddressesAttributeCommandInput,
  DescribeAddressesCommandInput,
  DisassociateAddressCommandInput,
  ReleaseAddressCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { associate, disassociate } from '../behaviour/elastic-addresses.ts';
import { chosen, filtered } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { publicAddress } from '../behaviour/private-addresses.ts';
import { requesterOf } from '../behaviour/requesters.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { missingParameter, notFound } from '../errors.ts';
import { type ElasticIp, elasticIps, type NetworkInterface, networkInterfaces } from '../network-state.ts';

const filters = {
  'allocation-id': 'AllocationId',
  'association-id': 'AssociationId',
  domain: 'Domain',
  'instance-id': 'InstanceId',
  'network-border-group': 'NetworkBorderGroup',
  'network-interface-id': 'NetworkInterfaceId',
  'network-interface-owner-id': 'NetworkInterfaceOwnerId',
  'private-ip-address': 'PrivateIpAddress',
  'public-ip': 'PublicIp',
};

export function AllocateAddress(ctx: Context, input: AllocateAddressCommandInput) {
  if (input.Address !== undefined)
    throw refused('ec2 AllocateAddress parameter Address', 'addresses cannot be recovered.');
  const address = elasticIps.put(ctx, {
    AllocationId: elasticIps.newId(ctx),
    PublicIp: publicAddress(ctx),
    Domain: 'vpc',
    NetworkBorderGroup: ctx.region,
    PublicIpv4Pool: 'amazon',
    Tags: tagsFor(input.TagSpecifications, 'elastic-ip'),
    ...(requesterOf(ctx) === 'amazon-elb' ? { ServiceManaged: 'alb' as const } : {}),
  });
  const { AllocationId, PublicIp, Domain, NetworkBorderGroup, PublicIpv4Pool } = address;
  return { AllocationId, PublicIp, Domain, NetworkBorderGroup, PublicIpv4Pool };
}

export function DescribeAddresses(ctx: Context, input: DescribeAddressesCommandInput) {
  const byIp = (input.PublicIps ?? []).map((ip) => ofPublicIp(ctx, ip));
  const byId = chosen(
    input.AllocationIds,
    (id) => elasticIps.find(ctx, id),
    () => (byIp.length > 0 ? [] : elasticIps.all(ctx)),
  );
  return { Addresses: filtered([...byId, ...byIp], input.Filters ?? [], filters) };
}

/** Reverse DNS names, which no address has here: ModifyAddressAttribute is refused. */
export function DescribeAddressesAttribute(ctx: Context, input: DescribeAddressesAttributeCommandInput) {
  const addresses = chosen(
    input.AllocationIds,
    (id) => elasticIps.find(ctx, id),
    () => elasticIps.all(ctx),
  );
  return { Addresses: addresses.map(({ PublicIp, AllocationId }) => ({ PublicIp, AllocationId })) };
}

function ofPublicIp(ctx: Context, ip: string): ElasticIp {
  const found = elasticIps.all(ctx).find(({ PublicIp }) => PublicIp === ip);
  if (!found) throw notFound('InvalidAddress.NotFound', `Address '${ip}' not found.`);
  return found;
}

export async function AssociateAddress(ctx: Context, input: AssociateAddressCommandInput) {
  const address =
    input.AllocationId === undefined && input.PublicIp
      ? ofPublicIp(ctx, input.PublicIp)
      : elasticIps.find(ctx, input.AllocationId);
  const face = faceFor(ctx, input);
  if (address.AssociationId !== undefined) {
    if (address.NetworkInterfaceId === face.NetworkInterfaceId) return { AssociationId: address.AssociationId };
    if (!input.AllowReassociation)
      throw new AwsError(
        'Resource.AlreadyAssociated',
        `resource ${address.AllocationId} is already associated with associate-id ${address.AssociationId}`,
      );
    await release(ctx, address);
  }
  const held = elasticIps
    .all(ctx)
    .find(
      ({ NetworkInterfaceId, PrivateIpAddress }) =>
        NetworkInterfaceId === face.NetworkInterfaceId &&
        PrivateIpAddress === (input.PrivateIpAddress ?? face.PrivateIpAddress),
    );
  if (held && !input.AllowReassociation)
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `resource ${face.NetworkInterfaceId} is already associated with address ${held.PublicIp}`,
    );
  if (held) disassociate(ctx, held);
  const now = networkInterfaces.find(ctx, face.NetworkInterfaceId);
  const { AssociationId } = associate(ctx, elasticIps.find(ctx, address.AllocationId), now, input.PrivateIpAddress);
  await enforce(ctx, face.VpcId);
  return { AssociationId };
}

function faceFor(
  ctx: Context,
  { NetworkInterfaceId, InstanceId, PrivateIpAddress }: AssociateAddressCommandInput,
): NetworkInterface {
  if (NetworkInterfaceId === undefined && InstanceId === undefined)
    throw missingParameter('Either instance ID or network interface id must be specified');
  const primary = networkInterfaces
    .all(ctx)
    .find(({ Attachment }) => Attachment?.InstanceId === InstanceId && Attachment?.DeviceIndex === 0);
  const face = NetworkInterfaceId === undefined ? primary : networkInterfaces.find(ctx, NetworkInterfaceId);
  if (!face) throw notFound('InvalidInstanceID.NotFound', `The instance ID '${InstanceId}' does not exist`);
  if (
    PrivateIpAddress !== undefined &&
    !face.PrivateIpAddresses.some((each) => each.PrivateIpAddress === PrivateIpAddress)
  )
    throw new AwsError(
      'InvalidParameterValue',
      `The private IP address ${PrivateIpAddress} is not assigned to ${face.NetworkInterfaceId}`,
    );
  return face;
}

export async function DisassociateAddress(ctx: Context, input: DisassociateAddressCommandInput) {
  const address = elasticIps
    .all(ctx)
    .find(({ AssociationId, PublicIp }) =>
      input.AssociationId === undefined ? PublicIp === input.PublicIp : AssociationId === input.AssociationId,
    );
  if (!address)
    throw notFound(
      'InvalidAssociationID.NotFound',
      `The association ID '${input.AssociationId ?? input.PublicIp}' does not exist`,
    );
  await release(ctx, address);
  return {};
}

async function release(ctx: Context, address: ElasticIp): Promise<void> {
  const vpcId = networkInterfaces.records(ctx).get(address.NetworkInterfaceId ?? '')?.VpcId;
  disassociate(ctx, address);
  await enforce(ctx, vpcId);
}

export function ReleaseAddress(ctx: Context, input: ReleaseAddressCommandInput) {
  const address =
    input.AllocationId === undefined && input.PublicIp
      ? ofPublicIp(ctx, input.PublicIp)
      : elasticIps.find(ctx, input.AllocationId);
  if (address.AssociationId !== undefined)
    throw new AwsError('InvalidIPAddress.InUse', `Address ${address.PublicIp} is in use.`);
  elasticIps.delete(ctx, address.AllocationId);
  return {};
}
