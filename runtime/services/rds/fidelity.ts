import type { Fidelity } from '../../kernel/service.ts';
import { restoresToPointInTime } from './fidelity-of-recovery.ts';
import { replicas } from './fidelity-of-replicas.ts';

const notDone = (why: string): Fidelity => ({ refused: why });

/** Parameters that creating a cluster or an instance takes and that have no effect, or are refused. */
const stored = ['StorageEncrypted', 'KmsKeyId', 'StorageType', 'Tags'];
const silent = 'it has no effect here; leave it out.';
const refusedForBoth = {
  CharacterSetName: silent,
  OptionGroupName: 'option groups are not done.',
  PreferredMaintenanceWindow: 'there is no maintenance.',
  Iops: silent,
  Domain: 'directories are not done.',
  DomainIAMRoleName: 'directories are not done.',
  NetworkType: silent,
  MonitoringInterval: 'enhanced monitoring is not done.',
  MonitoringRoleArn: 'enhanced monitoring is not done.',
  DatabaseInsightsMode: 'Database Insights is not done.',
  EnablePerformanceInsights: 'Performance Insights is not done.',
  PerformanceInsightsKMSKeyId: 'Performance Insights is not done.',
  PerformanceInsightsRetentionPeriod: 'Performance Insights is not done.',
  DBSystemId: silent,
  CACertificateIdentifier: silent,
  EngineLifecycleSupport: silent,
  TagSpecifications: 'use Tags.',
  MasterUserAuthenticationType: 'the master begins with a password; grant it rds_iam.',
};
const refusedForClusters = {
  ...refusedForBoth,
  ReplicationSourceIdentifier: 'replication from outside is not done.',
  PreSignedUrl: 'replication across regions is not done.',
  BacktrackWindow: 'backtracking is not done.',
  ScalingConfiguration: 'Aurora Serverless v1 is not done.',
  RdsCustomClusterConfiguration: 'RDS Custom is not done.',
  DBClusterInstanceClass: 'Multi-AZ DB clusters are not done; Aurora clusters and Multi-AZ instances are.',
  AllocatedStorage: 'Multi-AZ DB clusters are not done.',
  PubliclyAccessible: 'Multi-AZ DB clusters are not done.',
  GlobalClusterIdentifier: 'global databases are not done.',
  EnableGlobalWriteForwarding: 'global databases are not done.',
  EnableHttpEndpoint: 'the Data API is not done.',
  EnableLimitlessDatabase: 'Limitless Database is not done.',
  ClusterScalabilityType: 'Limitless Database is not done.',
  EnableLocalWriteForwarding: 'write forwarding is not done.',
  WithExpressConfiguration: silent,
  AssociatedRoles: 'roles of a cluster are not done.',
};
const refusedForInstances = {
  ...refusedForBoth,
  DBSecurityGroups: 'use VpcSecurityGroupIds.',
  NcharCharacterSetName: silent,
  TdeCredentialArn: silent,
  TdeCredentialPassword: silent,
  Timezone: silent,
  ProcessorFeatures: silent,
  BackupTarget: silent,
  MultiTenant: silent,
  DedicatedLogVolume: silent,
  AdditionalStorageVolumes: silent,
  StorageThroughput: silent,
  CustomIamInstanceProfile: 'RDS Custom is not done.',
};

