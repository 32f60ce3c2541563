import type {
  CreateDBInstanceReadReplicaCommandInput,
  DBInstance,
  PromoteReadReplicaCommandInput,
} from '@aws-sdk/client-rds';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { backupSettings } from '../behaviour/backup-window.ts';
import { describeInstance } from '../behaviour/describe.ts';
import { isPublic, networkOf, takePlaces, zoneFor } from '../behaviour/housing.ts';
import { identifierOf } from '../behaviour/input-rules.ts';
import { checkClass } from '../behaviour/instance-classes.ts';
import { keptSettings } from '../behaviour/kept-settings.ts';
import { beginInstance } from '../behaviour/lifecycle.ts';
import { logExports } from '../behaviour/log-exports.ts';
import { parameterGroupFor } from '../behaviour/parameters.ts';
import { promote } from '../behaviour/replication.ts';
import { storageKey } from '../behaviour/storage-key.ts';
import { instanceExists, invalidCombination, invalidInstanceState, sourceOfReplicaWithoutBackups } from '../errors.ts';
import { arnOf, type InstanceRecord, instances } from '../state.ts';
import { findInstance } from './instances.ts';

type Input = CreateDBInstanceReadReplicaCommandInput;

/** "Working with DB instance read replicas": what the request does not say is as at the source, but for backups. */
export async function CreateDBInstanceReadReplica(ctx: Context, input: Input): Promise<{ DBInstance: DBInstance }> {
  const id = identifierOf(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  if (instances(ctx).has(id)) throw instanceExists();
  const source = sourceFor(ctx, input);
  if (input.MultiAZ) throw refused('rds MultiAZ of a read replica', 'replicas have no standby of their own.');
  const { DBSubnetGroupName = source.DBSubnetGroupName, VpcSecurityGroupIds } = input;
  const where = await networkOf(ctx, { DBSubnetGroupName, VpcSecurityGroupIds });
  const groupId = `db-${ctx.ids.upper(26)}`;
  const key = source.storageKey?.KmsKeyId;
  const begun: InstanceRecord = {
    ...source,
    ...where,
    DBInstanceIdentifier: id,
    DBInstanceArn: arnOf(ctx, 'db', id),
    groupId,
    source: source.DBInstanceIdentifier,
    Status: 'creating',
    places: undefined,
    secretArn: undefined,
    awaitsReboot: undefined,
    stoppedMs: undefined,
    MultiAZ: false,
    Port: input.Port ?? source.Port,
    DBInstanceClass: checkClass(source.Engine, input.DBInstanceClass ?? source.DBInstanceClass),
    AllocatedStorage: input.AllocatedStorage ?? source.AllocatedStorage,
    MaxAllocatedStorage: input.MaxAllocatedStorage ?? source.MaxAllocatedStorage,
    kept: keptSettings(source.Engine, input, source.kept),
    storageKey: await storageKey(ctx, { StorageEncrypted: source.StorageEncrypted, KmsKeyId: key }, groupId),
    parameterGroup: replicaGroup(ctx, source, input.DBParameterGroupName),
    BackupRetentionPeriod: 0,
    PreferredBackupWindow: source.PreferredBackupWindow,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    logExports: logExports(source.Engine, input.EnableCloudwatchLogsExports),
    DeletionProtection: input.DeletionProtection ?? false,
    PubliclyAccessible: await isPublic(ctx, where.DBSubnetGroupName, input.PubliclyAccessible),
    AvailabilityZone: input.AvailabilityZone ?? zoneFor(ctx, where.DBSubnetGroupName, 1),
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  const record = { ...begun, places: await takePlaces(ctx, begun) };
  instances(ctx).put(id, record);
  beginInstance(ctx, record);
  return { DBInstance: describeInstance(ctx, record) };
}

export function PromoteReadReplica(ctx: Context, input: PromoteReadReplicaCommandInput): { DBInstance: DBInstance } {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  if (record.source === undefined)
    throw invalidInstanceState(`DB Instance ${record.DBInstanceIdentifier} is not a read replica.`);
  if (record.Status !== 'available')
    throw invalidInstanceState(`DB Instance ${record.DBInstanceIdentifier} is not in available state.`);
  const { BackupRetentionPeriod = 1, PreferredBackupWindow } = input;
  const backups = backupSettings({ BackupRetentionPeriod, PreferredBackupWindow }, { least: 0, record });
  promote(ctx, record, backups);
  return { DBInstance: describeInstance(ctx, findInstance(ctx, record.DBInstanceIdentifier)) };
}

function sourceFor(ctx: Context, input: Input): InstanceRecord {
  const id = input.SourceDBInstanceIdentifier;
  if (id === undefined) throw invalidCombination('SourceDBInstanceIdentifier must be provided.');
  const [, , , region] = id.startsWith('arn:') ? id.split(':') : [];
  if (region !== undefined && region !== ctx.region)
    throw refused('rds SourceDBInstanceIdentifier of another region', 'replication across regions is not done.');
  const source = findInstance(ctx, id);
  if (source.DBClusterIdentifier !== undefined)
    throw invalidCombination(`${source.DBInstanceIdentifier} is a member of a cluster; add an instance to it instead.`);
  if (source.source !== undefined) throw refused('rds read replica of a read replica', 'cascades are not done.');
  if (source.Status !== 'available')
    throw invalidInstanceState(`DB Instance ${source.DBInstanceIdentifier} is not in available state.`);
  if (source.BackupRetentionPeriod === 0) throw sourceOfReplicaWithoutBackups();
  return source;
}

/** "DBParameterGroupName": within a region, the source's by default. */
function replicaGroup(ctx: Context, source: InstanceRecord, name: string | undefined): string {
  return parameterGroupFor(ctx, name ?? source.parameterGroup, source, 'instance');
}
