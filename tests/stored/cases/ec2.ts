import { type Ask, named, type StoredCases } from '../stored-cases.ts';

const Tags = [{ Key: 'team', Value: 'kitchen' }];
const VpcId = { Ref: 'Vpc' };
const SubnetId = { Ref: 'Subnet' };
const key = 'arn:aws:kms:us-east-1:000000000000:alias/aws/ebs';
const PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }],
};
const data = {
  CapacityReservationSpecification: { CapacityReservationPreference: 'none' },
  MaintenanceOptions: { AutoRecovery: 'disabled' },
  NetworkPerformanceOptions: { BandwidthWeighting: 'vpc-1' },
  LicenseSpecifications: [
    { LicenseConfigurationArn: 'arn:aws:license-manager:us-east-1:000000000000:license-configuration:lic-1' },
  ],
};

const volumes = [
  {
    DeviceName: '/dev/xvda',
    Ebs: { VolumeSize: 8, VolumeType: 'gp3', Iops: 3500, Throughput: 150, Encrypted: true, KmsKeyId: key },
  },
];
const launched = {
  ...data,
  CreditSpecification: { CpuCredits: 'standard' },
  EbsOptimized: true,
  KeyName: 'stored',
  PrivateDnsNameOptions: { HostnameType: 'ip-name', EnableResourceNameDnsARecord: true },
  MetadataOptions: { HttpPutResponseHopLimit: 4, HttpProtocolIpv6: 'enabled' },
  Placement: { Tenancy: 'dedicated' },
  BlockDeviceMappings: volumes,
};

const image = '{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64}}';

