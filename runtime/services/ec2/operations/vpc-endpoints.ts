import type {
  CreateVpcEndpointCommandInput,
  DeleteVpcEndpointsCommandInput,
  DescribeVpcEndpointServicesCommandInput,
  DescribeVpcEndpointsCommandInput,
  ModifyVpcEndpointCommandInput,
} from '@aws-sdk/client-ec2';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { defaultGroupOf, groupsOf, makeInterface, removeInterface } from '../behaviour/interfaces.ts';
import { chosen, filtered, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { dnsEntries } from '../behaviour/vpc-names.ts';
import { invalidCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { networkInterfaces, routeTables, subnets, type VpcEndpoint, vpcEndpoints, vpcs } from '../network-state.ts';

const filters = {
  'service-name': 'ServiceName',
  'vpc-id': 'VpcId',
  'vpc-endpoint-id': 'VpcEndpointId',
  'vpc-endpoint-state': 'State',
  'vpc-endpoint-type': 'VpcEndpointType',
};

const openPolicy = JSON.stringify({
  Version: '2008-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
});
const gatewayServices = ['s3', 'dynamodb'];

/**
 * A gateway endpoint opens routes to where S3 or DynamoDB answer. At the interfaces of an interface endpoint the API answers
 * within the VPC, as their groups allow; with private DNS the VPC's resolver leads the service's own name there.
 */
export async function CreateVpcEndpoint(ctx: Context, input: CreateVpcEndpointCommandInput) {
  const vpc = vpcs.find(ctx, input.VpcId);
  const type = input.VpcEndpointType ?? 'Gateway';
  if (type !== 'Gateway' && type !== 'Interface')
    throw invalidParameterValue(`The vpc endpoint type ${type} is not run here.`);
  checkService(ctx, input.ServiceName ?? '', type);
  const VpcEndpointId = vpcEndpoints.newId(ctx);
  const PrivateDnsEnabled = type === 'Interface' && (input.PrivateDnsEnabled ?? true);
  if (PrivateDnsEnabled && !(vpc.enableDnsSupport && vpc.enableDnsHostnames))
    throw new AwsError(
      'InvalidParameter',
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.VpcId}`,
    );
  const groups = input.SecurityGroupIds ?? (type === 'Interface' ? [defaultGroupOf(ctx, vpc.VpcId)] : []);
  const RouteTableIds = routeTablesOf(ctx, vpc.VpcId, input.RouteTableIds ?? [], type);
  const endpoint: VpcEndpoint = {
    VpcEndpointId,
    VpcEndpointType: type,
    VpcId: vpc.VpcId,
    ServiceName: input.ServiceName ?? '',
    State: 'available',
    PolicyDocument: policyOf(ctx, input.PolicyDocument) ?? openPolicy,
    RouteTableIds,
    SubnetIds: [],
    Groups: groupsOf(ctx, vpc.VpcId, groups),
    PrivateDnsEnabled,
    NetworkInterfaceIds: [],
    OwnerId: ctx.account,
    createdMs: ctx.clock.now(),
    Tags: tagsFor(input.TagSpecifications, 'vpc-endpoint'),
  };
  const made = vpcEndpoints.put(ctx, withInterfaces(ctx, endpoint, input.SubnetIds ?? []));
  await enforce(ctx, vpc.VpcId);
  return { VpcEndpoint: described(ctx, made), ClientToken: input.ClientToken };
}

function policyOf(ctx: Context, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    ctx.engine(policyCache).compile(text, 'resource');
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw new AwsError('InvalidPolicyDocument', `The specified policy document is not valid: ${error.message}`);
  }
  return text;
}

function checkService(ctx: Context, name: string, type: string): void {
  const service = name.startsWith(`com.amazonaws.${ctx.region}.`) ? name.split('.').slice(3).join('.') : undefined;
  if (service === undefined || (type === 'Gateway' && !gatewayServices.includes(service)))
    throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${name}' does not exist`);
}

function routeTablesOf(ctx: Context, VpcId: string, ids: readonly string[], type: string): string[] {
  if (type === 'Interface' && ids.length > 0)
    throw invalidCombination('Route table IDs are only supported for Gateway type VPC Endpoint.');
  for (const id of ids)
    if (routeTables.find(ctx, id).VpcId !== VpcId)
      throw invalidParameterValue(`Route table ${id} belongs to a different vpc than ${VpcId}`);
  return [...ids];
}

function withInterfaces(ctx: Context, endpoint: VpcEndpoint, subnetIds: readonly string[]): VpcEndpoint {
  if (endpoint.VpcEndpointType === 'Gateway') {
    if (subnetIds.length > 0)
      throw invalidCombination('Subnet IDs are only supported for Interface type VPC Endpoint.');
    return endpoint;
  }
  const faces = subnetIds.map((id) => {
    const subnet = subnets.find(ctx, id);
    if (subnet.VpcId !== endpoint.VpcId)
      throw invalidParameterValue(`Subnet ${id} belongs to a different vpc than ${endpoint.VpcId}`);
    return makeInterface(ctx, {
      subnet,
      Description: `VPC Endpoint Interface ${endpoint.VpcEndpointId}`,
      InterfaceType: 'vpc_endpoint',
      requester: 'amazon-vpc',
      groupIds: endpoint.Groups.map(({ GroupId }) => GroupId),
      Tags: [],
    });
  });
  return {
    ...endpoint,
    SubnetIds: [...endpoint.SubnetIds, ...subnetIds],
    NetworkInterfaceIds: [
      ...endpoint.NetworkInterfaceIds,
      ...faces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
    ],
  };
}

export function DescribeVpcEndpoints(ctx: Context, input: DescribeVpcEndpointsCommandInput) {
  const found = chosen(
    input.VpcEndpointIds,
    (id) => vpcEndpoints.find(ctx, id),
    () => vpcEndpoints.all(ctx),
  );
  const { page, ...rest } = list(found, input, filters);
  return { VpcEndpoints: page.map((endpoint) => described(ctx, endpoint)), ...rest };
}

function described(ctx: Context, endpoint: VpcEndpoint) {
  const { createdMs, ...rest } = endpoint;
  const DnsEntries = dnsEntries(endpoint, ctx.region, networkInterfaces.all(ctx));
  return { ...rest, RequesterManaged: false, CreationTimestamp: new Date(createdMs), DnsEntries };
}

export async function ModifyVpcEndpoint(ctx: Context, input: ModifyVpcEndpointCommandInput) {
  let endpoint = vpcEndpoints.find(ctx, input.VpcEndpointId);
  const added = routeTablesOf(ctx, endpoint.VpcId, input.AddRouteTableIds ?? [], endpoint.VpcEndpointType);
  endpoint = {
    ...endpoint,
    RouteTableIds: [...new Set([...endpoint.RouteTableIds, ...added])].filter(
      (id) => !input.RemoveRouteTableIds?.includes(id),
    ),
    PolicyDocument: input.ResetPolicy ? openPolicy : (policyOf(ctx, input.PolicyDocument) ?? endpoint.PolicyDocument),
    PrivateDnsEnabled: input.PrivateDnsEnabled ?? endpoint.PrivateDnsEnabled,
    Groups: [
      ...endpoint.Groups.filter(({ GroupId }) => !input.RemoveSecurityGroupIds?.includes(GroupId)),
      ...groupsOf(ctx, endpoint.VpcId, input.AddSecurityGroupIds ?? []),
    ],
  };
  if (input.RemoveSubnetIds?.length) endpoint = withoutSubnets(ctx, endpoint, input.RemoveSubnetIds);
  if (input.AddSubnetIds?.length) endpoint = withInterfaces(ctx, endpoint, input.AddSubnetIds);
  vpcEndpoints.put(ctx, endpoint);
  for (const id of endpoint.NetworkInterfaceIds)
    networkInterfaces.put(ctx, { ...networkInterfaces.find(ctx, id), Groups: endpoint.Groups });
  await enforce(ctx, endpoint.VpcId);
  return { Return: true };
}

function withoutSubnets(ctx: Context, endpoint: VpcEndpoint, subnetIds: readonly string[]): VpcEndpoint {
  const gone = endpoint.NetworkInterfaceIds.filter((id) =>
    subnetIds.includes(networkInterfaces.find(ctx, id).SubnetId),
  );
  for (const id of gone) removeInterface(ctx, id);
  return {
    ...endpoint,
    SubnetIds: endpoint.SubnetIds.filter((id) => !subnetIds.includes(id)),
    NetworkInterfaceIds: endpoint.NetworkInterfaceIds.filter((id) => !gone.includes(id)),
  };
}

/** Ids that are not there are told in the answer, not by an error ("DeleteVpcEndpoints"). */
export async function DeleteVpcEndpoints(ctx: Context, input: DeleteVpcEndpointsCommandInput) {
  const ids = input.VpcEndpointIds ?? [];
  if (ids.length === 0) throw missingParameter('The request must contain the parameter VpcEndpointId');
  const Unsuccessful = [];
  for (const id of ids) {
    const endpoint = vpcEndpoints.records(ctx).get(id);
    if (!endpoint) {
      const { code, message } = vpcEndpoints.missing(id);
      Unsuccessful.push({ ResourceId: id, Error: { Code: code, Message: message } });
      continue;
    }
    for (const face of endpoint.NetworkInterfaceIds) removeInterface(ctx, face);
    vpcEndpoints.delete(ctx, id);
    await enforce(ctx, endpoint.VpcId);
  }
  return { Unsuccessful };
}

export function DescribeVpcEndpointServices(ctx: Context, input: DescribeVpcEndpointServicesCommandInput) {
  const ServiceDetails = gatewayServices
    .map((name) => ({
      ServiceName: `com.amazonaws.${ctx.region}.${name}`,
      ServiceType: [{ ServiceType: 'Gateway' as const }],
      AvailabilityZones: zonesOf(ctx.region),
      Owner: 'amazon',
      AcceptanceRequired: false,
      Tags: [],
    }))
    .filter(({ ServiceName }) => input.ServiceNames?.includes(ServiceName) ?? true);
  const found = filtered(ServiceDetails, input.Filters ?? [], {
    'service-name': 'ServiceName',
    'service-type': 'ServiceType.ServiceType',
    owner: 'Owner',
  });
  return { ServiceDetails: found, ServiceNames: found.map(({ ServiceName }) => ServiceName) };
}
