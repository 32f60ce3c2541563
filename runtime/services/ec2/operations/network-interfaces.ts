import type {
  AssignPrivateIpAddressesCommandInput,
  CreateNetworkInterfaceCommandInput,
  DeleteNetworkInterfaceCommandInput,
  DescribeNetworkInterfaceAttributeCommandInput,
  DescribeNetworkInterfacesCommandInput,
  ModifyNetworkInterfaceAttributeCommandInput,
  UnassignPrivateIpAddressesCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { withAssociation } from '../behaviour/elastic-addresses.ts';
import {
  addAddress,
  defaultGroupOf,
  givePublicAddress,
  groupsOf,
  makeInterface,
  removeInterface,
} from '../behaviour/interfaces.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { requesterOf } from '../behaviour/requesters.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { invalidCombination, invalidParameterValue } from '../errors.ts';
import { type InterfaceAttachment, type NetworkInterface, networkInterfaces, subnets } from '../network-state.ts';

const filters = {
  'addresses.private-ip-address': 'PrivateIpAddresses.PrivateIpAddress',
  'addresses.primary': 'PrivateIpAddresses.Primary',
  'addresses.association.public-ip': 'PrivateIpAddresses.Association.PublicIp',
  'association.allocation-id': 'Association.AllocationId',
  'association.association-id': 'Association.AssociationId',
  'association.public-ip': 'Association.PublicIp',
  'attachment.attachment-id': 'Attachment.AttachmentId',
  'attachment.device-index': 'Attachment.DeviceIndex',
  'attachment.instance-id': 'Attachment.InstanceId',
  'attachment.status': 'Attachment.Status',
  'availability-zone': 'AvailabilityZone',
  description: 'Description',
  'group-id': 'Groups.GroupId',
  'group-name': 'Groups.GroupName',
  'interface-type': 'InterfaceType',
  'mac-address': 'MacAddress',
  'network-interface-id': 'NetworkInterfaceId',
  'owner-id': 'OwnerId',
  'private-dns-name': 'PrivateDnsName',
  'private-ip-address': 'PrivateIpAddress',
  'requester-id': 'RequesterId',
  'requester-managed': 'RequesterManaged',
  'source-dest-check': 'SourceDestCheck',
  status: 'Status',
  'subnet-id': 'SubnetId',
  'vpc-id': 'VpcId',
};

/** Made by another service (ctx.call as its principal) it is requester-managed, and may have that service's type. */
export async function CreateNetworkInterface(ctx: Context, input: CreateNetworkInterfaceCommandInput) {
  const subnet = subnets.find(ctx, input.SubnetId);
  const requester = requesterOf(ctx);
  if (input.InterfaceType !== undefined && input.InterfaceType !== ('interface' as string) && requester === undefined)
    throw refused(`ec2 CreateNetworkInterface with InterfaceType ${input.InterfaceType}`);
  const listed = input.PrivateIpAddresses ?? [];
  if (listed.length > 0 && input.PrivateIpAddress !== undefined)
    throw invalidCombination('Specify either privateIpAddress or privateIpAddresses.');
  const primary = listed.find(({ Primary }) => Primary)?.PrivateIpAddress ?? input.PrivateIpAddress;
  const face = makeInterface(ctx, {
    subnet,
    Description: input.Description ?? '',
    groupIds: groupIdsFor(ctx, input, subnet.VpcId),
    ...(input.InterfaceType ? { InterfaceType: input.InterfaceType as never } : {}),
    ...(requester === undefined ? {} : { requester }),
    ...(primary === undefined ? {} : { PrivateIpAddress: primary }),
    secondary: listed.filter(({ Primary }) => !Primary).map(({ PrivateIpAddress = '' }) => PrivateIpAddress),
    Tags: tagsFor(input.TagSpecifications, 'network-interface'),
  });
  let made = face;
  for (let count = input.SecondaryPrivateIpAddressCount ?? 0; count > 0; count -= 1)
    made = addAddress(ctx, made, subnet);
  await enforce(ctx, subnet.VpcId);
  return { NetworkInterface: described(made), ClientToken: input.ClientToken };
}

/** The VPC's default group where none is named; a Network Load Balancer's interface may go without. */
function groupIdsFor(
  ctx: Context,
  { Groups = [], InterfaceType }: CreateNetworkInterfaceCommandInput,
  vpcId: string,
): string[] {
  if (Groups.length > 0 || InterfaceType === ('network_load_balancer' as string)) return Groups;
  return [defaultGroupOf(ctx, vpcId)];
}

export function DescribeNetworkInterfaces(ctx: Context, input: DescribeNetworkInterfacesCommandInput) {
  const found = chosen(
    input.NetworkInterfaceIds,
    (id) => networkInterfaces.find(ctx, id),
    () => networkInterfaces.all(ctx),
  );
  const { page, ...rest } = list(found, input, filters);
  return { NetworkInterfaces: page.map(described), ...rest };
}

function described({ Tags, Attachment, ...face }: NetworkInterface) {
  return { ...face, TagSet: Tags, Attachment: Attachment && attachmentOf(Attachment) };
}

function attachmentOf({ attachedMs, ...attachment }: InterfaceAttachment) {
  return { ...attachment, AttachTime: new Date(attachedMs) };
}

export async function DeleteNetworkInterface(
  ctx: Context,
  { NetworkInterfaceId = '' }: DeleteNetworkInterfaceCommandInput,
) {
  const face = networkInterfaces.find(ctx, NetworkInterfaceId);
  if (face.Attachment || (face.RequesterManaged && requesterOf(ctx) === undefined))
    throw new AwsError('InvalidParameterValue', `Network interface '${NetworkInterfaceId}' is currently in use.`);
  removeInterface(ctx, NetworkInterfaceId);
  await enforce(ctx, face.VpcId);
  return {};
}

export async function ModifyNetworkInterfaceAttribute(
  ctx: Context,
  input: ModifyNetworkInterfaceAttributeCommandInput,
) {
  const face = networkInterfaces.find(ctx, input.NetworkInterfaceId);
  const { Groups, Description, SourceDestCheck, Attachment } = input;
  if (SourceDestCheck?.Value === false && face.SourceDestCheck)
    throw refused(
      'ec2 ModifyNetworkInterfaceAttribute parameter SourceDestCheck',
      'instances do not route for others.',
    );
  const attachment =
    Attachment && face.Attachment
      ? {
          ...face.Attachment,
          DeleteOnTermination: Attachment.DeleteOnTermination ?? face.Attachment.DeleteOnTermination,
        }
      : face.Attachment;
  networkInterfaces.put(ctx, {
    ...face,
    ...(Groups ? { Groups: groupsOf(ctx, face.VpcId, Groups) } : {}),
    ...(Description ? { Description: Description.Value } : {}),
    ...(attachment ? { Attachment: attachment } : {}),
  });
  if (input.AssociatePublicIpAddress !== undefined)
    associatePublicAddress(ctx, face.NetworkInterfaceId, input.AssociatePublicIpAddress);
  await enforce(ctx, face.VpcId);
  return {};
}

/** An elastic IP address that is there stays, as it is the customer's. */
function associatePublicAddress(ctx: Context, id: string, wanted: boolean): void {
  const face = networkInterfaces.find(ctx, id);
  const { PrivateIpAddress, Association } = face;
  if (wanted && Association === undefined) givePublicAddress(ctx, face);
  if (!wanted && Association?.IpOwnerId === 'amazon')
    networkInterfaces.put(ctx, withAssociation(face, PrivateIpAddress, undefined));
}

export function DescribeNetworkInterfaceAttribute(ctx: Context, input: DescribeNetworkInterfaceAttributeCommandInput) {
  const face = networkInterfaces.find(ctx, input.NetworkInterfaceId);
  const { NetworkInterfaceId } = face;
  if (input.Attribute === 'description') return { NetworkInterfaceId, Description: { Value: face.Description } };
  if (input.Attribute === 'groupSet') return { NetworkInterfaceId, Groups: face.Groups };
  if (input.Attribute === 'sourceDestCheck')
    return { NetworkInterfaceId, SourceDestCheck: { Value: face.SourceDestCheck } };
  return { NetworkInterfaceId, Attachment: described(face).Attachment };
}

export async function AssignPrivateIpAddresses(ctx: Context, input: AssignPrivateIpAddressesCommandInput) {
  let face = networkInterfaces.find(ctx, input.NetworkInterfaceId);
  const subnet = subnets.find(ctx, face.SubnetId);
  const before = face.PrivateIpAddresses.length;
  for (const address of input.PrivateIpAddresses ?? []) face = addAddress(ctx, face, subnet, address);
  for (let count = input.SecondaryPrivateIpAddressCount ?? 0; count > 0; count -= 1)
    face = addAddress(ctx, face, subnet);
  await enforce(ctx, face.VpcId);
  const AssignedPrivateIpAddresses = face.PrivateIpAddresses.slice(before).map(({ PrivateIpAddress }) => ({
    PrivateIpAddress,
  }));
  return { NetworkInterfaceId: face.NetworkInterfaceId, AssignedPrivateIpAddresses };
}

export async function UnassignPrivateIpAddresses(ctx: Context, input: UnassignPrivateIpAddressesCommandInput) {
  const face = networkInterfaces.find(ctx, input.NetworkInterfaceId);
  const given = input.PrivateIpAddresses ?? [];
  for (const address of given)
    if (!face.PrivateIpAddresses.some(({ PrivateIpAddress, Primary }) => PrivateIpAddress === address && !Primary))
      throw invalidParameterValue(
        `Some of the specified addresses are not assigned to interface ${face.NetworkInterfaceId}`,
      );
  const PrivateIpAddresses = face.PrivateIpAddresses.filter(
    ({ PrivateIpAddress = '' }) => !given.includes(PrivateIpAddress),
  );
  networkInterfaces.put(ctx, { ...face, PrivateIpAddresses });
  await enforce(ctx, face.VpcId);
  return {};
}
