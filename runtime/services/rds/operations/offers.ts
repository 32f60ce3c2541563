import type {
  DescribeDBEngineVersionsCommandInput,
  DescribeOrderableDBInstanceOptionsCommandInput,
} from '@aws-sdk/client-rds';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { engineVersion } from '../behaviour/input-rules.ts';
import { classesOf } from '../behaviour/instance-classes.ts';
import { defaultFamily } from '../behaviour/parameters.ts';
import { invalidParameter } from '../errors.ts';

const engines = ['aurora-postgresql', 'postgres'];

/** The version that runs is the only one there is. */
export function DescribeDBEngineVersions(_ctx: Context, input: DescribeDBEngineVersionsCommandInput) {
  const wanted = engines
    .filter((Engine) => (input.Engine ?? Engine) === Engine)
    .filter((Engine) => (input.DBParameterGroupFamily ?? defaultFamily(Engine)) === defaultFamily(Engine))
    .filter(() => engineVersion === input.EngineVersion || (input.EngineVersion ?? '17') === '17');
  return {
    DBEngineVersions: wanted.map((Engine) => ({
      Engine,
      EngineVersion: engineVersion,
      MajorEngineVersion: '17',
      DBParameterGroupFamily: defaultFamily(Engine),
      DBEngineDescription: Engine === 'postgres' ? 'PostgreSQL' : 'Aurora PostgreSQL',
      DBEngineVersionDescription: `${Engine === 'postgres' ? 'PostgreSQL' : 'Aurora PostgreSQL'} ${engineVersion}`,
      ValidUpgradeTarget: [],
      SupportsReadReplica: Engine === 'aurora-postgresql',
      ...(Engine === 'aurora-postgresql' ? { SupportedEngineModes: ['provisioned'] } : {}),
      SupportsGlobalDatabases: false,
      SupportsParallelQuery: false,
      Status: 'available',
    })),
  };
}

/** A class and a kind of storage each ("DescribeOrderableDBInstanceOptions"). */
export function DescribeOrderableDBInstanceOptions(
  ctx: Context,
  input: DescribeOrderableDBInstanceOptionsCommandInput,
) {
  const Engine = String(input.Engine);
  if (!engines.includes(Engine)) throw invalidParameter(`Invalid DB engine: ${Engine}`);
  if (input.EngineVersion !== undefined && input.EngineVersion !== engineVersion)
    return { OrderableDBInstanceOptions: [] };
  if ((input.LicenseModel ?? 'postgresql-license') !== 'postgresql-license' || input.Vpc === false)
    return { OrderableDBInstanceOptions: [] };
  const aurora = Engine === 'aurora-postgresql';
  const classes = classesOf(Engine).filter((name) => (input.DBInstanceClass ?? name) === name);
  const options = classes.flatMap((DBInstanceClass) =>
    (aurora ? ['aurora', 'aurora-iopt1'] : ['gp2', 'gp3', 'standard']).map((StorageType) => ({
      Engine,
      EngineVersion: engineVersion,
      DBInstanceClass,
      LicenseModel: 'postgresql-license',
      AvailabilityZones: zonesOf(ctx.region).map((Name) => ({ Name })),
      MultiAZCapable: !aurora,
      ReadReplicaCapable: aurora,
      Vpc: true,
      StorageType,
      SupportsStorageEncryption: true,
      SupportsIops: false,
      SupportsStorageAutoscaling: !aurora,
      SupportsClusters: aurora,
      SupportedNetworkTypes: ['IPV4'],
      ...(aurora ? { SupportedEngineModes: ['provisioned'] } : { MinStorageSize: 20, MaxStorageSize: 65_536 }),
    })),
  );
  return { OrderableDBInstanceOptions: options };
}
