import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidSecurityGroup } from '../errors.ts';
import type { NodeRecord } from '../state.ts';
import { asElb, runsEc2 } from './places.ts';

export interface AboutNodes {
  dimension: string;
  securityGroups: readonly string[];
  internetFacing: boolean;
  type: 'application' | 'network';
}

/**
 * Each node has a network interface in its subnet, which EC2 shows as the load balancer's, with a public address where users
 * come from the internet: all are made, or none.
 */
export async function makeInterfaces(
  ctx: Context,
  nodes: readonly NodeRecord[],
  about: AboutNodes,
): Promise<NodeRecord[]> {
  if (!runsEc2(ctx)) return [...nodes];
  const made: NodeRecord[] = [];
  try {
    for (const node of nodes) {
      made.push(await makeInterface(ctx, node, about));
      const last = made.at(-1);
      if (last && about.internetFacing) made[made.length - 1] = await withPublicAddress(ctx, last);
    }
    return made;
  } catch (error) {
    await removeInterfaces(ctx, made);
    throw asGroupError(error);
  }
}

async function makeInterface(ctx: Context, node: NodeRecord, about: AboutNodes): Promise<NodeRecord> {
  const { NetworkInterface } = await ctx.call<{
    NetworkInterface?: { NetworkInterfaceId?: string; PrivateIpAddress?: string };
  }>(
    'ec2',
    'CreateNetworkInterface',
    {
      SubnetId: node.SubnetId,
      Description: `ELB ${about.dimension}`,
      ...(node.PrivateIpAddress === undefined ? {} : { PrivateIpAddress: node.PrivateIpAddress }),
      ...(about.securityGroups.length > 0 ? { Groups: about.securityGroups } : {}),
      ...(about.type === 'network' ? { InterfaceType: 'network_load_balancer' } : {}),
    },
    asElb(ctx),
  );
  const { NetworkInterfaceId, PrivateIpAddress } = NetworkInterface ?? {};
  return { ...node, NetworkInterfaceId, PrivateIpAddress };
}

/** An elastic address that the load balancer manages; a Network Load Balancer may be given the user's own. */
async function withPublicAddress(ctx: Context, node: NodeRecord): Promise<NodeRecord> {
  const { NetworkInterfaceId } = node;
  const own = node.ownAllocationId;
  const { AllocationId, PublicIp } = own
    ? await ownAddress(ctx, own)
    : await ctx.call<{ AllocationId?: string; PublicIp?: string }>('ec2', 'AllocateAddress', {}, asElb(ctx));
  try {
    await ctx.call('ec2', 'AssociateAddress', { AllocationId, NetworkInterfaceId }, asElb(ctx));
  } catch (error) {
    if (!own) await ctx.call('ec2', 'ReleaseAddress', { AllocationId }, asElb(ctx));
    throw error;
  }
  return { ...node, PublicIpAddress: PublicIp, ...(own ? {} : { AllocationId }) };
}

async function ownAddress(ctx: Context, AllocationId: string): Promise<{ AllocationId: string; PublicIp?: string }> {
  const { Addresses = [] } = await ctx.call<{ Addresses?: { PublicIp?: string }[] }>(
    'ec2',
    'DescribeAddresses',
    { AllocationIds: [AllocationId] },
    asElb(ctx),
  );
  return { AllocationId, ...Addresses[0] };
}

export async function regroup(ctx: Context, nodes: readonly NodeRecord[], Groups: readonly string[]): Promise<void> {
  try {
    for (const { NetworkInterfaceId } of nodes) {
      if (NetworkInterfaceId !== undefined)
        await ctx.call('ec2', 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, Groups }, asElb(ctx));
    }
  } catch (error) {
    throw asGroupError(error);
  }
}

function asGroupError(error: unknown): unknown {
  return error instanceof AwsError && /^InvalidGroup|^InvalidSecurityGroup/.test(error.code)
    ? invalidSecurityGroup(error.message)
    : error;
}

/** An interface that is gone already is none to be deleted. */
export async function removeInterfaces(ctx: Context, nodes: readonly NodeRecord[]): Promise<void> {
  if (!runsEc2(ctx)) return;
  for (const { NetworkInterfaceId, AllocationId } of nodes) {
    if (NetworkInterfaceId !== undefined)
      await unlessGone(ctx, 'DeleteNetworkInterface', { NetworkInterfaceId }, 'InvalidNetworkInterfaceID.NotFound');
    if (AllocationId !== undefined)
      await unlessGone(ctx, 'ReleaseAddress', { AllocationId }, 'InvalidAllocationID.NotFound');
  }
}

async function unlessGone(ctx: Context, operation: string, input: object, code: string): Promise<void> {
  try {
    await ctx.call('ec2', operation, input, asElb(ctx));
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== code) throw error;
  }
}
