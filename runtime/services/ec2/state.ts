import type {
  Address,
  RequestLaunchTemplateData,
  DhcpOptions as SdkDhcpOptions,
  InternetGateway as SdkInternetGateway,
  NatGateway as SdkNatGateway,
  NetworkAcl as SdkNetworkAcl,
  NetworkInterface as SdkNetworkInterface,
  RouteTable as SdkRouteTable,
  SecurityGroupRule as SdkSecurityGroupRule,
  Subnet as SdkSubnet,
  Vpc as SdkVpc,
  Tag,
  VolumeType,
} from '@aws-sdk/client-ec2';
import type { AskedOfInstance } from './behaviour/asked-of-instance.ts';
import { type Noun, noun, type Tagged, type Where } from './behaviour/noun.ts';
import { notFound } from './errors.ts';
import { images } from './image-state.ts';

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

const byId = (code: string, what: string) => (id: string) => notFound(code, `The ${what} '${id}' does not exist`);

export const vpcs = noun<Vpc>({
  prefix: 'vpc',
  type: 'vpc',
  collection: 'ec2.vpcs',
  id: 'VpcId',
  missing: byId('InvalidVpcID.NotFound', 'vpc ID'),
});
export const subnets = noun<Subnet>({
  prefix: 'subnet',
  type: 'subnet',
  collection: 'ec2.subnets',
  id: 'SubnetId',
  missing: byId('InvalidSubnetID.NotFound', 'subnet ID'),
});
export const routeTables = noun<RouteTable>({
  prefix: 'rtb',
  type: 'route-table',
  collection: 'ec2.route-tables',
  id: 'RouteTableId',
  missing: byId('InvalidRouteTableID.NotFound', 'routeTable ID'),
});
export const internetGateways = noun<InternetGateway>({
  prefix: 'igw',
  type: 'internet-gateway',
  collection: 'ec2.internet-gateways',
  id: 'InternetGatewayId',
  missing: byId('InvalidInternetGatewayID.NotFound', 'internetGateway ID'),
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
  missing: byId('InvalidAllocationID.NotFound', 'allocation ID'),
});
export const networkAcls = noun<NetworkAcl>({
  prefix: 'acl',
  type: 'network-acl',
  collection: 'ec2.network-acls',
  id: 'NetworkAclId',
  missing: byId('InvalidNetworkAclID.NotFound', 'networkAcl ID'),
});
export const securityGroups = noun<SecurityGroup>({
  prefix: 'sg',
  type: 'security-group',
  collection: 'ec2.security-groups',
  id: 'GroupId',
  missing: byId('InvalidGroup.NotFound', 'security group'),
});
export const networkInterfaces = noun<NetworkInterface>({
  prefix: 'eni',
  type: 'network-interface',
  collection: 'ec2.network-interfaces',
  id: 'NetworkInterfaceId',
  missing: byId('InvalidNetworkInterfaceID.NotFound', 'networkInterface ID'),
});
export const dhcpOptions = noun<DhcpOptions>({
  prefix: 'dopt',
  type: 'dhcp-options',
  collection: 'ec2.dhcp-options',
  id: 'DhcpOptionsId',
  missing: byId('InvalidDhcpOptionID.NotFound', 'DhcpOptions ID'),
});
export const vpcEndpoints = noun<VpcEndpoint>({
  prefix: 'vpce',
  type: 'vpc-endpoint',
  collection: 'ec2.vpc-endpoints',
  id: 'VpcEndpointId',
  missing: byId('InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id'),
});
export const flowLogs = noun<FlowLog>({
  prefix: 'fl',
  type: 'vpc-flow-log',
  collection: 'ec2.flow-logs',
  id: 'FlowLogId',
  missing: byId('InvalidFlowLogId.NotFound', 'flow log ID'),
});

export interface Instance extends Tagged {
  InstanceId: string;
  ImageId: string;
  InstanceType: string;
  KeyName?: string;
  SubnetId: string;
  VpcId: string;
  AvailabilityZone: string;
  NetworkInterfaceId: string;
  PrivateIpAddress: string;
  ReservationId: string;
  AmiLaunchIndex: number;
  launchedMs: number;
  state: InstanceState;
  StateReason?: { Code: string; Message: string };
  StateTransitionReason?: string;
  terminatedMs?: number;
  profile?: { Arn: string; Name: string; AssociationId: string };
  userData?: string;
  httpTokens: 'required' | 'optional';
  httpEndpoint: 'enabled' | 'disabled';
  hopLimit: number;
  httpProtocolIpv6?: 'enabled' | 'disabled';
  metadataTags?: 'enabled' | 'disabled';
  shutdownBehavior: 'stop' | 'terminate';
  terminationProtected: boolean;
  stopProtected?: boolean;
  cpuCredits?: string;
  ebsOptimized?: boolean;
  /** What was asked of it, which has no effect beyond being told. */
  asked?: AskedOfInstance;
  detailedMonitoring: boolean;
  RootVolumeId: string;
  /** What was asked of it, which has no effect beyond being told; absent of instances from before it was kept. */
  rootVolume?: RootVolume;
  /** The snapshot its root volume was made from; absent where a public image's was. */
  rootSnapshotId?: string | undefined;
  Architecture?: 'x86_64' | 'arm64';
  volumeTags?: Tag[];
  /** It is given a public address of Amazon's pool at each start. */
  takesPublicAddress?: boolean;
  /** UserData has run: it does so only at the first boot. */
  initialized: boolean;
}

