import { parametersOf, refusedFor, stored } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';
import { listings } from './behaviour/paging.ts';

const creations = ['CreateDBCluster', 'CreateDBInstance'];
const changes = ['ModifyDBCluster', 'ModifyDBInstance'];
const clusterRestores = ['RestoreDBClusterFromSnapshot', 'RestoreDBClusterToPointInTime'];
const instanceRestores = ['RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceToPointInTime'];
const restores = [...clusterRestores, ...instanceRestores];
const replica = 'CreateDBInstanceReadReplica';

/** The operations that take what a cluster is like, what an instance is like, and either. */
const ofClusters = ['CreateDBCluster', 'ModifyDBCluster', ...clusterRestores];
const ofInstances = ['CreateDBInstance', 'ModifyDBInstance', ...instanceRestores, replica];
const ofBoth = [...ofClusters, ...ofInstances];

/** Parameters that are kept without effect. */
const kept = stored(
  parametersOf(creations, 'StorageEncrypted', 'KmsKeyId', 'StorageType', 'Tags', 'AutoMinorVersionUpgrade'),
  parametersOf('CreateDBCluster', 'AvailabilityZones', 'EngineMode', 'ServerlessV2ScalingConfiguration'),
  parametersOf('CreateDBInstance', 'AllocatedStorage', 'DBInstanceClass', 'MaxAllocatedStorage', 'LicenseModel'),
  parametersOf(ofBoth, 'CopyTagsToSnapshot'),
  parametersOf(changes, 'ApplyImmediately', 'AllowMajorVersionUpgrade', 'AutoMinorVersionUpgrade'),
  'RestoreDBClusterFromSnapshot.AvailabilityZones',
  parametersOf(clusterRestores, 'EngineMode', 'ServerlessV2ScalingConfiguration'),
  parametersOf(instanceRestores, 'AutoMinorVersionUpgrade', 'LicenseModel', 'Engine'),
  parametersOf(
    replica,
    'AllocatedStorage',
    'AutoMinorVersionUpgrade',
    'DBInstanceClass',
    'MaxAllocatedStorage',
    'Tags',
  ),
);

