import { defineResource } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface GatewayProperties {
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::InternetGateway. Ref is the id. */
export const InternetGateway = defineResource<GatewayProperties>({
  type: 'AWS::EC2::InternetGateway',
  properties: { Tags: 'stored' },
  async create(ctx, { Tags }) {
    const { InternetGateway: made } = await ctx.call<{ InternetGateway: { InternetGatewayId: string } }>(
      'ec2',
      'CreateInternetGateway',
      tagSpecification(ctx, 'internet-gateway', Tags),
    );
    const { InternetGatewayId } = made;
    return { physicalId: InternetGatewayId, attributes: { InternetGatewayId } };
  },
  async update(ctx, InternetGatewayId, { Tags }, previous) {
    await retag(ctx, InternetGatewayId, Tags, previous.Tags);
    return { physicalId: InternetGatewayId, attributes: { InternetGatewayId } };
  },
  delete: (ctx, InternetGatewayId) => unlessGone(ctx.call('ec2', 'DeleteInternetGateway', { InternetGatewayId })),
});

interface AttachmentProperties {
  VpcId: string;
  InternetGatewayId?: string;
}

/** AWS::EC2::VPCGatewayAttachment. Ref is `IGW|vpc-…`. */
export const VPCGatewayAttachment = defineResource<AttachmentProperties>({
  type: 'AWS::EC2::VPCGatewayAttachment',
  properties: {
    VpcId: 'executed',
    InternetGatewayId: 'executed',
    VpnGatewayId: { refused: 'VPN gateways are not done.' },
  },
  async create(ctx, { VpcId, InternetGatewayId }) {
    await ctx.call('ec2', 'AttachInternetGateway', { VpcId, InternetGatewayId });
    return { physicalId: `IGW|${VpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  delete: (ctx, _id, { VpcId, InternetGatewayId }) =>
    unlessGone(ctx.call('ec2', 'DetachInternetGateway', { VpcId, InternetGatewayId })),
});
