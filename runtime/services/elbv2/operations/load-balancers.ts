import type {
  CreateLoadBalancerCommandInput,
  DeleteLoadBalancerCommandInput,
  DescribeCapacityReservationCommandInput,
  DescribeLoadBalancerAttributesCommandInput,
  DescribeLoadBalancersCommandInput,
  LoadBalancer,
  ModifyLoadBalancerAttributesCommandInput,
  SetIpAddressTypeCommandInput,
  SetSecurityGroupsCommandInput,
  SetSubnetsCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { alb } from '../../../data-planes/alb/alb.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { attributeOf, attributesOf, changeAttributes, listAttributes } from '../behaviour/attributes.ts';
import { deploy } from '../behaviour/deployment.ts';
import { findLoadBalancer } from '../behaviour/find.ts';
import { canonicalHostedZone, networkHostedZone } from '../behaviour/hosted-zones.ts';
import { checkName } from '../behaviour/names.ts';
import { makeInterfaces, regroup, removeInterfaces } from '../behaviour/node-interfaces.ts';
import { pageOf } from '../behaviour/pages.ts';
import { asElb, findSubnets, requireInternetGateway, runsEc2 } from '../behaviour/places.ts';
import {
  duplicateLoadBalancerName,
  invalidScheme,
  loadBalancerNotFound,
  operationNotPermitted,
  validationError,
} from '../errors.ts';
import {
  elbArn,
  type LoadBalancerRecord,
  listeners,
  listenersOf,
  loadBalancers,
  type NodeRecord,
  rules,
  rulesOf,
  zonesOfNodes,
} from '../state.ts';

export async function CreateLoadBalancer(ctx: Context, input: CreateLoadBalancerCommandInput) {
  const Name = input.Name ?? '';
  checkName('Load balancer', Name);
  if (Name.startsWith('internal-')) throw validationError(`Load balancer name '${Name}' cannot begin with 'internal-'`);
  const Type = typeOf(input);
  const Scheme = input.Scheme ?? 'internet-facing';
  if (Scheme !== 'internet-facing' && Scheme !== 'internal') throw invalidScheme();
  const subnets = subnetIds(input);
  const existing = loadBalancers(ctx, ctx)
    .values()
    .find((record) => record.LoadBalancerName === Name);
  if (existing) {
    const same = existing.Scheme === Scheme && existing.nodes.every(({ SubnetId }) => subnets.includes(SubnetId));
    if (!same) throw duplicateLoadBalancerName(Name);
    return { LoadBalancers: [describe(existing)] };
  }
  const { vpcId, nodes } = await findSubnets(ctx, subnets, Type === 'network' ? 1 : 2);
  const internetFacing = Scheme === 'internet-facing';
  if (internetFacing) await requireInternetGateway(ctx, vpcId);
  const SecurityGroups =
    Type === 'network' ? (input.SecurityGroups ?? []) : await securityGroups(ctx, input.SecurityGroups, vpcId);
  const dimension = `${Type === 'network' ? 'net' : 'app'}/${Name}/${ctx.ids.hex(16)}`;
  const about = { dimension, securityGroups: SecurityGroups, internetFacing, type: Type };
  const record: LoadBalancerRecord = {
    LoadBalancerArn: elbArn(ctx, `loadbalancer/${dimension}`),
    ...namesFor(ctx, { Name, Scheme, Type, dimension }),
    CreatedTime: new Date(ctx.clock.now()).toISOString(),
    LoadBalancerName: Name,
    Scheme,
    VpcId: vpcId,
    Type,
    IpAddressType: 'ipv4',
    SecurityGroups,
    nodes: await makeInterfaces(ctx, mapped(nodes, input), about),
    attributes: {},
    Tags: input.Tags ?? [],
    account: ctx.account,
    region: ctx.region,
  };
  keep(ctx, record);
  return { LoadBalancers: [describe(record)] };
}

/** An Application Load Balancer's name has digits, and is found under the region; a Network one's under `elb`. */
function namesFor(
  ctx: Context,
  {
    Name,
    Scheme,
    Type,
    dimension,
  }: { Name: string; Scheme: string; Type: LoadBalancerRecord['Type']; dimension: string },
): Pick<LoadBalancerRecord, 'DNSName' | 'CanonicalHostedZoneId'> {
  const { region } = ctx;
  if (Type === 'network')
    return {
      DNSName: `${Name}-${dimension.split('/')[2]}.elb.${region}.amazonaws.com`,
      CanonicalHostedZoneId: networkHostedZone(region),
    };
  const digits = String(1e9 + Math.floor(ctx.ids.random() * 9e9)).slice(0, 10);
  return {
    DNSName: `${Scheme === 'internal' ? 'internal-' : ''}${Name}-${digits}.${region}.elb.amazonaws.com`,
    CanonicalHostedZoneId: canonicalHostedZone(region),
  };
}

function typeOf(input: CreateLoadBalancerCommandInput): LoadBalancerRecord['Type'] {
  const Type = input.Type ?? 'application';
  if (Type !== 'application' && Type !== 'network')
    throw refused(`elbv2 parameter Type = ${Type}`, 'Application and Network Load Balancers run.');
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
    throw refused(`elbv2 parameter IpAddressType = ${input.IpAddressType}`, 'networks here are IPv4.');
  for (const mapping of input.SubnetMappings ?? []) {
    for (const member of ['AllocationId', 'PrivateIPv4Address'] as const)
      if (mapping[member] !== undefined && Type !== 'network')
        throw validationError(`You can specify ${member} only for Network Load Balancers`);
    for (const member of ['IPv6Address', 'SourceNatIpv6Prefix'] as const)
      if (mapping[member] !== undefined) throw refused(`elbv2 parameter ${member}`, 'networks here are IPv4.');
  }
  return Type;
}

/** "SubnetMappings": a Network Load Balancer's addresses may be chosen. */
function mapped(nodes: NodeRecord[], { SubnetMappings = [] }: CreateLoadBalancerCommandInput): NodeRecord[] {
  return nodes.map((node) => {
    const mapping = SubnetMappings.find(({ SubnetId }) => SubnetId === node.SubnetId);
    return {
      ...node,
      ...(mapping?.PrivateIPv4Address ? { PrivateIpAddress: mapping.PrivateIPv4Address } : {}),
      ...(mapping?.AllocationId ? { ownAllocationId: mapping.AllocationId } : {}),
    };
  });
}

function subnetIds({
  Subnets,
  SubnetMappings,
}: Pick<CreateLoadBalancerCommandInput, 'Subnets' | 'SubnetMappings'>): string[] {
  if (Subnets?.length && SubnetMappings?.length)
    throw validationError('You must specify either subnets or subnet mappings, not both');
  const ids = Subnets ?? (SubnetMappings ?? []).map(({ SubnetId = '' }) => SubnetId);
  if (ids.length === 0)
    throw validationError('At least two subnets in two different Availability Zones must be specified');
  if (new Set(ids).size < ids.length) throw validationError('A subnet cannot be specified more than once');
  return ids;
}

/** Without any it gets the VPC's default group, as every interface does. */
async function securityGroups(ctx: Context, given: string[] | undefined, vpcId: string): Promise<string[]> {
  if (given?.length || !runsEc2(ctx)) return given ?? [];
  const { SecurityGroups = [] } = await ctx.call<{ SecurityGroups?: { GroupId?: string }[] }>(
    'ec2',
    'DescribeSecurityGroups',
    {
      Filters: [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: ['default'] },
      ],
    },
    asElb(ctx),
  );
  return SecurityGroups.flatMap(({ GroupId }) => (GroupId ? [GroupId] : []));
}

