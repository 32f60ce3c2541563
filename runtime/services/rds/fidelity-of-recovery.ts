import type { Fidelity } from '../../kernel/service.ts';

const withoutEffect = 'it has no effect here; leave it out.';

/** Of RestoreDBClusterToPointInTime and RestoreDBInstanceToPointInTime. */
export const restoresToPointInTime: Record<string, Fidelity> = {
  ...Object.fromEntries(
    'CopyTagsToSnapshot EngineMode ServerlessV2ScalingConfiguration'
      .split(' ')
      .map((name) => [`RestoreDBClusterToPointInTime.${name}`, 'stored' as const]),
  ),
  ...Object.fromEntries(
    'AutoMinorVersionUpgrade CopyTagsToSnapshot LicenseModel Engine'
      .split(' ')
      .map((name) => [`RestoreDBInstanceToPointInTime.${name}`, 'stored' as const]),
  ),
  ...refusedOf(
    'RestoreDBClusterToPointInTime',
    'OptionGroupName KmsKeyId BacktrackWindow ScalingConfiguration Domain DomainIAMRoleName DBClusterInstanceClass StorageType Iops PubliclyAccessible NetworkType RdsCustomClusterConfiguration MonitoringInterval MonitoringRoleArn EnablePerformanceInsights PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod EngineLifecycleSupport TagSpecifications EnableVPCNetworking EnableInternetAccessGateway AssociatedRoles',
  ),
  ...refusedOf(
    'RestoreDBInstanceToPointInTime',
    'DBName Iops StorageThroughput OptionGroupName StorageType TdeCredentialArn TdeCredentialPassword Domain DomainFqdn DomainOu DomainAuthSecretArn DomainDnsIps DomainIAMRoleName ProcessorFeatures UseDefaultProcessorFeatures EnableCustomerOwnedIp NetworkType BackupTarget CustomIamInstanceProfile AllocatedStorage MaxAllocatedStorage DBCapacityReservationIdentifier DedicatedLogVolume CACertificateIdentifier EngineLifecycleSupport AdditionalStorageVolumes TagSpecifications ManageMasterUserPassword MasterUserSecretKmsKeyId',
  ),
};

function refusedOf(operation: string, names: string): Record<string, Fidelity> {
  return Object.fromEntries(names.split(' ').map((name) => [`${operation}.${name}`, { refused: withoutEffect }]));
}
