import type {
  CreateNatGatewayCommandInput,
  DeleteNatGatewayCommandInput,
  DescribeNatGatewaysCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { associate, disassociate } from '../behaviour/elastic-addresses.ts';
import { makeInterface, removeInterface } from '../behaviour/interfaces.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { missingParameter } from '../errors.ts';
import {
  elasticIps,
  internetGateways,
  type NatGateway,
  natGateways,
  networkInterfaces,
  subnets,
} from '../network-state.ts';

/** A deleted gateway is told of for about an hour ("Delete a NAT gateway", Amazon VPC User Guide). */
const rememberedMs = 60 * 60_000;

const filters = {
  'nat-gateway-id': 'NatGatewayId',
  state: 'State',
  'subnet-id': 'SubnetId',
  'vpc-id': 'VpcId',
};

/** Ready at once: what AWS takes a minute or two for, `pending`, is only in the answer here. */
export async function CreateNatGateway(ctx: Context, input: CreateNatGatewayCommandInput) {
  const subnet = subnets.find(ctx, input.SubnetId);
  const connectivity = input.ConnectivityType ?? 'public';
  if (input.AvailabilityMode === 'regional') throw refused('ec2 CreateNatGateway with AvailabilityMode regional');
  if (connectivity === 'public') {
    if (input.AllocationId === undefined) throw missingParameter('The request must contain the parameter AllocationId');
    if (elasticIps.find(ctx, input.AllocationId).AssociationId !== undefined)
      throw new AwsError(
        'Resource.AlreadyAssociated',
        `Elastic IP address [${input.AllocationId}] is already associated`,
      );
    if (!internetGateways.all(ctx).some(({ Attachments }) => Attachments.some(({ VpcId }) => VpcId === subnet.VpcId)))
      throw new AwsError('Gateway.NotAttached', `Network ${subnet.VpcId} has no Internet gateway attached`);
  }
  const NatGatewayId = natGateways.newId(ctx);
  const face = makeInterface(ctx, {
    subnet,
    Description: `Interface for NAT Gateway ${NatGatewayId}`,
    InterfaceType: 'natGateway',
    requester: 'amazon-vpc',
    groupIds: [],
    ...(input.PrivateIpAddress === undefined ? {} : { PrivateIpAddress: input.PrivateIpAddress }),
    Tags: [],
  });
  if (input.AllocationId !== undefined) associate(ctx, elasticIps.find(ctx, input.AllocationId), face);
  const { AllocationId, PublicIp, AssociationId } = elasticIps.records(ctx).get(input.AllocationId ?? '') ?? {};
  const { NetworkInterfaceId, PrivateIpAddress } = face;
  const gateway = natGateways.put(ctx, {
    NatGatewayId,
    VpcId: subnet.VpcId,
    SubnetId: subnet.SubnetId,
    ConnectivityType: connectivity,
    State: 'available',
    NatGatewayAddresses: [
      {
        AllocationId,
        AssociationId,
        IsPrimary: true,
        NetworkInterfaceId,
        PrivateIp: PrivateIpAddress,
        PublicIp,
        Status: 'succeeded',
      },
    ],
    createdMs: ctx.clock.now(),
    Tags: tagsFor(input.TagSpecifications, 'natgateway'),
  });
  await enforce(ctx, subnet.VpcId);
  return { ClientToken: input.ClientToken, NatGateway: { ...described(gateway), State: 'pending' } };
}

export function DescribeNatGateways(ctx: Context, input: DescribeNatGatewaysCommandInput) {
  for (const { NatGatewayId, deletedMs } of natGateways.all(ctx))
    if (deletedMs !== undefined && deletedMs + rememberedMs <= ctx.clock.now()) natGateways.delete(ctx, NatGatewayId);
  const found = chosen(
    input.NatGatewayIds,
    (id) => natGateways.find(ctx, id),
    () => natGateways.all(ctx),
  );
  const { page, ...rest } = list(found, { ...input, Filters: input.Filter }, filters);
  return { NatGateways: page.map(described), ...rest };
}

function described({ createdMs, deletedMs, ...gateway }: NatGateway) {
  return {
    ...gateway,
    CreateTime: new Date(createdMs),
    ...(deletedMs === undefined ? {} : { DeleteTime: new Date(deletedMs) }),
  };
}

export async function DeleteNatGateway(ctx: Context, { NatGatewayId = '' }: DeleteNatGatewayCommandInput) {
  const gateway = natGateways.find(ctx, NatGatewayId);
  if (gateway.State === 'deleted') return { NatGatewayId };
  for (const { AllocationId, NetworkInterfaceId = '' } of gateway.NatGatewayAddresses) {
    if (AllocationId) disassociate(ctx, elasticIps.find(ctx, AllocationId));
    if (networkInterfaces.records(ctx).has(NetworkInterfaceId)) removeInterface(ctx, NetworkInterfaceId);
  }
  natGateways.put(ctx, { ...gateway, State: 'deleted', deletedMs: ctx.clock.now() });
  await enforce(ctx, gateway.VpcId);
  return { NatGatewayId };
}
