import type { DBCluster as Cluster, DBInstance as Instance } from '@aws-sdk/client-rds';
import type { ResourceContext } from '../../../kernel/resource.ts';
import { fleet } from '../behaviour/fleet.ts';
import { databaseType } from './database-type.ts';
import { asReplica, promoteWithoutSource } from './read-replica.ts';

/** Which logs go to CloudWatch Logs, as what is to begin and to end. */
function logTypes(now: Record<string, unknown>, before: Record<string, unknown>): Record<string, unknown> {
  const [wanted, exported] = [now, before].map((one) => (one.EnableCloudwatchLogsExports ?? []) as string[]);
  const EnableLogTypes = wanted?.filter((type) => !exported?.includes(type)) ?? [];
  const DisableLogTypes = exported?.filter((type) => !wanted?.includes(type)) ?? [];
  if (EnableLogTypes.length + DisableLogTypes.length === 0) return {};
  return { CloudwatchLogsExportConfiguration: { EnableLogTypes, DisableLogTypes } };
}

const withoutSnapshot = { SkipFinalSnapshot: true };

export const DBCluster = databaseType({
  type: 'AWS::RDS::DBCluster',
  noun: 'DBCluster',
  id: 'DBClusterIdentifier',
  executed: [
    'Engine',
    'EngineVersion',
    'DatabaseName',
    'MasterUsername',
    'MasterUserPassword',
    'ManageMasterUserPassword',
    'Port',
    'DBSubnetGroupName',
    'DBClusterParameterGroupName',
    'DeletionProtection',
    'BackupRetentionPeriod',
    'PreferredBackupWindow',
    'EnableCloudwatchLogsExports',
    'EnableIAMDatabaseAuthentication',
    'VpcSecurityGroupIds',
  ],
  stored: ['StorageEncrypted', 'KmsKeyId', 'StorageType', 'CopyTagsToSnapshot', 'AvailabilityZones'],
  modifiable: [
    'MasterUserPassword',
    'BackupRetentionPeriod',
    'PreferredBackupWindow',
    'DeletionProtection',
    'EnableIAMDatabaseAuthentication',
    'VpcSecurityGroupIds',
    'DBClusterParameterGroupName',
    'CopyTagsToSnapshot',
  ],
  toChange: logTypes,
  onDelete: withoutSnapshot,
  finalSnapshot: { parameter: 'FinalDBSnapshotIdentifier', of: () => true },
  async describe(ctx, DBClusterIdentifier) {
    const { DBClusters = [] } = await ctx.call<{ DBClusters?: Cluster[] }>('rds', 'DescribeDBClusters', {
      DBClusterIdentifier,
    });
    const found = DBClusters[0];
    return {
      DBClusterArn: found?.DBClusterArn,
      DBClusterResourceId: found?.DbClusterResourceId,
      'Endpoint.Address': found?.Endpoint,
      'Endpoint.Port': String(found?.Port),
      'ReadEndpoint.Address': found?.ReaderEndpoint,
      'MasterUserSecret.SecretArn': found?.MasterUserSecret?.SecretArn,
    };
  },
});

export const DBInstance = databaseType({
  type: 'AWS::RDS::DBInstance',
  noun: 'DBInstance',
  id: 'DBInstanceIdentifier',
  executed: [
    'Engine',
    'EngineVersion',
    'DBName',
    'DBClusterIdentifier',
    'MasterUsername',
    'MasterUserPassword',
    'ManageMasterUserPassword',
    'MultiAZ',
    'BackupRetentionPeriod',
    'PreferredBackupWindow',
    'EnableCloudwatchLogsExports',
    'EnableIAMDatabaseAuthentication',
    'SourceDBInstanceIdentifier',
    'Port',
    'DBSubnetGroupName',
    'DBParameterGroupName',
    'DeletionProtection',
    'VPCSecurityGroups',
    'PubliclyAccessible',
    'AvailabilityZone',
  ],
  stored: [
    'DBInstanceClass',
    'AllocatedStorage',
    'MaxAllocatedStorage',
    'StorageEncrypted',
    'KmsKeyId',
    'StorageType',
    'PromotionTier',
    'CopyTagsToSnapshot',
    'AutoMinorVersionUpgrade',
  ],
  modifiable: [
    'MasterUserPassword',
    'DBInstanceClass',
    'AllocatedStorage',
    'BackupRetentionPeriod',
    'PreferredBackupWindow',
    'DeletionProtection',
    'EnableIAMDatabaseAuthentication',
    'PromotionTier',
    'PubliclyAccessible',
    'DBParameterGroupName',
    'VpcSecurityGroupIds',
    'CopyTagsToSnapshot',
    'AutoMinorVersionUpgrade',
  ],
  toInput: ({ VPCSecurityGroups, ...properties }) => ({
    ...properties,
    ...(VPCSecurityGroups === undefined ? {} : { VpcSecurityGroupIds: VPCSecurityGroups }),
  }),
  toChange: logTypes,
  madeBy: asReplica,
  beforeUpdate: promoteWithoutSource,
  onDelete: withoutSnapshot,
  // A replica has the data of its source; a member of a cluster has no storage of its own.
  finalSnapshot: {
    parameter: 'FinalDBSnapshotIdentifier',
    of: ({ DBClusterIdentifier, SourceDBInstanceIdentifier }) =>
      DBClusterIdentifier === undefined && SourceDBInstanceIdentifier === undefined,
  },
  describe: describeInstance,
});

/** A stack goes on when the instance answers. */
async function describeInstance(ctx: ResourceContext, DBInstanceIdentifier: string): Promise<Record<string, unknown>> {
  const ask = async (): Promise<Instance | undefined> => {
    const input = { DBInstanceIdentifier };
    const { DBInstances } = await ctx.call<{ DBInstances?: Instance[] }>('rds', 'DescribeDBInstances', input);
    return DBInstances?.[0];
  };
  const begun = await ask();
  const cluster = begun?.DBClusterIdentifier;
  const groupId = cluster === undefined ? begun?.DbiResourceId : `cluster-${begun?.DbiResourceId?.slice(3)}`;
  await ctx.engine(fleet).settled(groupId ?? '');
  const found = await ask();
  if (found?.DBInstanceStatus !== 'available') throw new Error(`${DBInstanceIdentifier} did not become available`);
  return {
    DBInstanceArn: found.DBInstanceArn,
    DbiResourceId: found.DbiResourceId,
    'Endpoint.Address': found.Endpoint?.Address,
    'Endpoint.Port': String(found.Endpoint?.Port),
    'MasterUserSecret.SecretArn': found.MasterUserSecret?.SecretArn,
  };
}

export const DBSubnetGroup = databaseType({
  type: 'AWS::RDS::DBSubnetGroup',
  noun: 'DBSubnetGroup',
  id: 'DBSubnetGroupName',
  executed: ['DBSubnetGroupDescription', 'SubnetIds'],
  modifiable: ['DBSubnetGroupDescription', 'SubnetIds'],
});