export interface RootVolume {
  Size: number;
  VolumeType: VolumeType;
  Iops?: number | undefined;
  Throughput?: number | undefined;
  Encrypted: boolean;
  KmsKeyId?: string | undefined;
  DeleteOnTermination: boolean;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface KeyPair extends Tagged {
  KeyPairId: string;
  KeyName: string;
  KeyType: 'rsa' | 'ed25519';
  KeyFingerprint: string;
  PublicKey: string;
  createdMs: number;
}

export interface LaunchTemplate extends Tagged {
  LaunchTemplateId: string;
  LaunchTemplateName: string;
  DefaultVersionNumber: number;
  createdMs: number;
  CreatedBy: string;
  versions: {
    VersionNumber: number;
    VersionDescription?: string | undefined;
    createdMs: number;
    data: RequestLaunchTemplateData;
  }[];
}

export const instances = noun<Instance>({
  prefix: 'i',
  type: 'instance',
  collection: 'ec2.instances',
  id: 'InstanceId',
  missing: byId('InvalidInstanceID.NotFound', 'instance ID'),
});
export const keyPairs = noun<KeyPair>({
  prefix: 'key',
  type: 'key-pair',
  collection: 'ec2.key-pairs',
  id: 'KeyPairId',
  missing: byId('InvalidKeyPair.NotFound', 'key pair'),
});
export const launchTemplates = noun<LaunchTemplate>({
  prefix: 'lt',
  type: 'launch-template',
  collection: 'ec2.launch-templates',
  id: 'LaunchTemplateId',
  missing: (id) =>
    notFound(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    ),
});

/** A volume beside root volumes, which are kept with their instances. */
export interface Volume extends Tagged {
  VolumeId: string;
  AvailabilityZone: string;
  Size: number;
  VolumeType: VolumeType;
  Iops?: number;
  Throughput?: number;
  Encrypted: boolean;
  KmsKeyId?: string;
  SnapshotId: string;
  State: 'available' | 'in-use';
  createdMs: number;
  Attachment?:
    | {
        InstanceId: string;
        Device: string;
        State: 'attached' | 'busy' | 'detaching';
        DeleteOnTermination: boolean;
        attachedMs: number;
      }
    | undefined;
  modification?: {
    before: { Size: number; VolumeType: VolumeType; Iops?: number; Throughput?: number };
    startedMs: number;
  };
}

export interface Snapshot extends Tagged {
  SnapshotId: string;
  VolumeId: string;
  VolumeSize: number;
  Description: string;
  Encrypted: boolean;
  KmsKeyId?: string;
  OwnerId: string;
  State: 'pending' | 'completed' | 'error';
  StateMessage?: string;
  Progress: string;
  startedMs: number;
  /** Of a root volume: folders, which no device can be made of. */
  ofRoot?: boolean;
}

/** What an account has for EBS in a region. Key: ebs. */
export interface EbsSettings {
  encryptedByDefault: boolean;
  KmsKeyId?: string;
}

export const volumes = noun<Volume>({
  prefix: 'vol',
  type: 'volume',
  collection: 'ec2.volumes',
  id: 'VolumeId',
  missing: (id) => notFound('InvalidVolume.NotFound', `The volume '${id}' does not exist.`),
});
export const snapshots = noun<Snapshot>({
  prefix: 'snap',
  type: 'snapshot',
  collection: 'ec2.snapshots',
  id: 'SnapshotId',
  missing: (id) => notFound('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`),
});
export const ebsSettings = (where: Where) => where.store.collection<EbsSettings>('ec2.ebs-settings', where);

/** Everything that can be tagged by its id. */
export const nouns: readonly Noun<Tagged>[] = [
  images,
  vpcs,
  subnets,
  routeTables,
  internetGateways,
  natGateways,
  elasticIps,
  networkAcls,
  securityGroups,
  networkInterfaces,
  dhcpOptions,
  vpcEndpoints,
  flowLogs,
  instances,
  keyPairs,
  launchTemplates,
  volumes,
  snapshots,
] as unknown as Noun<Tagged>[];
