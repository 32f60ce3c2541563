import { defineResource } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface TableProperties {
  VpcId: string;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::RouteTable. Ref is the id. */
export const RouteTable = defineResource<TableProperties>({
  type: 'AWS::EC2::RouteTable',
  properties: { VpcId: 'executed', Tags: 'stored' },
  async create(ctx, { VpcId, Tags }) {
    const { RouteTable: made } = await ctx.call<{ RouteTable: { RouteTableId: string } }>('ec2', 'CreateRouteTable', {
      VpcId,
      ...tagSpecification(ctx, 'route-table', Tags),
    });
    return { physicalId: made.RouteTableId, attributes: { RouteTableId: made.RouteTableId } };
  },
  async update(ctx, RouteTableId, { Tags }, previous) {
    await retag(ctx, RouteTableId, Tags, previous.Tags);
    return { physicalId: RouteTableId, attributes: { RouteTableId } };
  },
  delete: (ctx, RouteTableId) => unlessGone(ctx.call('ec2', 'DeleteRouteTable', { RouteTableId })),
});

interface RouteProperties {
  RouteTableId: string;
  DestinationCidrBlock?: string;
  GatewayId?: string;
  NatGatewayId?: string;
}

const onlyGateways = { refused: 'only internet gateways and NAT gateways carry routes here.' };

/** AWS::EC2::Route. Ref is the table and the destination. */
export const Route = defineResource<RouteProperties>({
  type: 'AWS::EC2::Route',
  properties: {
    RouteTableId: 'executed',
    DestinationCidrBlock: 'executed',
    GatewayId: 'executed',
    NatGatewayId: 'executed',
    DestinationIpv6CidrBlock: { refused: 'VPCs have IPv4 alone here.' },
    DestinationPrefixListId: { refused: 'use a CIDR block.' },
    InstanceId: onlyGateways,
    LocalGatewayId: onlyGateways,
    CarrierGatewayId: onlyGateways,
    NetworkInterfaceId: onlyGateways,
    VpcEndpointId: onlyGateways,
    TransitGatewayId: onlyGateways,
    VpcPeeringConnectionId: onlyGateways,
    EgressOnlyInternetGatewayId: onlyGateways,
    CoreNetworkArn: onlyGateways,
    OdbNetworkArn: onlyGateways,
  },
  async create(ctx, properties) {
    await ctx.call('ec2', 'CreateRoute', properties);
    return stateOf(properties);
  },
  async update(ctx, _id, properties) {
    await ctx.call('ec2', 'ReplaceRoute', properties);
    return stateOf(properties);
  },
  delete: (ctx, _id, { RouteTableId, DestinationCidrBlock }) =>
    unlessGone(ctx.call('ec2', 'DeleteRoute', { RouteTableId, DestinationCidrBlock })),
});

function stateOf({ RouteTableId, DestinationCidrBlock }: RouteProperties) {
  return { physicalId: `${RouteTableId}|${DestinationCidrBlock}`, attributes: { CidrBlock: DestinationCidrBlock } };
}

/** AWS::EC2::SubnetRouteTableAssociation. Ref is the association's id. */
export const SubnetRouteTableAssociation = defineResource<{ RouteTableId: string; SubnetId: string }>({
  type: 'AWS::EC2::SubnetRouteTableAssociation',
  properties: { RouteTableId: 'executed', SubnetId: 'executed' },
  async create(ctx, properties) {
    const { AssociationId } = await ctx.call<{ AssociationId: string }>('ec2', 'AssociateRouteTable', properties);
    return { physicalId: AssociationId, attributes: { Id: AssociationId } };
  },
  async update(ctx, AssociationId, { RouteTableId }) {
    const { NewAssociationId } = await ctx.call<{ NewAssociationId: string }>('ec2', 'ReplaceRouteTableAssociation', {
      AssociationId,
      RouteTableId,
    });
    return { physicalId: NewAssociationId, attributes: { Id: NewAssociationId } };
  },
  delete: (ctx, AssociationId) => unlessGone(ctx.call('ec2', 'DisassociateRouteTable', { AssociationId })),
});