/** Further parameters of changes and restores: what has no counterpart here, by what would be missing. */
const changes = {
  cluster:
    'OptionGroupName PreferredMaintenanceWindow BacktrackWindow DBInstanceParameterGroupName Domain DomainIAMRoleName EnableGlobalWriteForwarding DBClusterInstanceClass AllocatedStorage StorageType Iops NetworkType MonitoringInterval MonitoringRoleArn DatabaseInsightsMode EnablePerformanceInsights PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod EnableLocalWriteForwarding MasterUserSecretKmsKeyId EngineMode AllowEngineModeChange AwsBackupRecoveryPointArn EnableLimitlessDatabase CACertificateIdentifier MasterUserAuthenticationType EngineLifecycleSupport',
  instance:
    'DBSecurityGroups PreferredMaintenanceWindow LicenseModel Iops StorageThroughput OptionGroupName StorageType TdeCredentialArn TdeCredentialPassword CACertificateIdentifier Domain DomainFqdn DomainOu DomainAuthSecretArn DomainDnsIps DisableDomain MonitoringInterval MonitoringRoleArn DomainIAMRoleName DatabaseInsightsMode EnablePerformanceInsights PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod ProcessorFeatures UseDefaultProcessorFeatures MaxAllocatedStorage CertificateRotationRestart ReplicaMode AutomationMode ResumeFullAutomationModeMinutes EnableCustomerOwnedIp NetworkType AwsBackupRecoveryPointArn MasterUserSecretKmsKeyId MultiTenant DedicatedLogVolume Engine AdditionalStorageVolumes DBCapacityReservationIdentifier TagSpecifications MasterUserAuthenticationType EngineLifecycleSupport',
  restoredCluster:
    'DatabaseName OptionGroupName KmsKeyId BacktrackWindow ScalingConfiguration Domain DomainIAMRoleName DBClusterInstanceClass StorageType Iops PubliclyAccessible NetworkType RdsCustomClusterConfiguration MonitoringInterval MonitoringRoleArn EnablePerformanceInsights PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod EngineLifecycleSupport TagSpecifications EnableVPCNetworking EnableInternetAccessGateway AssociatedRoles',
  restoredInstance:
    'DBName Iops StorageThroughput OptionGroupName StorageType TdeCredentialArn TdeCredentialPassword Domain DomainFqdn DomainOu DomainAuthSecretArn DomainDnsIps DomainIAMRoleName ProcessorFeatures UseDefaultProcessorFeatures EnableCustomerOwnedIp NetworkType BackupTarget CustomIamInstanceProfile AllocatedStorage DBClusterSnapshotIdentifier DBCapacityReservationIdentifier DedicatedLogVolume CACertificateIdentifier EngineLifecycleSupport AdditionalStorageVolumes TagSpecifications ManageMasterUserPassword MasterUserSecretKmsKeyId',
};

function notHere(names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, silent]));
}

export const listings: readonly string[] =
  'DescribeDBClusterParameterGroups DescribeDBClusterParameters DescribeDBClusterSnapshots DescribeDBClusters DescribeDBEngineVersions DescribeDBInstances DescribeDBParameterGroups DescribeDBParameters DescribeDBSnapshots DescribeDBSubnetGroups DescribeEvents DescribeDBClusterAutomatedBackups DescribeDBInstanceAutomatedBackups DescribeEventSubscriptions DescribeDBLogFiles DescribeOrderableDBInstanceOptions'.split(
    ' ',
  );
const unfiltered = listings.filter((name) => name !== 'DescribeDBInstances');