export function DescribeLoadBalancers(ctx: Context, input: DescribeLoadBalancersCommandInput) {
  const { LoadBalancerArns: arns = [], Names: names = [] } = input;
  const all = loadBalancers(ctx, ctx).values();
  for (const arn of arns) if (!loadBalancers(ctx, ctx).has(arn)) throw loadBalancerNotFound();
  for (const name of names)
    if (!all.some(({ LoadBalancerName }) => LoadBalancerName === name)) throw loadBalancerNotFound(names.join(', '));
  const asked = arns.length > 0 || names.length > 0;
  const chosen = all.filter(
    (record) => !asked || arns.includes(record.LoadBalancerArn) || names.includes(record.LoadBalancerName),
  );
  const { page, NextMarker } = pageOf(chosen, ({ LoadBalancerArn }) => LoadBalancerArn, input);
  return { LoadBalancers: page.map(describe), NextMarker };
}

/** Succeeds when it is already gone ("DeleteLoadBalancer"); its listeners and rules go with it. */
export async function DeleteLoadBalancer(ctx: Context, { LoadBalancerArn = '' }: DeleteLoadBalancerCommandInput) {
  const record = loadBalancers(ctx, ctx).get(LoadBalancerArn);
  if (!record) return {};
  if (attributeOf(attributesOf(record.Type), record.attributes, 'deletion_protection.enabled') === 'true')
    throw operationNotPermitted(
      `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
    );
  for (const { ListenerArn } of listenersOf(ctx, ctx, LoadBalancerArn)) {
    for (const { RuleArn } of rulesOf(ctx, ctx, ListenerArn)) rules(ctx, ctx).delete(RuleArn);
    listeners(ctx, ctx).delete(ListenerArn);
  }
  loadBalancers(ctx, ctx).delete(LoadBalancerArn);
  ctx.engine(alb).withdraw(LoadBalancerArn);
  await removeInterfaces(ctx, record.nodes);
  return {};
}

export function DescribeLoadBalancerAttributes(
  ctx: Context,
  { LoadBalancerArn = '' }: DescribeLoadBalancerAttributesCommandInput,
) {
  const { Type, attributes } = findLoadBalancer(ctx, LoadBalancerArn);
  return { Attributes: listAttributes(attributesOf(Type), attributes) };
}

/** None is reserved: ModifyCapacityReservation is refused, for a load balancer here has the capacity of this machine. */
export function DescribeCapacityReservation(ctx: Context, input: DescribeCapacityReservationCommandInput) {
  findLoadBalancer(ctx, input.LoadBalancerArn);
  return { DecreaseRequestsRemaining: 2, CapacityReservationState: [] };
}

export function ModifyLoadBalancerAttributes(ctx: Context, input: ModifyLoadBalancerAttributesCommandInput) {
  const record = findLoadBalancer(ctx, input.LoadBalancerArn);
  const attributes = changeAttributes(attributesOf(record.Type), record.attributes, input.Attributes ?? []);
  if (attributes['access_logs.s3.enabled'] === 'true' && !attributes['access_logs.s3.bucket'])
    throw validationError('The bucket of the access logs must be specified to enable them');
  keep(ctx, { ...record, attributes });
  return { Attributes: listAttributes(attributesOf(record.Type), attributes) };
}

export async function SetSecurityGroups(ctx: Context, input: SetSecurityGroupsCommandInput) {
  const record = findLoadBalancer(ctx, input.LoadBalancerArn);
  const SecurityGroups = input.SecurityGroups ?? [];
  if (SecurityGroups.length === 0) throw validationError('At least one security group must be specified');
  await regroup(ctx, record.nodes, SecurityGroups);
  keep(ctx, { ...record, SecurityGroups });
  return { SecurityGroupIds: SecurityGroups };
}

export async function SetSubnets(ctx: Context, input: SetSubnetsCommandInput) {
  const record = findLoadBalancer(ctx, input.LoadBalancerArn);
  const { nodes } = await findSubnets(ctx, subnetIds(input), record.Type === 'network' ? 1 : 2);
  const kept = record.nodes.filter(({ SubnetId }) => nodes.some((node) => node.SubnetId === SubnetId));
  const added = nodes.filter(({ SubnetId }) => !kept.some((node) => node.SubnetId === SubnetId));
  const about = {
    dimension: record.LoadBalancerArn.split('loadbalancer/')[1] ?? '',
    securityGroups: record.SecurityGroups,
    internetFacing: record.Scheme === 'internet-facing',
    type: record.Type,
  };
  const after = { ...record, nodes: [...kept, ...(await makeInterfaces(ctx, added, about))] };
  keep(ctx, after);
  await removeInterfaces(
    ctx,
    record.nodes.filter((node) => !kept.includes(node)),
  );
  return { AvailabilityZones: zonesOfNodes(after.nodes), IpAddressType: 'ipv4' };
}

export function SetIpAddressType(ctx: Context, input: SetIpAddressTypeCommandInput) {
  findLoadBalancer(ctx, input.LoadBalancerArn);
  if (input.IpAddressType !== 'ipv4')
    throw refused(`elbv2 parameter IpAddressType = ${input.IpAddressType}`, 'networks here are IPv4.');
  return { IpAddressType: 'ipv4' };
}

function keep(ctx: Context, record: LoadBalancerRecord): void {
  loadBalancers(ctx, ctx).put(record.LoadBalancerArn, record);
  deploy(ctx, record);
}

function describe(record: LoadBalancerRecord): LoadBalancer {
  const {
    CreatedTime,
    nodes,
    attributes: _attributes,
    Tags: _tags,
    account: _account,
    region: _region,
    ...rest
  } = record;
  return {
    ...rest,
    CreatedTime: new Date(CreatedTime),
    State: { Code: 'active' },
    AvailabilityZones: zonesOfNodes(nodes),
  };
}
