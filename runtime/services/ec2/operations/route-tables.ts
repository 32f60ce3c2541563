import type {
  AssociateRouteTableCommandInput,
  CreateRouteCommandInput,
  CreateRouteTableCommandInput,
  DeleteRouteCommandInput,
  DeleteRouteTableCommandInput,
  DescribeRouteTablesCommandInput,
  DisassociateRouteTableCommandInput,
  ReplaceRouteCommandInput,
  ReplaceRouteTableAssociationCommandInput,
  Route,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { canonical, contains } from '../behaviour/cidr.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce, targetOf } from '../behaviour/networks.ts';
import { newId } from '../behaviour/noun.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { dependencyViolation, invalidParameterValue, missingParameter, notFound } from '../errors.ts';
import { internetGateways, natGateways, type RouteTable, routeTables, subnets, vpcs } from '../network-state.ts';

const filters = {
  'association.gateway-id': 'Associations.GatewayId',
  'association.main': 'Associations.Main',
  'association.route-table-association-id': 'Associations.RouteTableAssociationId',
  'association.route-table-id': 'Associations.RouteTableId',
  'association.subnet-id': 'Associations.SubnetId',
  'owner-id': 'OwnerId',
  'route-table-id': 'RouteTableId',
  'route.destination-cidr-block': 'Routes.DestinationCidrBlock',
  'route.gateway-id': 'Routes.GatewayId',
  'route.nat-gateway-id': 'Routes.NatGatewayId',
  'route.origin': 'Routes.Origin',
  'route.state': 'Routes.State',
  'vpc-id': 'VpcId',
};

export function CreateRouteTable(ctx: Context, input: CreateRouteTableCommandInput) {
  const vpc = vpcs.find(ctx, input.VpcId);
  const table = routeTables.put(ctx, {
    RouteTableId: routeTables.newId(ctx),
    VpcId: vpc.VpcId,
    OwnerId: ctx.account,
    Routes: vpc.CidrBlockAssociationSet.map(({ CidrBlock }) => ({
      DestinationCidrBlock: CidrBlock,
      GatewayId: 'local',
      Origin: 'CreateRouteTable',
      State: 'active',
    })),
    Associations: [],
    PropagatingVgws: [],
    Tags: tagsFor(input.TagSpecifications, 'route-table'),
  });
  return { RouteTable: table };
}

export function DescribeRouteTables(ctx: Context, input: DescribeRouteTablesCommandInput) {
  const found = chosen(
    input.RouteTableIds,
    (id) => routeTables.find(ctx, id),
    () => routeTables.all(ctx),
  );
  const { page, ...rest } = list(
    found.map((table) => described(ctx, table)),
    input,
    filters,
  );
  return { RouteTables: page, ...rest };
}

function described(ctx: Context, table: RouteTable): RouteTable {
  const Routes = table.Routes.map((route): Route => {
    const lost = route.GatewayId !== 'local' && !route.DestinationPrefixListId && lostTarget(ctx, route, table.VpcId);
    return { ...route, State: lost ? 'blackhole' : 'active' };
  });
  return { ...table, Routes };
}

function lostTarget(ctx: Context, route: Route, vpcId: string): boolean {
  if (route.NatGatewayId !== undefined) return natGateways.records(ctx).get(route.NatGatewayId)?.State !== 'available';
  return targetOf(ctx, route, vpcId) === 'blackhole';
}

export async function DeleteRouteTable(ctx: Context, { RouteTableId = '' }: DeleteRouteTableCommandInput) {
  const table = routeTables.find(ctx, RouteTableId);
  if (table.Associations.length > 0)
    throw dependencyViolation(`The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`);
  routeTables.delete(ctx, RouteTableId);
  await enforce(ctx, table.VpcId);
  return {};
}

export async function CreateRoute(ctx: Context, input: CreateRouteCommandInput) {
  const table = routeTables.find(ctx, input.RouteTableId);
  const route = routeOf(ctx, table, input);
  if (table.Routes.some(({ DestinationCidrBlock }) => DestinationCidrBlock === route.DestinationCidrBlock))
    throw new AwsError('RouteAlreadyExists', `The route identified by ${route.DestinationCidrBlock} already exists.`);
  routeTables.put(ctx, { ...table, Routes: [...table.Routes, route] });
  await enforce(ctx, table.VpcId);
  return { Return: true };
}

export async function ReplaceRoute(ctx: Context, input: ReplaceRouteCommandInput) {
  const table = routeTables.find(ctx, input.RouteTableId);
  const route = routeOf(ctx, table, input);
  checkRoute(table, route.DestinationCidrBlock ?? '');
  const others = table.Routes.filter(({ DestinationCidrBlock }) => DestinationCidrBlock !== route.DestinationCidrBlock);
  routeTables.put(ctx, { ...table, Routes: [...others, route] });
  await enforce(ctx, table.VpcId);
  return {};
}

export async function DeleteRoute(ctx: Context, input: DeleteRouteCommandInput) {
  const table = routeTables.find(ctx, input.RouteTableId);
  const destination = destinationOf(input);
  checkRoute(table, destination);
  if (table.Routes.some((route) => route.DestinationCidrBlock === destination && route.GatewayId === 'local'))
    throw invalidParameterValue(`cannot remove local route ${destination} in route table ${table.RouteTableId}`);
  routeTables.put(ctx, {
    ...table,
    Routes: table.Routes.filter((route) => route.DestinationCidrBlock !== destination),
  });
  await enforce(ctx, table.VpcId);
  return {};
}

function checkRoute(table: RouteTable, destination: string): void {
  if (!table.Routes.some((route) => route.DestinationCidrBlock === destination))
    throw notFound(
      'InvalidRoute.NotFound',
      `no route with destination-cidr-block ${destination} in route table ${table.RouteTableId}`,
    );
}

const targets = [
  'CarrierGatewayId',
  'CoreNetworkArn',
  'EgressOnlyInternetGatewayId',
  'InstanceId',
  'LocalGatewayId',
  'LocalTarget',
  'NetworkInterfaceId',
  'TransitGatewayId',
  'VpcEndpointId',
  'VpcPeeringConnectionId',
] as const;

function routeOf(ctx: Context, table: RouteTable, input: CreateRouteCommandInput & ReplaceRouteCommandInput): Route {
  for (const name of targets)
    if (input[name] !== undefined)
      throw refused(`ec2 route target ${name}`, 'only internet gateways and NAT gateways carry routes here.');
  const DestinationCidrBlock = destinationOf(input);
  const { GatewayId, NatGatewayId } = input;
  if ((GatewayId === undefined) === (NatGatewayId === undefined))
    throw missingParameter(
      'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId or transitGatewayId',
    );
  if (GatewayId?.startsWith('vgw-')) throw refused('ec2 route target vpn gateway', 'VPN gateways are not done.');
  const vpc = vpcs.find(ctx, table.VpcId);
  if (
    vpc.CidrBlockAssociationSet.some(
      ({ CidrBlock = '' }) => CidrBlock !== DestinationCidrBlock && contains(CidrBlock, DestinationCidrBlock),
    )
  )
    throw invalidParameterValue(
      `The destination CIDR block ${DestinationCidrBlock} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  if (GatewayId !== undefined) {
    const { Attachments } = internetGateways.find(ctx, GatewayId);
    if (!Attachments.some(({ VpcId }) => VpcId === table.VpcId))
      throw invalidParameterValue(
        `route table ${table.RouteTableId} and network gateway ${GatewayId} belong to different networks`,
      );
  } else if (natGateways.find(ctx, NatGatewayId).VpcId !== table.VpcId)
    throw invalidParameterValue(
      `route table ${table.RouteTableId} and nat gateway ${NatGatewayId} belong to different networks`,
    );
  return {
    DestinationCidrBlock,
    ...(GatewayId ? { GatewayId } : { NatGatewayId }),
    Origin: 'CreateRoute',
    State: 'active',
  };
}

function destinationOf(input: {
  DestinationCidrBlock?: string | undefined;
  DestinationIpv6CidrBlock?: string | undefined;
  DestinationPrefixListId?: string | undefined;
}): string {
  if (input.DestinationIpv6CidrBlock !== undefined)
    throw refused('ec2 route DestinationIpv6CidrBlock', 'VPCs have IPv4 alone here.');
  if (input.DestinationPrefixListId !== undefined)
    throw refused('ec2 route DestinationPrefixListId', 'use a CIDR block; gateway endpoints make their own routes.');
  if (input.DestinationCidrBlock === undefined)
    throw missingParameter('The request must contain the parameter destinationCidrBlock');
  return canonical(input.DestinationCidrBlock, 'destinationCidrBlock');
}

export async function AssociateRouteTable(ctx: Context, input: AssociateRouteTableCommandInput) {
  const table = routeTables.find(ctx, input.RouteTableId);
  const { RouteTableId } = table;
  if (input.GatewayId !== undefined)
    throw refused('ec2 AssociateRouteTable parameter GatewayId', 'gateway route tables are not done.');
  const subnet = subnets.find(ctx, input.SubnetId);
  if (subnet.VpcId !== table.VpcId)
    throw invalidParameterValue(
      `route table ${RouteTableId} and subnet ${subnet.SubnetId} belong to different networks`,
    );
  const before = routeTables
    .all(ctx)
    .flatMap(({ Associations }) => Associations)
    .find(({ SubnetId }) => SubnetId === subnet.SubnetId);
  if (before?.RouteTableId === RouteTableId)
    return { AssociationId: before.RouteTableAssociationId, AssociationState: before.AssociationState };
  if (before)
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${RouteTableId} conflicts with an existing association`,
    );
  const AssociationId = newId(ctx, 'rtbassoc');
  const AssociationState = { State: 'associated' as const };
  const association = {
    Main: false,
    RouteTableAssociationId: AssociationId,
    RouteTableId,
    SubnetId: subnet.SubnetId,
    AssociationState,
  };
  routeTables.put(ctx, { ...table, Associations: [...table.Associations, association] });
  await enforce(ctx, table.VpcId);
  return { AssociationId, AssociationState };
}

export async function DisassociateRouteTable(ctx: Context, input: DisassociateRouteTableCommandInput) {
  const { table, association } = associated(ctx, input.AssociationId);
  if (association.Main)
    throw invalidParameterValue(`cannot disassociate the main route table association ${input.AssociationId}`);
  routeTables.put(ctx, { ...table, Associations: table.Associations.filter((each) => each !== association) });
  await enforce(ctx, table.VpcId);
  return {};
}

export async function ReplaceRouteTableAssociation(ctx: Context, input: ReplaceRouteTableAssociationCommandInput) {
  const { table, association } = associated(ctx, input.AssociationId);
  const target = routeTables.find(ctx, input.RouteTableId);
  if (target.VpcId !== table.VpcId)
    throw invalidParameterValue(
      `route table ${target.RouteTableId} and association ${input.AssociationId} belong to different networks`,
    );
  routeTables.put(ctx, { ...table, Associations: table.Associations.filter((each) => each !== association) });
  const moved = { ...association, RouteTableAssociationId: newId(ctx, 'rtbassoc'), RouteTableId: target.RouteTableId };
  const now = routeTables.find(ctx, target.RouteTableId);
  routeTables.put(ctx, { ...now, Associations: [...now.Associations, moved] });
  await enforce(ctx, table.VpcId);
  return { NewAssociationId: moved.RouteTableAssociationId, AssociationState: moved.AssociationState };
}

function associated(ctx: Context, id: string | undefined) {
  for (const table of routeTables.all(ctx)) {
    const association = table.Associations.find(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
    if (association) return { table, association };
  }
  throw notFound('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
}
