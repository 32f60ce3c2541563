import type { Fidelity } from '../../kernel/service.ts';

const withoutEffect = 'it has no effect here; leave it out.';
const stored = 'AllocatedStorage AutoMinorVersionUpgrade CopyTagsToSnapshot DBInstanceClass MaxAllocatedStorage Tags';
const refused: Readonly<Record<string, string>> = {
  SourceDBClusterIdentifier: 'replicas of Multi-AZ DB clusters are not done.',
  PreSignedUrl: 'replication across regions is not done.',
  KmsKeyId: 'within a region it is the key of its source.',
  StorageType: 'it is that of its source.',
  TagSpecifications: 'use Tags.',
};
const ineffective =
  'Iops StorageThroughput OptionGroupName MonitoringInterval MonitoringRoleArn DatabaseInsightsMode EnablePerformanceInsights PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod ProcessorFeatures UseDefaultProcessorFeatures Domain DomainIAMRoleName DomainFqdn DomainOu DomainAuthSecretArn DomainDnsIps ReplicaMode EnableCustomerOwnedIp NetworkType BackupTarget UpgradeStorageConfig CustomIamInstanceProfile DedicatedLogVolume CACertificateIdentifier AdditionalStorageVolumes DBCapacityReservationIdentifier';

/** Of CreateDBInstanceReadReplica and PromoteReadReplica. */
export const replicas: Record<string, Fidelity> = Object.fromEntries<Fidelity>([
  ...stored.split(' ').map((name): [string, Fidelity] => [`CreateDBInstanceReadReplica.${name}`, 'stored']),
  ...ineffective
    .split(' ')
    .map((name): [string, Fidelity] => [`CreateDBInstanceReadReplica.${name}`, { refused: withoutEffect }]),
  ...Object.entries(refused).map(([name, why]): [string, Fidelity] => [
    `CreateDBInstanceReadReplica.${name}`,
    { refused: why },
  ]),
  ['PromoteReadReplica.TagSpecifications', { refused: 'use AddTagsToResource.' }],
]);
