import type {
  Address,
  DhcpOptions as SdkDhcpOptions,
  InternetGateway as SdkInternetGateway,
  NatGateway as SdkNatGateway,
  NetworkAcl as SdkNetworkAcl,
  NetworkInterface as SdkNetworkInterface,
  RouteTable as SdkRouteTable,
  SecurityGroupRule as SdkSecurityGroupRule,
  Subnet as SdkSubnet,
  Vpc as SdkVpc,
} from '@aws-sdk/client-ec2';
import { noun, type Tagged } from './behaviour/noun.ts';
import { noneWithId, notFound } from './errors.ts';

/** The SDK's record with the members that are always there; times are kept in milliseconds, never as Date. */
type Kept<T, K extends keyof T> = Omit<T, K | 'Tags'> & { [P in K]-?: NonNullable<T[P]> } & Tagged;

export interface Vpc extends Kept<SdkVpc, 'VpcId' | 'CidrBlock' | 'CidrBlockAssociationSet' | 'DhcpOptionsId'> {
  IsDefault: boolean;
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  enableNetworkAddressUsageMetrics: boolean;
}

export interface Subnet extends Kept<SdkSubnet, 'SubnetId' | 'VpcId' | 'CidrBlock' | 'AvailabilityZone'> {
  MapPublicIpOnLaunch: boolean;
}

export type RouteTable = Kept<SdkRouteTable, 'RouteTableId' | 'VpcId' | 'Routes' | 'Associations'>;
export type InternetGateway = Kept<SdkInternetGateway, 'InternetGatewayId' | 'Attachments'>;
export type DhcpOptions = Kept<SdkDhcpOptions, 'DhcpOptionsId' | 'DhcpConfigurations'>;
export type NetworkAcl = Kept<SdkNetworkAcl, 'NetworkAclId' | 'VpcId' | 'Entries' | 'Associations'>;
export type ElasticIp = Kept<Address, 'AllocationId' | 'PublicIp'>;

export interface NatGateway
  extends Omit<
    Kept<SdkNatGateway, 'NatGatewayId' | 'VpcId' | 'SubnetId' | 'NatGatewayAddresses'>,
    'CreateTime' | 'DeleteTime'
  > {
  createdMs: number;
  deletedMs?: number;
}

export interface SecurityGroup extends Tagged {
  GroupId: string;
  GroupName: string;
  Description: string;
  VpcId: string;
  OwnerId: string;
  rules: SecurityGroupRule[];
}

export type SecurityGroupRule = Kept<SdkSecurityGroupRule, 'SecurityGroupRuleId' | 'IsEgress' | 'IpProtocol'>;

export interface NetworkInterface
  extends Omit<
    Kept<
      SdkNetworkInterface,
      | 'NetworkInterfaceId'
      | 'SubnetId'
      | 'VpcId'
      | 'PrivateIpAddress'
      | 'Groups'
      | 'PrivateIpAddresses'
      | 'AvailabilityZone'
    >,
    'TagSet' | 'Attachment'
  > {
  Attachment?: InterfaceAttachment | undefined;
}

export interface InterfaceAttachment {
  AttachmentId: string;
  DeviceIndex: number;
  InstanceId?: string;
  InstanceOwnerId: string;
  Status: 'attached';
  DeleteOnTermination: boolean;
  attachedMs: number;
}

export interface VpcEndpoint extends Tagged {
  VpcEndpointId: string;
  VpcEndpointType: 'Gateway' | 'Interface';
  VpcId: string;
  ServiceName: string;
  State: 'available';
  PolicyDocument: string;
  RouteTableIds: string[];
  SubnetIds: string[];
  Groups: { GroupId: string; GroupName: string }[];
  PrivateDnsEnabled: boolean;
  NetworkInterfaceIds: string[];
  OwnerId: string;
  createdMs: number;
}

