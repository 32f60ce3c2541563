import type {
  AssociateVpcCidrBlockCommandInput,
  CreateVpcCommandInput,
  DeleteVpcCommandInput,
  DescribeVpcAttributeCommandInput,
  DescribeVpcsCommandInput,
  DisassociateVpcCidrBlockCommandInput,
  ModifyVpcAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { canonical, contains, overlap, prefixOf } from '../behaviour/cidr.ts';
import { makeDefaultVpc } from '../behaviour/default-vpc.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { newId } from '../behaviour/noun.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { makeVpc } from '../behaviour/vpc-parts.ts';
import { dependencyViolation, invalidCombination, notFound } from '../errors.ts';
import {
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  routeTables,
  securityGroups,
  subnets,
  type Vpc,
  vpcEndpoints,
  vpcs,
} from '../network-state.ts';

const filters = {
  cidr: 'CidrBlock',
  'cidr-block': 'CidrBlock',
  'cidr-block-association.association-id': 'CidrBlockAssociationSet.AssociationId',
  'cidr-block-association.cidr-block': 'CidrBlockAssociationSet.CidrBlock',
  'cidr-block-association.state': 'CidrBlockAssociationSet.CidrBlockState.State',
  'dhcp-options-id': 'DhcpOptionsId',
  'is-default': 'IsDefault',
  isDefault: 'IsDefault',
  'owner-id': 'OwnerId',
  state: 'State',
  'vpc-id': 'VpcId',
};

export async function CreateVpc(ctx: Context, input: CreateVpcCommandInput) {
  if (input.CidrBlock === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter cidrBlock or Ipv4IpamPoolId');
  const vpc = makeVpc(ctx, {
    CidrBlock: vpcCidr(input.CidrBlock),
    IsDefault: false,
    enableDnsHostnames: false,
    InstanceTenancy: input.InstanceTenancy === 'dedicated' ? 'dedicated' : 'default',
    Tags: tagsFor(input.TagSpecifications, 'vpc'),
  });
  await enforce(ctx, vpc.VpcId);
  return { Vpc: described(vpc) };
}

/** "VPC CIDR blocks": between /16 and /28. */
function vpcCidr(given: string): string {
  const cidr = canonical(given);
  const prefix = prefixOf(cidr);
  if (prefix < 16 || prefix > 28) throw new AwsError('InvalidVpc.Range', `The CIDR '${cidr}' is invalid.`);
  return cidr;
}

export async function CreateDefaultVpc(ctx: Context) {
  if (vpcs.all(ctx).some(({ IsDefault }) => IsDefault))
    throw new AwsError('DefaultVpcAlreadyExists', 'A Default VPC already exists for this account in this region.');
  const vpc = makeDefaultVpc(ctx);
  await enforce(ctx, vpc.VpcId);
  return { Vpc: described(vpc) };
}

export function DescribeVpcs(ctx: Context, input: DescribeVpcsCommandInput) {
  const found = chosen(
    input.VpcIds,
    (id) => vpcs.find(ctx, id),
    () => vpcs.all(ctx),
  );
  const { page, ...rest } = list(found, input, filters);
  return { Vpcs: page.map(described), ...rest };
}

function described({ enableDnsSupport, enableDnsHostnames, enableNetworkAddressUsageMetrics, ...vpc }: Vpc) {
  return vpc;
}

export async function DeleteVpc(ctx: Context, { VpcId = '' }: DeleteVpcCommandInput) {
  vpcs.find(ctx, VpcId);
  if (inUse(ctx, VpcId)) throw dependencyViolation(`The vpc '${VpcId}' has dependencies and cannot be deleted.`);
  for (const { RouteTableId } of routeTables.all(ctx).filter((each) => each.VpcId === VpcId))
    routeTables.delete(ctx, RouteTableId);
  for (const { NetworkAclId } of networkAcls.all(ctx).filter((each) => each.VpcId === VpcId))
    networkAcls.delete(ctx, NetworkAclId);
  for (const { GroupId } of securityGroups.all(ctx).filter((each) => each.VpcId === VpcId))
    securityGroups.delete(ctx, GroupId);
  vpcs.delete(ctx, VpcId);
  await enforce(ctx, VpcId);
  return {};
}

/** What keeps a VPC: anything in it but what it came with. */
function inUse(ctx: Context, VpcId: string): boolean {
  const here = (each: { VpcId?: string | undefined }): boolean => each.VpcId === VpcId;
  return (
    subnets.all(ctx).some(here) ||
    networkInterfaces.all(ctx).some(here) ||
    vpcEndpoints.all(ctx).some(here) ||
    natGateways.all(ctx).some((each) => here(each) && each.State !== 'deleted') ||
    internetGateways.all(ctx).some(({ Attachments }) => Attachments.some(here)) ||
    routeTables.all(ctx).some((each) => here(each) && !each.Associations.some(({ Main }) => Main)) ||
    networkAcls.all(ctx).some((each) => here(each) && !each.IsDefault) ||
    securityGroups.all(ctx).some((each) => here(each) && each.GroupName !== 'default')
  );
}

export async function ModifyVpcAttribute(ctx: Context, input: ModifyVpcAttributeCommandInput) {
  const vpc = vpcs.find(ctx, input.VpcId);
  const given = (['EnableDnsSupport', 'EnableDnsHostnames', 'EnableNetworkAddressUsageMetrics'] as const).filter(
    (name) => input[name] !== undefined,
  );
  if (given.length !== 1)
    throw invalidCombination(
      'Exactly one attribute must be specified: EnableDnsSupport, EnableDnsHostnames or EnableNetworkAddressUsageMetrics.',
    );
  const changed = { ...vpc };
  for (const name of given) {
    const own = `e${name.slice(1)}` as 'enableDnsSupport' | 'enableDnsHostnames' | 'enableNetworkAddressUsageMetrics';
    changed[own] = input[name]?.Value === true;
  }
  vpcs.put(ctx, changed);
  await enforce(ctx, vpc.VpcId);
  return {};
}

export function DescribeVpcAttribute(ctx: Context, input: DescribeVpcAttributeCommandInput) {
  const vpc = vpcs.find(ctx, input.VpcId);
  const { VpcId } = vpc;
  if (input.Attribute === 'enableDnsHostnames') return { VpcId, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
  if (input.Attribute === 'enableDnsSupport') return { VpcId, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
  return { VpcId, EnableNetworkAddressUsageMetrics: { Value: vpc.enableNetworkAddressUsageMetrics } };
}

export async function AssociateVpcCidrBlock(ctx: Context, input: AssociateVpcCidrBlockCommandInput) {
  const vpc = vpcs.find(ctx, input.VpcId);
  const CidrBlock = vpcCidr(input.CidrBlock ?? '');
  if (vpc.CidrBlockAssociationSet.some((each) => overlap(each.CidrBlock ?? '', CidrBlock)))
    throw new AwsError('InvalidVpc.Conflict', `The CIDR '${CidrBlock}' conflicts with another CIDR block of the VPC.`);
  const CidrBlockAssociation = {
    AssociationId: newId(ctx, 'vpc-cidr-assoc'),
    CidrBlock,
    CidrBlockState: { State: 'associated' as const },
  };
  vpcs.put(ctx, { ...vpc, CidrBlockAssociationSet: [...vpc.CidrBlockAssociationSet, CidrBlockAssociation] });
  addLocalRoutes(ctx, vpc.VpcId, CidrBlock);
  await enforce(ctx, vpc.VpcId);
  return { VpcId: vpc.VpcId, CidrBlockAssociation };
}

function addLocalRoutes(ctx: Context, VpcId: string, DestinationCidrBlock: string): void {
  for (const table of routeTables.all(ctx).filter((each) => each.VpcId === VpcId))
    routeTables.put(ctx, {
      ...table,
      Routes: [
        ...table.Routes,
        { DestinationCidrBlock, GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' },
      ],
    });
}

export async function DisassociateVpcCidrBlock(
  ctx: Context,
  { AssociationId = '' }: DisassociateVpcCidrBlockCommandInput,
) {
  const vpc = vpcs
    .all(ctx)
    .find(({ CidrBlockAssociationSet }) =>
      CidrBlockAssociationSet.some((each) => each.AssociationId === AssociationId),
    );
  const association = vpc?.CidrBlockAssociationSet.find((each) => each.AssociationId === AssociationId);
  if (!vpc || !association)
    throw notFound(
      'InvalidVpcCidrBlockAssociationID.NotFound',
      `The vpc CIDR block association ID '${AssociationId}' does not exist`,
    );
  const { CidrBlock = '' } = association;
  if (CidrBlock === vpc.CidrBlock)
    throw new AwsError(
      'OperationNotPermitted',
      `The vpc CIDR block with association ID ${AssociationId} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
    );
  if (subnets.all(ctx).some((each) => each.VpcId === vpc.VpcId && contains(CidrBlock, each.CidrBlock)))
    throw dependencyViolation(`The vpc '${vpc.VpcId}' has dependencies and cannot be deleted.`);
  vpcs.put(ctx, {
    ...vpc,
    CidrBlockAssociationSet: vpc.CidrBlockAssociationSet.filter((each) => each !== association),
  });
  for (const table of routeTables.all(ctx).filter((each) => each.VpcId === vpc.VpcId))
    routeTables.put(ctx, {
      ...table,
      Routes: table.Routes.filter((route) => route.DestinationCidrBlock !== CidrBlock),
    });
  await enforce(ctx, vpc.VpcId);
  return {
    VpcId: vpc.VpcId,
    CidrBlockAssociation: { ...association, CidrBlockState: { State: 'disassociated' as const } },
  };
}