export const fidelity: Record<string, Fidelity> = {
  ...each(
    'CreateDBCluster',
    [...stored, 'AvailabilityZones', 'AutoMinorVersionUpgrade', 'CopyTagsToSnapshot', 'EngineMode'],
    refusedForClusters,
  ),
  'CreateDBCluster.ServerlessV2ScalingConfiguration': 'stored',
  ...each(
    'CreateDBInstance',
    [
      ...stored,
      'AllocatedStorage',
      'DBInstanceClass',
      'MaxAllocatedStorage',
      'AutoMinorVersionUpgrade',
      'CopyTagsToSnapshot',
      'LicenseModel',
    ],
    refusedForInstances,
  ),
  'CreateDBInstance.DBParameterGroupName': 'executed',
  'ModifyDBCluster.NewDBClusterIdentifier': notDone('renaming is not done.'),
  'ModifyDBCluster.ManageMasterUserPassword': notDone('only when the cluster is created.'),
  'ModifyDBCluster.RotateMasterUserPassword': notDone('rotation by RDS is not done.'),
  'ModifyDBCluster.EngineVersion': notDone('a version is chosen when databases are created.'),
  'ModifyDBCluster.Port': notDone('changing the port is not done.'),
  'ModifyDBCluster.EnableHttpEndpoint': notDone('the Data API is not done.'),
  'ModifyDBInstance.NewDBInstanceIdentifier': notDone('renaming is not done.'),
  'ModifyDBInstance.MultiAZ': notDone('only when the instance is created.'),
  'ModifyDBInstance.ManageMasterUserPassword': notDone('only when the instance is created.'),
  'ModifyDBInstance.RotateMasterUserPassword': notDone('rotation by RDS is not done.'),
  'ModifyDBInstance.DBPortNumber': notDone('changing the port is not done.'),
  'ModifyDBInstance.EngineVersion': notDone('a version is chosen when databases are created.'),
  'ModifyDBInstance.DBSubnetGroupName': notDone('moving to another VPC is not done.'),
  ...each(
    'ModifyDBCluster',
    ['ApplyImmediately', 'AllowMajorVersionUpgrade', 'CopyTagsToSnapshot', 'AutoMinorVersionUpgrade'],
    notHere(changes.cluster),
  ),
  ...each(
    'ModifyDBInstance',
    ['ApplyImmediately', 'AllowMajorVersionUpgrade', 'CopyTagsToSnapshot', 'AutoMinorVersionUpgrade'],
    notHere(changes.instance),
  ),
  ...each(
    'RestoreDBClusterFromSnapshot',
    ['AvailabilityZones', 'EngineMode', 'CopyTagsToSnapshot', 'ServerlessV2ScalingConfiguration'],
    notHere(changes.restoredCluster),
  ),
  ...each(
    'RestoreDBInstanceFromDBSnapshot',
    ['AutoMinorVersionUpgrade', 'LicenseModel', 'Engine', 'CopyTagsToSnapshot'],
    notHere(changes.restoredInstance),
  ),
  ...restoresToPointInTime,
  ...replicas,
  'DescribeEventCategories.Filters': notDone('these are listed without filters.'),
  ...each(
    'CreateDBInstance',
    [],
    notHere(
      'DomainFqdn DomainOu DomainAuthSecretArn DomainDnsIps EnableCustomerOwnedIp DBCapacityReservationIdentifier',
    ),
  ),
  ...Object.fromEntries(unfiltered.map((name) => [`${name}.Filters`, notDone('these are listed without filters.')])),
  'ListTagsForResource.Filters': notDone('tags are listed without filters.'),
  'DescribeDBSnapshots.DbiResourceId': notDone('name the instance.'),
  'DescribeDBClusterSnapshots.DbClusterResourceId': notDone('name the cluster.'),
  'DescribeDBEngineVersions.ListSupportedCharacterSets': notDone('character sets are not listed.'),
  'DescribeDBEngineVersions.ListSupportedTimezones': notDone('time zones are not listed.'),
  'DescribeOrderableDBInstanceOptions.AvailabilityZoneGroup': notDone('there are no Local Zones on one machine.'),
  'ModifyDBCluster.ScalingConfiguration': { refused: 'Aurora Serverless v1 is not done.' },
  'ModifyDBCluster.ServerlessV2ScalingConfiguration.SecondsUntilAutoPause': { refused: 'a cluster is never paused.' },
  'StopDBInstance.DetachFromDBCapacityReservation': { refused: 'capacity is not reserved.' },
};

function each(operation: string, kept: readonly string[], not: Record<string, string>): Record<string, Fidelity> {
  return {
    ...Object.fromEntries(kept.map((name) => [`${operation}.${name}`, 'stored' as const])),
    ...Object.fromEntries(Object.entries(not).map(([name, why]) => [`${operation}.${name}`, { refused: why }])),
  };
}
