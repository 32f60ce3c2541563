import { refused } from '../../../kernel/errors.ts';
import type { ResourceContext } from '../../../kernel/resource.ts';
import { invalidCombination } from '../errors.ts';

type Properties = Record<string, unknown>;

/** A replica has these from its source; templates name them all the same. */
const ofSource = ['Engine', 'EngineVersion', 'StorageEncrypted', 'StorageType', 'KmsKeyId', 'BackupRetentionPeriod'];
/** "SourceDBInstanceIdentifier" (AWS::RDS::DBInstance): these do not go with it. */
const notWithSource =
  'CharacterSetName DBClusterIdentifier DBName MasterUsername MasterUserPassword ManageMasterUserPassword PreferredBackupWindow'.split(
    ' ',
  );

export function asReplica(properties: Properties): { operation: string; input: Properties } | undefined {
  if (properties.SourceDBInstanceIdentifier === undefined) return undefined;
  const strange = notWithSource.find((name) => properties[name] !== undefined);
  if (strange !== undefined)
    throw invalidCombination(`${strange} cannot be specified with SourceDBInstanceIdentifier.`);
  if (Number(properties.BackupRetentionPeriod ?? 0) > 0)
    throw refused('rds BackupRetentionPeriod of a read replica', 'its backups begin when it is promoted.');
  const { VPCSecurityGroups, ...rest } = properties;
  const input = Object.fromEntries(Object.entries(rest).filter(([name]) => !ofSource.includes(name)));
  if (VPCSecurityGroups !== undefined) input.VpcSecurityGroupIds = VPCSecurityGroups;
  return { operation: 'CreateDBInstanceReadReplica', input };
}

/** Without its source a replica is promoted; to another one it cannot be moved. */
export async function promoteWithoutSource(
  ctx: ResourceContext,
  DBInstanceIdentifier: string,
  { now, before }: { now: Properties; before: Properties },
): Promise<void> {
  const { SourceDBInstanceIdentifier: source } = before;
  if (now.SourceDBInstanceIdentifier === source) return;
  if (now.SourceDBInstanceIdentifier !== undefined)
    throw refused('rds another SourceDBInstanceIdentifier', 'make a new replica instead.');
  const { BackupRetentionPeriod } = now;
  await ctx.call('rds', 'PromoteReadReplica', {
    DBInstanceIdentifier,
    ...(BackupRetentionPeriod === undefined ? {} : { BackupRetentionPeriod: Number(BackupRetentionPeriod) }),
  });
}
