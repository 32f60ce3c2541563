import { AwsError } from '../../../kernel/errors.ts';
import { type ServicePrincipal, servicePrincipal } from '../../../kernel/principal.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidSubnet, subnetNotFound, validationError } from '../errors.ts';
import type { NodeRecord } from '../state.ts';

interface Subnet {
  SubnetId?: string;
  AvailabilityZone?: string;
  VpcId?: string;
}

/**
 * The zones and the VPC of subnets, as EC2 knows them. Where no EC2 runs beside this service, zones are given out in
 * order and there is no VPC: targets are then reached on loopback only.
 */
export async function findSubnets(
  ctx: Context,
  ids: readonly string[],
  leastZones = 2,
): Promise<{ vpcId: string; nodes: NodeRecord[] }> {
  const subnets = runsEc2(ctx) ? await describe(ctx, ids) : inOrder(ctx, ids);
  const nodes = subnets.map(({ SubnetId = '', AvailabilityZone = '' }) => ({
    ZoneName: AvailabilityZone,
    SubnetId,
    NetworkInterfaceId: undefined,
    PrivateIpAddress: undefined,
  }));
  const zones = new Set(nodes.map(({ ZoneName }) => ZoneName));
  if (zones.size < nodes.length) throw invalidConfiguration();
  if (zones.size < leastZones)
    throw validationError('At least two subnets in two different Availability Zones must be specified');
  const [vpcId = '', other] = new Set(subnets.map(({ VpcId = '' }) => VpcId));
  if (other !== undefined) throw invalidSubnet('All subnets must belong to the same VPC');
  return { vpcId, nodes };
}

const invalidConfiguration = () =>
  new AwsError(
    'InvalidConfigurationRequest',
    'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
  );

export function runsEc2(ctx: Context): boolean {
  return ctx.engine(registry).services.has('ec2');
}

async function describe(ctx: Context, SubnetIds: readonly string[]): Promise<Subnet[]> {
  try {
    const { Subnets = [] } = await ctx.call<{ Subnets?: Subnet[] }>(
      'ec2',
      'DescribeSubnets',
      { SubnetIds },
      asElb(ctx),
    );
    return SubnetIds.flatMap((id) => Subnets.filter(({ SubnetId }) => SubnetId === id));
  } catch (error) {
    if (error instanceof AwsError && error.code === 'InvalidSubnetID.NotFound')
      throw subnetNotFound(/'([^']+)'/.exec(error.message)?.[1] ?? SubnetIds.join(', '));
    throw error;
  }
}

function inOrder(ctx: Context, ids: readonly string[]): Subnet[] {
  const zones = zonesOf(ctx.region);
  if (ids.length > zones.length) throw validationError(`${ctx.region} has ${zones.length} Availability Zones`);
  return ids.map((SubnetId, index) => ({ SubnetId, AvailabilityZone: zones[index] ?? '', VpcId: '' }));
}

/** An internet-facing load balancer needs a way out of its VPC ("CreateLoadBalancer", InvalidSubnet). */
export async function requireInternetGateway(ctx: Context, vpcId: string): Promise<void> {
  if (!runsEc2(ctx)) return;
  const Filters = [{ Name: 'attachment.vpc-id', Values: [vpcId] }];
  const { InternetGateways = [] } = await ctx.call<{ InternetGateways?: object[] }>(
    'ec2',
    'DescribeInternetGateways',
    { Filters },
    asElb(ctx),
  );
  if (InternetGateways.length === 0) throw invalidSubnet(`VPC ${vpcId} has no internet gateway`);
}

/** Through its service-linked role ("Using service-linked roles", Elastic Load Balancing User Guide). */
export function asElb({ account }: Context): { principal: ServicePrincipal } {
  return {
    principal: servicePrincipal('elasticloadbalancing.amazonaws.com', account, { serviceLinked: true }),
  };
}

export interface Instance {
  PrivateIpAddress?: string;
  VpcId?: string;
  State?: { Name?: string };
  Placement?: { AvailabilityZone?: string };
}

export async function findInstance(ctx: Context, id: string): Promise<Instance | undefined> {
  try {
    const { Reservations = [] } = await ctx.call<{ Reservations?: { Instances?: Instance[] }[] }>(
      'ec2',
      'DescribeInstances',
      { InstanceIds: [id] },
      asElb(ctx),
    );
    return Reservations[0]?.Instances?.[0];
  } catch (error) {
    if (error instanceof AwsError && /^InvalidInstanceID/.test(error.code)) return undefined;
    throw error;
  }
}
