import { defineResource } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface EipProperties {
  Domain?: string;
  InstanceId?: string;
  NetworkBorderGroup?: string;
  PublicIpv4Pool?: string;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::EIP. Ref is the address itself. */
export const EIP = defineResource<EipProperties>({
  type: 'AWS::EC2::EIP',
  properties: {
    Domain: 'executed',
    InstanceId: 'executed',
    NetworkBorderGroup: 'stored',
    PublicIpv4Pool: { refused: 'addresses come from the one pool there is.' },
    Address: { refused: 'addresses cannot be recovered.' },
    TransferAddress: { refused: 'addresses cannot be transferred.' },
    IpamPoolId: { refused: 'IP Address Manager is not done.' },
    Tags: 'stored',
  },
  async create(ctx, { InstanceId, Tags }) {
    const made = await ctx.call<{ AllocationId: string; PublicIp: string }>('ec2', 'AllocateAddress', {
      Domain: 'vpc',
      ...tagSpecification(ctx, 'elastic-ip', Tags),
    });
    const { AllocationId, PublicIp } = made;
    if (InstanceId) await ctx.call('ec2', 'AssociateAddress', { AllocationId, InstanceId });
    return { physicalId: PublicIp, attributes: { AllocationId, PublicIp } };
  },
  async update(ctx, PublicIp, { InstanceId, Tags }, previous) {
    const { Addresses } = await ctx.call<{ Addresses: { AllocationId: string; AssociationId?: string }[] }>(
      'ec2',
      'DescribeAddresses',
      { PublicIps: [PublicIp] },
    );
    const { AllocationId = '', AssociationId } = Addresses[0] ?? {};
    if (InstanceId !== previous.InstanceId && AssociationId)
      await ctx.call('ec2', 'DisassociateAddress', { AssociationId });
    if (InstanceId && InstanceId !== previous.InstanceId)
      await ctx.call('ec2', 'AssociateAddress', { AllocationId, InstanceId });
    await retag(ctx, AllocationId, Tags, previous.Tags);
    return { physicalId: PublicIp, attributes: { AllocationId, PublicIp } };
  },
  async delete(ctx, PublicIp, { InstanceId }) {
    if (InstanceId) await unlessGone(ctx.call('ec2', 'DisassociateAddress', { PublicIp }));
    await unlessGone(ctx.call('ec2', 'ReleaseAddress', { PublicIp }));
  },
});

interface AssociationProperties {
  AllocationId?: string;
  EIP?: string;
  InstanceId?: string;
  NetworkInterfaceId?: string;
  PrivateIpAddress?: string;
}

/** AWS::EC2::EIPAssociation. Ref is the association's id. */
export const EIPAssociation = defineResource<AssociationProperties>({
  type: 'AWS::EC2::EIPAssociation',
  properties: {
    AllocationId: 'executed',
    EIP: 'executed',
    InstanceId: 'executed',
    NetworkInterfaceId: 'executed',
    PrivateIpAddress: 'executed',
  },
  async create(ctx, { EIP: PublicIp, ...input }) {
    const { AssociationId } = await ctx.call<{ AssociationId: string }>('ec2', 'AssociateAddress', {
      PublicIp,
      ...input,
    });
    return { physicalId: AssociationId, attributes: { Id: AssociationId } };
  },
  delete: (ctx, AssociationId) => unlessGone(ctx.call('ec2', 'DisassociateAddress', { AssociationId })),
});