export const ec2: StoredCases = {
  service: 'ec2',
  resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.40.0.0/16', InstanceTenancy: 'dedicated', Tags } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId, CidrBlock: '10.40.0.0/24', Tags } },
    Gateway: { Type: 'AWS::EC2::InternetGateway', Properties: { Tags } },
    Attached: { Type: 'AWS::EC2::VPCGatewayAttachment', Properties: { VpcId, InternetGatewayId: { Ref: 'Gateway' } } },
    Routes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId, Tags } },
    Address: {
      Type: 'AWS::EC2::EIP',
      DependsOn: 'Attached',
      Properties: { Domain: 'vpc', NetworkBorderGroup: 'us-east-1', Tags },
    },
    Nat: {
      Type: 'AWS::EC2::NatGateway',
      Properties: { SubnetId, AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] }, Tags },
    },
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { VpcId, GroupDescription: 'stored', GroupName: 'stored', Tags },
    },
    Out: {
      Type: 'AWS::EC2::SecurityGroupEgress',
      Properties: {
        GroupId: { Ref: 'Group' },
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        CidrIpv6: '2001:db8::/32',
        Description: 'to the kitchen',
      },
    },
    In: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        GroupId: { Ref: 'Group' },
        IpProtocol: 'tcp',
        FromPort: 80,
        ToPort: 80,
        CidrIpv6: '2001:db8:1::/48',
        Description: 'from the street',
      },
    },
    InGroup: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        GroupId: { Ref: 'Group' },
        IpProtocol: 'tcp',
        FromPort: 81,
        ToPort: 81,
        SourceSecurityGroupId: { Ref: 'Group' },
        SourceSecurityGroupOwnerId: '000000000000',
        Description: 'among ourselves',
      },
    },
    Acl: { Type: 'AWS::EC2::NetworkAcl', Properties: { VpcId, Tags } },
    Entry: {
      Type: 'AWS::EC2::NetworkAclEntry',
      Properties: {
        NetworkAclId: { Ref: 'Acl' },
        RuleNumber: 100,
        Protocol: -1,
        RuleAction: 'allow',
        Ipv6CidrBlock: '2001:db8::/32',
      },
    },
    Interface: {
      Type: 'AWS::EC2::NetworkInterface',
      Properties: { SubnetId, Description: 'of the kitchen', Tags },
    },
    Endpoint: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: { VpcId, ServiceName: 'com.amazonaws.us-east-1.s3', PolicyDocument, Tags },
    },
    Logs: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'stored-flow-logs' } },
    Flow: {
      Type: 'AWS::EC2::FlowLog',
      Properties: {
        ResourceId: VpcId,
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        LogDestinationType: 's3',
        LogDestination: { 'Fn::GetAtt': ['Logs', 'Arn'] },
        Tags,
      },
    },
    Key: { Type: 'AWS::EC2::KeyPair', Properties: { KeyName: 'stored', Tags } },
    Launch: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: {
        LaunchTemplateName: 'stored',
        VersionDescription: 'the first',
        TagSpecifications: [{ ResourceType: 'launch-template', Tags }],
        LaunchTemplateData: launched,
      },
    },
    Instance: {
      Type: 'AWS::EC2::Instance',
      DependsOn: 'Key',
      Properties: {
        ImageId: image,
        InstanceType: 't3.micro',
        SubnetId,
        CreditSpecification: { CPUCredits: 'standard' },
        BlockDeviceMappings: volumes.map(({ Ebs: { Throughput: _throughput, ...Ebs }, ...volume }) => ({
          ...volume,
          Ebs,
        })),
        EbsOptimized: true,
        KeyName: 'stored',
        MetadataOptions: { HttpPutResponseHopLimit: 3 },
        PropagateTagsToVolumeOnCreation: true,
        Tags,
      },
    },
    Volume: {
      Type: 'AWS::EC2::Volume',
      Properties: {
        AvailabilityZone: 'us-east-1a',
        Size: 8,
        VolumeType: 'gp3',
        Iops: 4000,
        Throughput: 200,
        Encrypted: true,
        KmsKeyId: key,
        Tags,
      },
    },
  },
  told: {
    Vpc: (ask, id) => ask('DescribeVpcs', { VpcIds: [id] }),
    Subnet: (ask, id) => ask('DescribeSubnets', { SubnetIds: [id] }),
    Gateway: (ask, id) => ask('DescribeInternetGateways', { InternetGatewayIds: [id] }),
    Routes: (ask, id) => ask('DescribeRouteTables', { RouteTableIds: [id] }),
    Address: (ask, id) => ask('DescribeAddresses', { PublicIps: [id] }),
    Nat: (ask, id) => ask('DescribeNatGateways', { NatGatewayIds: [id] }),
    Group: (ask, id) => ask('DescribeSecurityGroups', { GroupIds: [id] }),
    Out: (ask) => ask('DescribeSecurityGroups', byName),
    In: (ask) => ask('DescribeSecurityGroups', byName),
    InGroup: (ask) => ask('DescribeSecurityGroups', byName),
    Acl: (ask, id) => ask('DescribeNetworkAcls', { NetworkAclIds: [id] }),
    Entry: (ask) => ask('DescribeNetworkAcls', {}),
    Interface: (ask, id) => ask('DescribeNetworkInterfaces', { NetworkInterfaceIds: [id] }),
    Endpoint: async (ask, id) => readable(await ask('DescribeVpcEndpoints', { VpcEndpointIds: [id] })),
    Flow: (ask, id) => ask('DescribeFlowLogs', { FlowLogIds: [id] }),
    Key: (ask) => ask('DescribeKeyPairs', { KeyNames: ['stored'] }),
    Launch: async (ask, id) => [
      await ask('DescribeLaunchTemplates', { LaunchTemplateIds: [id] }),
      await ask('DescribeLaunchTemplateVersions', { LaunchTemplateId: id }),
    ],
    Instance: (ask, id) => instance(ask, id),
    Volume: (ask, id) => ask('DescribeVolumes', { VolumeIds: [id] }),
  },
  untold: {
    'AWS::EC2::Instance.PropagateTagsToVolumeOnCreation': 'the tags of its volume show it',
  },
  requests: {
    RunInstances: async (ask) => {
      const Filters = [{ Name: 'architecture', Values: ['x86_64'] }];
      const asked = {
        ImageId: named(await ask('DescribeImages', { Filters }), 'ImageId'),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: named(await ask('DescribeSubnets', { Filters: cidr('10.40.0.0/24') }), 'SubnetId'),
        ...launched,
      };
      const id = named(await ask('RunInstances', asked), 'InstanceId');
      const told = await instance(ask, id);
      await ask('TerminateInstances', { InstanceIds: [id] });
      return { asked, told };
    },
    CreateVpc: async (ask) => {
      const asked = { CidrBlock: '10.41.0.0/16', InstanceTenancy: 'dedicated' };
      const id = named(await ask('CreateVpc', asked), 'VpcId');
      return { asked, told: await ask('DescribeVpcs', { VpcIds: [id] }) };
    },
    ModifyVpcAttribute: async (ask) => {
      const asked = { VpcId: await vpc(ask), EnableNetworkAddressUsageMetrics: { Value: true } };
      await ask('ModifyVpcAttribute', asked);
      const told = await ask('DescribeVpcAttribute', {
        VpcId: asked.VpcId,
        Attribute: 'enableNetworkAddressUsageMetrics',
      });
      return { asked, told };
    },
    CreateVpcEndpoint: async (ask) => {
      const asked = {
        VpcId: await vpc(ask),
        ServiceName: 'com.amazonaws.us-east-1.dynamodb',
        PolicyDocument: JSON.stringify(PolicyDocument),
      };
      const id = named(await ask('CreateVpcEndpoint', asked), 'VpcEndpointId');
      return { asked, told: await ask('DescribeVpcEndpoints', { VpcEndpointIds: [id] }) };
    },
    AuthorizeSecurityGroupIngress: (ask) => authorized(ask, 'Ingress'),
    AuthorizeSecurityGroupEgress: (ask) => authorized(ask, 'Egress'),
    CreateVolume: async (ask) => {
      const asked = {
        AvailabilityZone: 'us-east-1a',
        Size: 8,
        VolumeType: 'gp3',
        Iops: 4000,
        Throughput: 200,
        Encrypted: true,
        KmsKeyId: key,
      };
      const id = named(await ask('CreateVolume', asked), 'VolumeId');
      return { asked, told: await ask('DescribeVolumes', { VolumeIds: [id] }) };
    },
    ModifyVolume: async (ask) => {
      const made = await ask('CreateVolume', { AvailabilityZone: 'us-east-1a', Size: 8, VolumeType: 'gp2' });
      const asked = { VolumeId: named(made, 'VolumeId'), VolumeType: 'gp3', Iops: 5000, Throughput: 300 };
      await ask('ModifyVolume', asked);
      return { asked, told: await ask('DescribeVolumes', { VolumeIds: [asked.VolumeId] }) };
    },
    CreateLaunchTemplate: async (ask) => {
      const asked = { LaunchTemplateName: 'asked', LaunchTemplateData: launched };
      await ask('CreateLaunchTemplate', asked);
      return { asked, told: await ask('DescribeLaunchTemplateVersions', { LaunchTemplateName: 'asked' }) };
    },
    CreateLaunchTemplateVersion: async (ask) => {
      const asked = { LaunchTemplateName: 'stored', LaunchTemplateData: launched };
      await ask('CreateLaunchTemplateVersion', asked);
      return { asked, told: await ask('DescribeLaunchTemplateVersions', { LaunchTemplateName: 'stored' }) };
    },
  },
  renamed: { CidrIpv6: 'CidrIpv6', SourceSecurityGroupOwnerId: 'UserId', GroupDescription: 'Description' },
};