export interface FlowLog extends Tagged {
  FlowLogId: string;
  ResourceId: string;
  VpcId: string;
  TrafficType: 'ACCEPT' | 'REJECT' | 'ALL';
  /** Of CloudWatch Logs; undefined where records go to a bucket. */
  LogGroupName?: string | undefined;
  DeliverLogsPermissionArn?: string | undefined;
  bucket?: { Bucket: string; prefix: string; hive: boolean; hourly: boolean } | undefined;
  MaxAggregationInterval: number;
  LogFormat: string;
  DeliverLogsErrorMessage?: string;
  createdMs: number;
}

export const vpcs = noun<Vpc>({
  prefix: 'vpc',
  type: 'vpc',
  collection: 'ec2.vpcs',
  id: 'VpcId',
  missing: noneWithId('InvalidVpcID.NotFound', 'vpc ID'),
});
export const subnets = noun<Subnet>({
  prefix: 'subnet',
  type: 'subnet',
  collection: 'ec2.subnets',
  id: 'SubnetId',
  missing: noneWithId('InvalidSubnetID.NotFound', 'subnet ID'),
});
export const routeTables = noun<RouteTable>({
  prefix: 'rtb',
  type: 'route-table',
  collection: 'ec2.route-tables',
  id: 'RouteTableId',
  missing: noneWithId('InvalidRouteTableID.NotFound', 'routeTable ID'),
});
export const internetGateways = noun<InternetGateway>({
  prefix: 'igw',
  type: 'internet-gateway',
  collection: 'ec2.internet-gateways',
  id: 'InternetGatewayId',
  missing: noneWithId('InvalidInternetGatewayID.NotFound', 'internetGateway ID'),
});
export const natGateways = noun<NatGateway>({
  prefix: 'nat',
  type: 'natgateway',
  collection: 'ec2.nat-gateways',
  id: 'NatGatewayId',
  missing: (id) => notFound('NatGatewayNotFound', `The Nat Gateway ${id} was not found`),
});
export const elasticIps = noun<ElasticIp>({
  prefix: 'eipalloc',
  type: 'elastic-ip',
  collection: 'ec2.elastic-ips',
  id: 'AllocationId',
  missing: noneWithId('InvalidAllocationID.NotFound', 'allocation ID'),
});
export const networkAcls = noun<NetworkAcl>({
  prefix: 'acl',
  type: 'network-acl',
  collection: 'ec2.network-acls',
  id: 'NetworkAclId',
  missing: noneWithId('InvalidNetworkAclID.NotFound', 'networkAcl ID'),
});
export const securityGroups = noun<SecurityGroup>({
  prefix: 'sg',
  type: 'security-group',
  collection: 'ec2.security-groups',
  id: 'GroupId',
  missing: noneWithId('InvalidGroup.NotFound', 'security group'),
});
export const networkInterfaces = noun<NetworkInterface>({
  prefix: 'eni',
  type: 'network-interface',
  collection: 'ec2.network-interfaces',
  id: 'NetworkInterfaceId',
  missing: noneWithId('InvalidNetworkInterfaceID.NotFound', 'networkInterface ID'),
});
export const dhcpOptions = noun<DhcpOptions>({
  prefix: 'dopt',
  type: 'dhcp-options',
  collection: 'ec2.dhcp-options',
  id: 'DhcpOptionsId',
  missing: noneWithId('InvalidDhcpOptionID.NotFound', 'DhcpOptions ID'),
});
export const vpcEndpoints = noun<VpcEndpoint>({
  prefix: 'vpce',
  type: 'vpc-endpoint',
  collection: 'ec2.vpc-endpoints',
  id: 'VpcEndpointId',
  missing: noneWithId('InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id'),
});
export const flowLogs = noun<FlowLog>({
  prefix: 'fl',
  type: 'vpc-flow-log',
  collection: 'ec2.flow-logs',
  id: 'FlowLogId',
  missing: noneWithId('InvalidFlowLogId.NotFound', 'flow log ID'),
});
