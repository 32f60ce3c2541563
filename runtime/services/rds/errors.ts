import { AwsError } from '../../kernel/errors.ts';

/** Amazon RDS API Reference: each action's "Errors", and the sentences RDS answers with. */

export const clusterNotFound = (id: string) =>
  new AwsError('DBClusterNotFoundFault', `DBCluster ${id} not found.`, { status: 404 });
export const clusterExists = () => new AwsError('DBClusterAlreadyExistsFault', 'DB Cluster already exists');
export const instanceNotFound = (id: string) =>
  new AwsError('DBInstanceNotFoundFault', `DBInstance ${id} not found.`, {
    status: 404,
    queryCode: 'DBInstanceNotFound',
  });
export const instanceExists = () =>
  new AwsError('DBInstanceAlreadyExistsFault', 'DB instance already exists', { queryCode: 'DBInstanceAlreadyExists' });
export const subnetGroupNotFound = (name: string) =>
  new AwsError('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`, { status: 404 });
export const subnetGroupExists = (name: string) =>
  new AwsError('DBSubnetGroupAlreadyExistsFault', `The DB subnet group '${name}' already exists.`, {
    queryCode: 'DBSubnetGroupAlreadyExists',
  });
export const subnetGroupInUse = (name: string) =>
  new AwsError('InvalidDBSubnetGroupStateFault', `Cannot delete the subnet group '${name}' because it is in use.`);
export const uncoveredZones = () =>
  new AwsError(
    'DBSubnetGroupDoesNotCoverEnoughAZs',
    "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.",
  );
export const parameterGroupNotFound = (name: string, kind: 'cluster' | 'instance' = 'instance') =>
  kind === 'cluster'
    ? new AwsError('DBClusterParameterGroupNotFoundFault', `DBClusterParameterGroup not found: ${name}`, {
        status: 404,
        queryCode: 'DBClusterParameterGroupNotFound',
      })
    : new AwsError('DBParameterGroupNotFoundFault', `DBParameterGroup not found: ${name}`, {
        status: 404,
        queryCode: 'DBParameterGroupNotFound',
      });
export const parameterGroupInUse = (name: string) =>
  new AwsError(
    'InvalidDBParameterGroupStateFault',
    `One or more database instances are still members of this parameter group ${name}, so the group cannot be deleted`,
    { queryCode: 'InvalidDBParameterGroupState' },
  );
export const otherFamily = (name: string, family: string, wanted: string) =>
  invalidCombination(
    `The Parameter Group ${name} with DBParameterGroupFamily ${family} can't be used for this instance. Please use a Parameter Group with DBParameterGroupFamily ${wanted}`,
  );
export const otherEngine = (engine: string, ofCluster: string) =>
  invalidCombination(
    `The engine name requested for your DB instance (${engine}) doesn't match the engine name of your DB cluster (${ofCluster}).`,
  );
export const parameterGroupExists = (name: string) =>
  new AwsError('DBParameterGroupAlreadyExistsFault', `Parameter group ${name} already exists`, {
    queryCode: 'DBParameterGroupAlreadyExists',
  });
export const snapshotNotFound = (id: string) =>
  new AwsError('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot not found: ${id}`, { status: 404 });
export const snapshotExists = (id: string) =>
  new AwsError(
    'DBClusterSnapshotAlreadyExistsFault',
    `Cannot create the cluster snapshot because one with the identifier ${id} already exists.`,
  );
export const instanceSnapshotNotFound = (id: string) =>
  new AwsError('DBSnapshotNotFoundFault', `DBSnapshot not found: ${id}`, {
    status: 404,
    queryCode: 'DBSnapshotNotFound',
  });
export const instanceSnapshotExists = (id: string) =>
  new AwsError(
    'DBSnapshotAlreadyExistsFault',
    `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
    { queryCode: 'DBSnapshotAlreadyExists' },
  );
export const automatedSnapshot = (kind: 'cluster' | 'instance') =>
  kind === 'cluster'
    ? new AwsError('InvalidDBClusterSnapshotStateFault', 'Only manual snapshots may be deleted.')
    : new AwsError('InvalidDBSnapshotStateFault', 'Only manual snapshots may be deleted.', {
        queryCode: 'InvalidDBSnapshotState',
      });
export const noAutomatedBackups = (id: string) =>
  new AwsError(
    'PointInTimeRestoreNotEnabledFault',
    `Point in time restore is not enabled for ${id}: its backup retention period is 0, or it has no backup yet.`,
    { queryCode: 'PointInTimeRestoreNotEnabled' },
  );
export const sourceOfReplicaWithoutBackups = () =>
  invalidInstanceState(
    'Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.',
  );
export const automatedBackupNotFound = (kind: 'cluster' | 'instance', id: string) =>
  kind === 'cluster'
    ? new AwsError('DBClusterAutomatedBackupNotFoundFault', `Automated backup ${id} not found.`, { status: 404 })
    : new AwsError('DBInstanceAutomatedBackupNotFoundFault', `Automated backup ${id} not found.`, {
        status: 404,
        queryCode: 'DBInstanceAutomatedBackupNotFound',
      });
export const invalidClusterState = (message: string) => new AwsError('InvalidDBClusterStateFault', message);
export const invalidInstanceState = (message: string) =>
  new AwsError('InvalidDBInstanceStateFault', message, { queryCode: 'InvalidDBInstanceState' });
export const invalidParameter = (message: string) => new AwsError('InvalidParameterValue', message);
export const invalidCombination = (message: string) => new AwsError('InvalidParameterCombination', message);
export const differentVpcs = (own: string, other: string) =>
  invalidCombination(
    `The DB instance and EC2 security group are in different VPCs. The DB instance is in ${own} and the EC2 security group is in ${other}`,
  );
export const noDefaultSubnet = () =>
  new AwsError(
    'InvalidSubnet',
    'No default subnet detected in VPC. Please contact AWS Support to recreate the default Subnets.',
  );
export const uncoveredZone = (zone: string) =>
  new AwsError(
    'InvalidVPCNetworkStateFault',
    `The DB subnet group has no subnet in the Availability Zone ${zone}, so the DB instance cannot be placed there.`,
  );
export const keyNotAccessible = (id: string) =>
  new AwsError(
    'KMSKeyNotAccessibleFault',
    `The specified KMS key [${id}] does not exist, is not enabled or you do not have permissions to access it.`,
  );