const cidr = (value: string) => [{ Name: 'cidr-block', Values: [value] }];

async function instance(ask: Ask, id: string): Promise<unknown> {
  return [
    await ask('DescribeInstances', { InstanceIds: [id] }),
    await ask('DescribeInstanceCreditSpecifications', { InstanceIds: [id] }),
    await ask('DescribeVolumes', { Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
  ];
}

const byName = { Filters: [{ Name: 'group-name', Values: ['stored'] }] };

async function vpc(ask: Ask): Promise<string> {
  return named(await ask('DescribeVpcs', { Filters: [{ Name: 'cidr', Values: ['10.40.0.0/16'] }] }), 'VpcId');
}

async function authorized(ask: Ask, way: 'Ingress' | 'Egress') {
  const GroupId = named(await ask('DescribeSecurityGroups', byName), 'GroupId');
  const CidrIpv6 = way === 'Ingress' ? '2001:db8:7::/48' : '2001:db8:8::/48';
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 90, ToPort: 90, Ipv6Ranges: [{ CidrIpv6, Description: way }] }];
  await ask(`AuthorizeSecurityGroup${way}`, { GroupId, IpPermissions });
  return { asked: { IpPermissions }, told: await ask('DescribeSecurityGroups', { GroupIds: [GroupId] }) };
}

/** The policy of an endpoint is told as text. */
function readable(answer: Record<string, unknown>): unknown {
  return [answer, JSON.parse(named(answer, 'PolicyDocument'))];
}
