import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface VpcProperties {
  CidrBlock?: string;
  EnableDnsSupport?: boolean;
  EnableDnsHostnames?: boolean;
  InstanceTenancy?: string;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::VPC (CloudFormation Template Reference). Ref is the id. */
export const VPC = defineResource<VpcProperties>({
  type: 'AWS::EC2::VPC',
  properties: {
    CidrBlock: 'executed',
    EnableDnsSupport: 'executed',
    EnableDnsHostnames: 'executed',
    InstanceTenancy: 'stored',
    Ipv4IpamPoolId: { refused: 'IP Address Manager is not done.' },
    Ipv4NetmaskLength: { refused: 'IP Address Manager is not done.' },
    VpcEncryptionControl: { refused: 'encryption between instances is not done.' },
    Tags: 'stored',
  },
  async create(ctx, { CidrBlock, InstanceTenancy, Tags, ...attributes }) {
    const tags = tagSpecification(ctx, 'vpc', Tags);
    const { Vpc } = await ctx.call<{ Vpc: { VpcId: string } }>('ec2', 'CreateVpc', {
      CidrBlock,
      InstanceTenancy,
      ...tags,
    });
    await modify(ctx, Vpc.VpcId, attributes);
    return describe(ctx, Vpc.VpcId);
  },
  async update(ctx, VpcId, { EnableDnsSupport = true, EnableDnsHostnames = false, Tags }, previous) {
    await modify(ctx, VpcId, { EnableDnsSupport, EnableDnsHostnames });
    await retag(ctx, VpcId, Tags, previous.Tags);
    return describe(ctx, VpcId);
  },
  delete: (ctx, VpcId) => unlessGone(ctx.call('ec2', 'DeleteVpc', { VpcId })),
});

async function modify(
  ctx: ResourceContext,
  VpcId: string,
  attributes: Pick<VpcProperties, 'EnableDnsSupport' | 'EnableDnsHostnames'>,
) {
  for (const name of ['EnableDnsSupport', 'EnableDnsHostnames'] as const)
    if (attributes[name] !== undefined)
      await ctx.call('ec2', 'ModifyVpcAttribute', { VpcId, [name]: { Value: attributes[name] } });
}

async function describe(ctx: ResourceContext, VpcId: string) {
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
  const [vpcs, groups, acls] = await Promise.all([
    ctx.call<{ Vpcs: { CidrBlock: string; CidrBlockAssociationSet: { AssociationId: string }[] }[] }>(
      'ec2',
      'DescribeVpcs',
      { VpcIds: [VpcId] },
    ),
    ctx.call<{ SecurityGroups: { GroupId: string }[] }>('ec2', 'DescribeSecurityGroups', {
      Filters: [...Filters, { Name: 'group-name', Values: ['default'] }],
    }),
    ctx.call<{ NetworkAcls: { NetworkAclId: string }[] }>('ec2', 'DescribeNetworkAcls', {
      Filters: [...Filters, { Name: 'default', Values: ['true'] }],
    }),
  ]);
  const [vpc] = vpcs.Vpcs;
  return {
    physicalId: VpcId,
    attributes: {
      VpcId,
      CidrBlock: vpc?.CidrBlock,
      CidrBlockAssociations: vpc?.CidrBlockAssociationSet.map(({ AssociationId }) => AssociationId),
      DefaultSecurityGroup: groups.SecurityGroups[0]?.GroupId,
      DefaultNetworkAcl: acls.NetworkAcls[0]?.NetworkAclId,
      Ipv6CidrBlocks: [],
    },
  };
}
