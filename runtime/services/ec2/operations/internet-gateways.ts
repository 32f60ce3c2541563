import type {
  AttachInternetGatewayCommandInput,
  CreateInternetGatewayCommandInput,
  DeleteInternetGatewayCommandInput,
  DescribeInternetGatewaysCommandInput,
  DetachInternetGatewayCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { dependencyViolation, invalidParameterValue, notFound } from '../errors.ts';
import { internetGateways, networkInterfaces, vpcs } from '../network-state.ts';

const filters = {
  'attachment.state': 'Attachments.State',
  'attachment.vpc-id': 'Attachments.VpcId',
  'internet-gateway-id': 'InternetGatewayId',
  'owner-id': 'OwnerId',
};

export function CreateInternetGateway(ctx: Context, input: CreateInternetGatewayCommandInput) {
  const InternetGatewayId = internetGateways.newId(ctx);
  const Tags = tagsFor(input.TagSpecifications, 'internet-gateway');
  return {
    InternetGateway: internetGateways.put(ctx, { InternetGatewayId, OwnerId: ctx.account, Attachments: [], Tags }),
  };
}

export function DescribeInternetGateways(ctx: Context, input: DescribeInternetGatewaysCommandInput) {
  const found = chosen(
    input.InternetGatewayIds,
    (id) => internetGateways.find(ctx, id),
    () => internetGateways.all(ctx),
  );
  const { page, ...rest } = list(found, input, filters);
  return { InternetGateways: page, ...rest };
}

export async function AttachInternetGateway(ctx: Context, input: AttachInternetGatewayCommandInput) {
  const gateway = internetGateways.find(ctx, input.InternetGatewayId);
  const { VpcId } = vpcs.find(ctx, input.VpcId);
  const [attached] = gateway.Attachments;
  if (attached)
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `resource ${gateway.InternetGatewayId} is already attached to network ${attached.VpcId}`,
    );
  if (internetGateways.all(ctx).some(({ Attachments }) => Attachments.some((each) => each.VpcId === VpcId)))
    throw invalidParameterValue(`Network ${VpcId} already has an internet gateway attached`);
  internetGateways.put(ctx, { ...gateway, Attachments: [{ VpcId, State: 'available' as never }] });
  await enforce(ctx, VpcId);
  return {};
}

export async function DetachInternetGateway(
  ctx: Context,
  { InternetGatewayId = '', VpcId = '' }: DetachInternetGatewayCommandInput,
) {
  const gateway = internetGateways.find(ctx, InternetGatewayId);
  if (!gateway.Attachments.some((each) => each.VpcId === VpcId))
    throw notFound('Gateway.NotAttached', `resource ${InternetGatewayId} is not attached to network ${VpcId}`);
  if (networkInterfaces.all(ctx).some((each) => each.VpcId === VpcId && each.Association?.PublicIp))
    throw dependencyViolation(
      `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  internetGateways.put(ctx, { ...gateway, Attachments: [] });
  await enforce(ctx, VpcId);
  return {};
}

export function DeleteInternetGateway(ctx: Context, { InternetGatewayId = '' }: DeleteInternetGatewayCommandInput) {
  if (internetGateways.find(ctx, InternetGatewayId).Attachments.length > 0)
    throw dependencyViolation(`The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`);
  internetGateways.delete(ctx, InternetGatewayId);
  return {};
}