/** Features of RDS that are not done, by what asks for them. */
const notDone: Record<string, Fidelity> = lookupTable({
  ...refusedFor('option groups are not done.', parametersOf(ofBoth, 'OptionGroupName')),
  ...refusedFor('there is no maintenance.', parametersOf([...creations, ...changes], 'PreferredMaintenanceWindow')),
  ...refusedFor(
    'directories are not done.',
    parametersOf(ofBoth, 'Domain', 'DomainIAMRoleName'),
    parametersOf(ofInstances, 'DomainFqdn', 'DomainOu', 'DomainAuthSecretArn', 'DomainDnsIps'),
    'ModifyDBInstance.DisableDomain',
  ),
  ...refusedFor(
    'enhanced monitoring is not done.',
    parametersOf([...creations, ...changes, ...clusterRestores, replica], 'MonitoringInterval', 'MonitoringRoleArn'),
  ),
  ...refusedFor(
    'Database Insights is not done.',
    parametersOf([...creations, ...changes, replica], 'DatabaseInsightsMode'),
  ),
  ...refusedFor(
    'Performance Insights is not done.',
    parametersOf(
      [...creations, ...changes, ...clusterRestores, replica],
      'EnablePerformanceInsights',
      'PerformanceInsightsKMSKeyId',
      'PerformanceInsightsRetentionPeriod',
    ),
  ),
  ...refusedFor('replication from outside is not done.', 'CreateDBCluster.ReplicationSourceIdentifier'),
  ...refusedFor('replication across regions is not done.', parametersOf(['CreateDBCluster', replica], 'PreSignedUrl')),
  ...refusedFor('backtracking is not done.', parametersOf(ofClusters, 'BacktrackWindow')),
  ...refusedFor('Aurora Serverless v1 is not done.', parametersOf(ofClusters, 'ScalingConfiguration')),
  ...refusedFor(
    'RDS Custom is not done.',
    parametersOf(['CreateDBCluster', ...clusterRestores], 'RdsCustomClusterConfiguration'),
    parametersOf(['CreateDBInstance', ...instanceRestores, replica], 'CustomIamInstanceProfile'),
    parametersOf('ModifyDBInstance', 'AutomationMode', 'ResumeFullAutomationModeMinutes'),
  ),
  ...refusedFor(
    'Multi-AZ DB clusters are not done; Aurora clusters and Multi-AZ instances are.',
    parametersOf(ofClusters, 'DBClusterInstanceClass'),
  ),
  ...refusedFor(
    'Multi-AZ DB clusters are not done.',
    parametersOf(['CreateDBCluster', 'ModifyDBCluster'], 'AllocatedStorage'),
    parametersOf(['CreateDBCluster', ...clusterRestores], 'PubliclyAccessible'),
  ),
  ...refusedFor('replicas of Multi-AZ DB clusters are not done.', `${replica}.SourceDBClusterIdentifier`),
  ...refusedFor(
    'global databases are not done.',
    'CreateDBCluster.GlobalClusterIdentifier',
    parametersOf(['CreateDBCluster', 'ModifyDBCluster'], 'EnableGlobalWriteForwarding'),
  ),
  ...refusedFor(
    'the Data API is not done.',
    parametersOf(['CreateDBCluster', 'ModifyDBCluster'], 'EnableHttpEndpoint'),
  ),
  ...refusedFor(
    'Limitless Database is not done.',
    parametersOf(['CreateDBCluster', 'ModifyDBCluster'], 'EnableLimitlessDatabase'),
    'CreateDBCluster.ClusterScalabilityType',
  ),
  ...refusedFor(
    'write forwarding is not done.',
    parametersOf(['CreateDBCluster', 'ModifyDBCluster'], 'EnableLocalWriteForwarding'),
  ),
  ...refusedFor(
    'roles of a cluster are not done.',
    parametersOf(['CreateDBCluster', ...clusterRestores], 'AssociatedRoles'),
  ),
});

/** What another parameter or another operation is for, or another time. */
const elsewhere: Record<string, Fidelity> = lookupTable({
  ...refusedFor('use Tags.', parametersOf([...creations, ...restores, replica], 'TagSpecifications')),
  ...refusedFor(
    'use AddTagsToResource.',
    parametersOf(['ModifyDBInstance', 'PromoteReadReplica'], 'TagSpecifications'),
  ),
  ...refusedFor('use VpcSecurityGroupIds.', parametersOf(['CreateDBInstance', 'ModifyDBInstance'], 'DBSecurityGroups')),
  ...refusedFor(
    'the master begins with a password; grant it rds_iam.',
    parametersOf(creations, 'MasterUserAuthenticationType'),
  ),
  ...refusedFor(
    'renaming is not done.',
    'ModifyDBCluster.NewDBClusterIdentifier',
    'ModifyDBInstance.NewDBInstanceIdentifier',
  ),
  ...refusedFor('only when the cluster is created.', 'ModifyDBCluster.ManageMasterUserPassword'),
  ...refusedFor(
    'only when the instance is created.',
    parametersOf('ModifyDBInstance', 'MultiAZ', 'ManageMasterUserPassword'),
  ),
  ...refusedFor('rotation by RDS is not done.', parametersOf(changes, 'RotateMasterUserPassword')),
  ...refusedFor('a version is chosen when databases are created.', parametersOf(changes, 'EngineVersion')),
  ...refusedFor('changing the port is not done.', 'ModifyDBCluster.Port', 'ModifyDBInstance.DBPortNumber'),
  ...refusedFor('moving to another VPC is not done.', 'ModifyDBInstance.DBSubnetGroupName'),
  ...refusedFor('within a region it is the key of its source.', `${replica}.KmsKeyId`),
  ...refusedFor('it is that of its source.', `${replica}.StorageType`),
  ...refusedFor('a cluster is never paused.', 'ModifyDBCluster.ServerlessV2ScalingConfiguration.SecondsUntilAutoPause'),
  ...refusedFor(
    'capacity is not reserved.',
    parametersOf(ofInstances, 'DBCapacityReservationIdentifier'),
    'StopDBInstance.DetachFromDBCapacityReservation',
  ),
});

