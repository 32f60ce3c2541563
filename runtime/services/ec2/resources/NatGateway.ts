import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface NatGatewayProperties {
  AllocationId?: string;
  ConnectivityType?: string;
  PrivateIpAddress?: string;
  SubnetId: string;
  Tags?: { Key: string; Value: string }[];
}

const oneAddress = { refused: 'a NAT gateway has one address here.' };

/** AWS::EC2::NatGateway. Ref is the id. */
export const NatGateway = defineResource<NatGatewayProperties>({
  type: 'AWS::EC2::NatGateway',
  properties: {
    AllocationId: 'executed',
    ConnectivityType: 'executed',
    PrivateIpAddress: 'executed',
    SubnetId: 'executed',
    MaxDrainDurationSeconds: { refused: 'secondary addresses are not done.' },
    SecondaryAllocationIds: oneAddress,
    SecondaryPrivateIpAddresses: oneAddress,
    SecondaryPrivateIpAddressCount: oneAddress,
    AvailabilityMode: { refused: 'regional NAT gateways are not done.' },
    AvailabilityZoneAddresses: { refused: 'regional NAT gateways are not done.' },
    VpcId: { refused: 'regional NAT gateways are not done.' },
    Tags: 'stored',
  },
  async create(ctx, { Tags, ...input }) {
    const { NatGateway: made } = await ctx.call<{ NatGateway: { NatGatewayId: string } }>('ec2', 'CreateNatGateway', {
      ...input,
      ...tagSpecification(ctx, 'natgateway', Tags),
    });
    return describe(ctx, made.NatGatewayId);
  },
  async update(ctx, NatGatewayId, { Tags }, previous) {
    await retag(ctx, NatGatewayId, Tags, previous.Tags);
    return describe(ctx, NatGatewayId);
  },
  delete: (ctx, NatGatewayId) => unlessGone(ctx.call('ec2', 'DeleteNatGateway', { NatGatewayId })),
});

async function describe(ctx: ResourceContext, NatGatewayId: string) {
  const { NatGateways } = await ctx.call<{ NatGateways: { NatGatewayAddresses: { NetworkInterfaceId: string }[] }[] }>(
    'ec2',
    'DescribeNatGateways',
    { NatGatewayIds: [NatGatewayId] },
  );
  const EniId = NatGateways[0]?.NatGatewayAddresses[0]?.NetworkInterfaceId;
  return { physicalId: NatGatewayId, attributes: { NatGatewayId, EniId } };
}
