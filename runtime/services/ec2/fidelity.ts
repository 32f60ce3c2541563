import { parametersOf, refusedFor, stored } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

const launchTemplates = ['CreateLaunchTemplate.LaunchTemplateData', 'CreateLaunchTemplateVersion.LaunchTemplateData'];
const networkInterfaces = parametersOf([...launchTemplates, 'RunInstances'], 'NetworkInterfaces');

/** What a volume is made of: here each is a file. */
export const volumeKinds = ['Encrypted', 'KmsKeyId', 'VolumeType', 'Iops', 'Throughput'].map(
  (name) => `BlockDeviceMappings.Ebs.${name}`,
);

/** Parameters that are kept without effect, or refused; the rest of what `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...refusedFor('VPCs have IPv4 alone here; leave it out.', 'CreateVpc.AmazonProvidedIpv6CidrBlock'),
  ...refusedFor(
    'VPCs have IPv4 alone here.',
    parametersOf('CreateVpc', 'Ipv6CidrBlock', 'Ipv6Pool', 'Ipv6CidrBlockNetworkBorderGroup'),
    parametersOf(
      'AssociateVpcCidrBlock',
      'AmazonProvidedIpv6CidrBlock',
      'Ipv6CidrBlock',
      'Ipv6CidrBlockNetworkBorderGroup',
      'Ipv6Pool',
    ),
    parametersOf('CreateSubnet', 'Ipv6CidrBlock', 'Ipv6Native'),
    parametersOf('CreateNetworkInterface', 'Ipv6Addresses', 'Ipv6AddressCount', 'Ipv6Prefixes'),
    parametersOf('RunInstances', 'EnablePrimaryIpv6', 'Ipv6Addresses'),
    parametersOf(networkInterfaces, 'Ipv6Addresses', 'Ipv6Prefixes', 'PrimaryIpv6'),
  ),
  ...refusedFor(
    'IP Address Manager is not done.',
    parametersOf('CreateVpc', 'Ipv4IpamPoolId', 'Ipv6IpamPoolId'),
    parametersOf(['AssociateVpcCidrBlock', 'CreateSubnet'], 'Ipv4IpamPoolId'),
  ),
  ...stored(
    'CreateVpc.InstanceTenancy',
    'ModifyVpcAttribute.EnableNetworkAddressUsageMetrics',
    parametersOf(['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress'], 'IpPermissions.Ipv6Ranges'),
    parametersOf('CreateVolume', 'Encrypted', 'KmsKeyId', 'VolumeType', 'Iops', 'Throughput'),
    parametersOf('ModifyVolume', 'VolumeType', 'Iops', 'Throughput'),
    parametersOf(
      'RunInstances',
      'CapacityReservationSpecification',
      'CreditSpecification',
      'EbsOptimized',
      'LicenseSpecifications',
      'MaintenanceOptions',
      'NetworkPerformanceOptions',
      'PrivateDnsNameOptions',
      'MetadataOptions.HttpPutResponseHopLimit',
      'MetadataOptions.HttpProtocolIpv6',
    ),
    'RunInstances.Placement.Tenancy',
    parametersOf(
      launchTemplates,
      'CapacityReservationSpecification',
      'MaintenanceOptions',
      'NetworkPerformanceOptions',
      'LicenseSpecifications',
      'CreditSpecification',
      'EbsOptimized',
      'PrivateDnsNameOptions',
      'MetadataOptions.HttpPutResponseHopLimit',
      'MetadataOptions.HttpProtocolIpv6',
      'Placement.Tenancy',
    ),
    parametersOf(['RunInstances', ...launchTemplates], 'KeyName', ...volumeKinds),
  ),
  ...refusedFor(
    'Outposts are not done.',
    parametersOf(['CreateSubnet', 'CreateVolume', 'CreateSnapshot'], 'OutpostArn'),
    'AllocateAddress.CustomerOwnedIpv4Pool',
    parametersOf('ModifySubnetAttribute', 'CustomerOwnedIpv4Pool', 'DisableLniAtDeviceIndex'),
  ),
  ...refusedFor(
    'a NAT gateway has one address here.',
    parametersOf('CreateNatGateway', 'SecondaryAllocationIds', 'SecondaryPrivateIpAddresses'),
  ),
  ...refusedFor(
    'prefix delegation is not done.',
    parametersOf('CreateNetworkInterface', 'Ipv4Prefixes', 'Ipv4PrefixCount'),
    parametersOf(['AssignPrivateIpAddresses', ...networkInterfaces], 'Ipv4Prefixes'),
  ),
  ...refusedFor('name subnets by SubnetIds.', 'CreateVpcEndpoint.SubnetConfigurations'),
  ...refusedFor('instances have no instance store here.', 'CreateImage.BlockDeviceMappings.VirtualName'),
  ...refusedFor('instances have no firmware here.', 'CreateImage.BootModeOverride', 'RegisterImage.BootMode'),
  ...refusedFor(
    'an instance has one network interface here.',
    parametersOf(['RunInstances', ...launchTemplates], 'SecondaryInterfaces'),
  ),
  ...refusedFor('unassign the address where it is first.', 'AssignPrivateIpAddresses.AllowReassignment'),
  ...refusedFor(
    'placement groups are not done.',
    parametersOf(launchTemplates, 'Placement.SpreadDomain', 'Placement.PartitionNumber'),
    parametersOf('RunInstances.Placement', 'SpreadDomain', 'PartitionNumber'),
  ),
  ...refusedFor(
    'images have no RAM disk.',
    parametersOf(launchTemplates, 'RamDiskId'),
    'ModifyInstanceAttribute.Ramdisk',
  ),
  ...refusedFor(
    'spot instances are not done.',
    parametersOf(launchTemplates, 'InstanceMarketOptions'),
    parametersOf('RunInstances', 'InstanceMarketOptions.MarketType', 'InstanceMarketOptions.SpotOptions'),
  ),
  ...refusedFor(
    'the instance type says how many processors there are.',
    parametersOf(launchTemplates, 'CpuOptions'),
    parametersOf('RunInstances.CpuOptions', 'CoreCount', 'ThreadsPerCore', 'AmdSevSnp', 'NestedVirtualization'),
  ),
  ...refusedFor(
    'instances do not hibernate.',
    parametersOf(launchTemplates, 'HibernationOptions'),
    'RunInstances.HibernationOptions.Configured',
    'StopInstances.Hibernate',
  ),
  ...refusedFor(
    'an instance is always shut down.',
    parametersOf(['StopInstances', 'TerminateInstances'], 'SkipOsShutdown'),
  ),
  ...refusedFor('name the instance type.', parametersOf(launchTemplates, 'InstanceRequirements')),
  ...refusedFor(
    'metrics are not chosen by category.',
    parametersOf([...launchTemplates, 'RunInstances'], 'Monitoring.MetricCategoryIds'),
    parametersOf(['MonitorInstances', 'UnmonitorInstances'], 'MetricCategoryIds'),
  ),
  ...refusedFor(
    'an image is looked up when an instance starts.',
    parametersOf(['CreateLaunchTemplateVersion', 'DescribeLaunchTemplateVersions'], 'ResolveAlias'),
  ),
  ...refusedFor(
    'tracked connections time out as AWS has it by default.',
    parametersOf(
      ['CreateNetworkInterface', 'ModifyNetworkInterfaceAttribute', ...networkInterfaces],
      'ConnectionTrackingSpecification',
    ),
  ),
  ...refusedFor('encryption controls are not done.', 'CreateVpc.VpcEncryptionControl'),
  ...refusedFor(
    "an endpoint's names lead to its IPv4 addresses.",
    parametersOf(['CreateVpcEndpoint', 'ModifyVpcEndpoint'], 'DnsOptions'),
  ),
  ...refusedFor('images are not shared.', 'DescribeImages.ExecutableUsers'),
  ...refusedFor('every type listed runs here.', 'DescribeInstanceTypes.IncludeUnsupportedInRegion'),
  ...refusedFor('snapshots are not shared.', 'DescribeSnapshots.RestorableByUserIds'),
  ...refusedFor('services are of the region that is asked.', 'DescribeVpcEndpointServices.ServiceRegions'),
  ...refusedFor('the lists of AWS have one version.', 'GetManagedPrefixListEntries.TargetVersion'),
  ...refusedFor('it is always enabled.', parametersOf('ModifyInstanceAttribute', 'SriovNetSupport', 'EnaSupport')),
  ...refusedFor(
    'network interfaces have no queues here.',
    parametersOf(
      'ModifyNetworkInterfaceAttribute',
      'EnaSrdSpecification',
      'AssociatedSubnetIds',
      'Attachment.DefaultEnaQueueCount',
      'Attachment.EnaQueueCount',
    ),
  ),
  ...refusedFor(
    'instances are named by their address.',
    parametersOf(
      'ModifySubnetAttribute',
      'EnableResourceNameDnsARecordOnLaunch',
      'EnableResourceNameDnsAAAARecordOnLaunch',
    ),
  ),
  ...refusedFor('name subnets by AddSubnetIds.', 'ModifyVpcEndpoint.SubnetConfigurations'),
  ...refusedFor(
    'there are no instance store volumes.',
    parametersOf([...launchTemplates, 'RunInstances', 'ModifyInstanceAttribute'], 'BlockDeviceMappings.VirtualName'),
  ),
  ...refusedFor(
    'network interfaces have no queues and cards here.',
    parametersOf(networkInterfaces, 'NetworkCardIndex', 'EnaSrdSpecification', 'EnaQueueCount'),
  ),
  ...refusedFor('Wavelength Zones are not done.', parametersOf(networkInterfaces, 'AssociateCarrierIpAddress')),
  ...refusedFor('records have no tags.', 'CreateFlowLogs.TagFieldSpecifications'),
});