const listed: Record<string, Fidelity> = lookupTable({
  ...refusedFor(
    'these are listed without filters.',
    parametersOf(['DescribeEventCategories', ...listings.filter((name) => name !== 'DescribeDBInstances')], 'Filters'),
  ),
  ...refusedFor('tags are listed without filters.', 'ListTagsForResource.Filters'),
  ...refusedFor('name the instance.', 'DescribeDBSnapshots.DbiResourceId'),
  ...refusedFor('name the cluster.', 'DescribeDBClusterSnapshots.DbClusterResourceId'),
  ...refusedFor('character sets are not listed.', 'DescribeDBEngineVersions.ListSupportedCharacterSets'),
  ...refusedFor('time zones are not listed.', 'DescribeDBEngineVersions.ListSupportedTimezones'),
  ...refusedFor('there are no Local Zones on one machine.', 'DescribeOrderableDBInstanceOptions.AvailabilityZoneGroup'),
});

/** What nothing on one machine answers to: disks, processors, networks and licences as AWS sells them. */
const withoutEffect = refusedFor(
  'it has no effect here; leave it out.',
  parametersOf(ofBoth, 'Iops', 'NetworkType'),
  parametersOf([...changes, ...restores], 'StorageType'),
  parametersOf([...creations, ...changes, ...restores], 'EngineLifecycleSupport'),
  parametersOf([...creations, ...changes, ...instanceRestores, replica], 'CACertificateIdentifier'),
  parametersOf(creations, 'CharacterSetName', 'DBSystemId'),
  parametersOf(changes, 'AwsBackupRecoveryPointArn', 'MasterUserAuthenticationType'),
  parametersOf([...changes, ...instanceRestores], 'MasterUserSecretKmsKeyId'),
  parametersOf(
    ofInstances,
    'AdditionalStorageVolumes',
    'DedicatedLogVolume',
    'EnableCustomerOwnedIp',
    'ProcessorFeatures',
    'StorageThroughput',
  ),
  parametersOf(
    ['CreateDBInstance', 'ModifyDBInstance', ...instanceRestores],
    'TdeCredentialArn',
    'TdeCredentialPassword',
  ),
  parametersOf(['ModifyDBInstance', ...instanceRestores, replica], 'UseDefaultProcessorFeatures'),
  parametersOf(['CreateDBInstance', ...instanceRestores, replica], 'BackupTarget'),
  parametersOf(['CreateDBInstance', 'ModifyDBInstance'], 'MultiTenant'),
  parametersOf(['ModifyDBInstance', replica], 'ReplicaMode'),
  parametersOf(['ModifyDBInstance', 'RestoreDBInstanceToPointInTime'], 'MaxAllocatedStorage'),
  parametersOf(instanceRestores, 'DBName', 'AllocatedStorage', 'ManageMasterUserPassword'),
  parametersOf(clusterRestores, 'EnableInternetAccessGateway', 'EnableVPCNetworking', 'KmsKeyId'),
  'CreateDBCluster.WithExpressConfiguration',
  parametersOf('CreateDBInstance', 'NcharCharacterSetName', 'Timezone'),
  parametersOf('ModifyDBCluster', 'AllowEngineModeChange', 'DBInstanceParameterGroupName', 'EngineMode'),
  parametersOf('ModifyDBInstance', 'CertificateRotationRestart', 'Engine', 'LicenseModel'),
  'RestoreDBClusterFromSnapshot.DatabaseName',
  'RestoreDBInstanceFromDBSnapshot.DBClusterSnapshotIdentifier',
  `${replica}.UpgradeStorageConfig`,
);

/** Parameters that have no effect, or are refused; the rest of what the operations take is executed. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...kept,
  ...notDone,
  ...elsewhere,
  ...listed,
  ...withoutEffect,
});
