import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface AclProperties {
  VpcId: string;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::NetworkAcl. Ref is the id. */
export const NetworkAcl = defineResource<AclProperties>({
  type: 'AWS::EC2::NetworkAcl',
  properties: { VpcId: 'executed', Tags: 'stored' },
  async create(ctx, { VpcId, Tags }) {
    const { NetworkAcl: made } = await ctx.call<{ NetworkAcl: { NetworkAclId: string } }>('ec2', 'CreateNetworkAcl', {
      VpcId,
      ...tagSpecification(ctx, 'network-acl', Tags),
    });
    return { physicalId: made.NetworkAclId, attributes: { Id: made.NetworkAclId } };
  },
  async update(ctx, NetworkAclId, { Tags }, previous) {
    await retag(ctx, NetworkAclId, Tags, previous.Tags);
    return { physicalId: NetworkAclId, attributes: { Id: NetworkAclId } };
  },
  delete: (ctx, NetworkAclId) => unlessGone(ctx.call('ec2', 'DeleteNetworkAcl', { NetworkAclId })),
});

interface EntryProperties {
  NetworkAclId: string;
  RuleNumber: number;
  Protocol: number | string;
  RuleAction: string;
  Egress?: boolean;
  CidrBlock?: string;
  Ipv6CidrBlock?: string;
  PortRange?: { From?: number; To?: number };
  Icmp?: { Code?: number; Type?: number };
}

/** AWS::EC2::NetworkAclEntry. Ref is a name of CloudFormation's own. */
export const NetworkAclEntry = defineResource<EntryProperties>({
  type: 'AWS::EC2::NetworkAclEntry',
  properties: {
    NetworkAclId: 'executed',
    RuleNumber: 'executed',
    Protocol: 'executed',
    RuleAction: 'executed',
    Egress: 'executed',
    CidrBlock: 'executed',
    Ipv6CidrBlock: 'stored',
    PortRange: 'executed',
    Icmp: 'executed',
  },
  async create(ctx, properties) {
    await ctx.call('ec2', 'CreateNetworkAclEntry', inputOf(properties));
    return stateOf(properties);
  },
  async update(ctx, _id, properties) {
    await ctx.call('ec2', 'ReplaceNetworkAclEntry', inputOf(properties));
    return stateOf(properties);
  },
  delete: (ctx, _id, { NetworkAclId, RuleNumber, Egress = false }) =>
    unlessGone(ctx.call('ec2', 'DeleteNetworkAclEntry', { NetworkAclId, RuleNumber, Egress })),
});

function inputOf({ Icmp, Protocol, Egress = false, ...entry }: EntryProperties) {
  return { ...entry, Egress, Protocol: String(Protocol), ...(Icmp ? { IcmpTypeCode: Icmp } : {}) };
}

function stateOf({ NetworkAclId, RuleNumber, Egress = false }: EntryProperties) {
  const Id = `${NetworkAclId}|${RuleNumber}|${Egress}`;
  return { physicalId: Id, attributes: { Id } };
}

/** AWS::EC2::SubnetNetworkAclAssociation. Ref is the association's id; deleted, the subnet is the default ACL's again. */
export const SubnetNetworkAclAssociation = defineResource<{ NetworkAclId: string; SubnetId: string }>({
  type: 'AWS::EC2::SubnetNetworkAclAssociation',
  properties: { NetworkAclId: 'executed', SubnetId: 'executed' },
  async create(ctx, { NetworkAclId, SubnetId }) {
    const AssociationId = await replace(ctx, SubnetId, NetworkAclId);
    return { physicalId: AssociationId ?? '', attributes: { AssociationId } };
  },
  async delete(ctx, _id, { SubnetId }) {
    const { Subnets } = await ctx.call<{ Subnets: { VpcId: string }[] }>('ec2', 'DescribeSubnets', {
      Filters: [{ Name: 'subnet-id', Values: [SubnetId] }],
    });
    if (!Subnets[0]) return;
    const { NetworkAcls } = await ctx.call<{ NetworkAcls: { NetworkAclId: string }[] }>('ec2', 'DescribeNetworkAcls', {
      Filters: [
        { Name: 'vpc-id', Values: [Subnets[0].VpcId] },
        { Name: 'default', Values: ['true'] },
      ],
    });
    await replace(ctx, SubnetId, NetworkAcls[0]?.NetworkAclId ?? '');
  },
});

async function replace(ctx: ResourceContext, SubnetId: string, NetworkAclId: string): Promise<string | undefined> {
  const { NetworkAcls } = await ctx.call<{
    NetworkAcls: { Associations: { SubnetId: string; NetworkAclAssociationId: string }[] }[];
  }>('ec2', 'DescribeNetworkAcls', { Filters: [{ Name: 'association.subnet-id', Values: [SubnetId] }] });
  const association = NetworkAcls[0]?.Associations.find((each) => each.SubnetId === SubnetId);
  const { NewAssociationId } = await ctx.call<{ NewAssociationId: string }>('ec2', 'ReplaceNetworkAclAssociation', {
    AssociationId: association?.NetworkAclAssociationId,
    NetworkAclId,
  });
  return NewAssociationId;
}
