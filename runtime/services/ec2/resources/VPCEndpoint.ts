import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { retag, tagSpecification } from './taking-down.ts';

interface EndpointProperties {
  VpcId: string;
  ServiceName?: string;
  VpcEndpointType?: string;
  PolicyDocument?: object;
  PrivateDnsEnabled?: boolean;
  RouteTableIds?: string[];
  SecurityGroupIds?: string[];
  SubnetIds?: string[];
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::VPCEndpoint. Ref is the id. */
export const VPCEndpoint = defineResource<EndpointProperties>({
  type: 'AWS::EC2::VPCEndpoint',
  properties: {
    VpcId: 'executed',
    ServiceName: 'executed',
    VpcEndpointType: 'executed',
    PolicyDocument: 'executed',
    PrivateDnsEnabled: 'executed',
    RouteTableIds: 'executed',
    SecurityGroupIds: 'executed',
    SubnetIds: 'executed',
    IpAddressType: { refused: 'VPCs have IPv4 alone here.' },
    DnsOptions: { refused: 'VPCs have IPv4 alone here.' },
    ServiceRegion: { refused: 'endpoints lead to their own region.' },
    ResourceConfigurationArn: { refused: 'VPC Lattice is not done.' },
    ServiceNetworkArn: { refused: 'VPC Lattice is not done.' },
    Tags: 'stored',
  },
  async create(ctx, { PolicyDocument, Tags, PrivateDnsEnabled = false, ...input }) {
    const { VpcEndpoint } = await ctx.call<{ VpcEndpoint: { VpcEndpointId: string } }>('ec2', 'CreateVpcEndpoint', {
      ...input,
      PrivateDnsEnabled,
      ...(PolicyDocument ? { PolicyDocument: JSON.stringify(PolicyDocument) } : {}),
      ...tagSpecification(ctx, 'vpc-endpoint', Tags),
    });
    return describe(ctx, VpcEndpoint.VpcEndpointId);
  },
  async update(ctx, VpcEndpointId, properties, previous) {
    const { PolicyDocument, PrivateDnsEnabled = false } = properties;
    await ctx.call('ec2', 'ModifyVpcEndpoint', {
      VpcEndpointId,
      PrivateDnsEnabled,
      ...(PolicyDocument ? { PolicyDocument: JSON.stringify(PolicyDocument) } : { ResetPolicy: true }),
      ...changes('RouteTableIds', properties, previous),
      ...changes('SecurityGroupIds', properties, previous),
      ...changes('SubnetIds', properties, previous),
    });
    await retag(ctx, VpcEndpointId, properties.Tags, previous.Tags);
    return describe(ctx, VpcEndpointId);
  },
  async delete(ctx, VpcEndpointId) {
    await ctx.call('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds: [VpcEndpointId] });
  },
});

function changes(
  name: 'RouteTableIds' | 'SecurityGroupIds' | 'SubnetIds',
  now: EndpointProperties,
  before: EndpointProperties,
) {
  const [wanted, had] = [now[name] ?? [], before[name] ?? []];
  return {
    [`Add${name}`]: wanted.filter((id) => !had.includes(id)),
    [`Remove${name}`]: had.filter((id) => !wanted.includes(id)),
  };
}

async function describe(ctx: ResourceContext, VpcEndpointId: string) {
  const { VpcEndpoints } = await ctx.call<{
    VpcEndpoints: { NetworkInterfaceIds: string[]; CreationTimestamp: Date }[];
  }>('ec2', 'DescribeVpcEndpoints', { VpcEndpointIds: [VpcEndpointId] });
  const [endpoint] = VpcEndpoints;
  return {
    physicalId: VpcEndpointId,
    attributes: {
      Id: VpcEndpointId,
      NetworkInterfaceIds: endpoint?.NetworkInterfaceIds,
      CreationTimestamp: endpoint?.CreationTimestamp.toISOString(),
      DnsEntries: [],
    },
  };
}
