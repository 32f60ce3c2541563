import type { Ask, StoredCases } from '../stored-cases.ts';

const Tags = [{ Key: 'team', Value: 'kitchen' }];
const master = { MasterUsername: 'owner', MasterUserPassword: 'correct-horse' };
const alone = { Engine: 'postgres', ...master };
const aurora = { Engine: 'aurora-postgresql', ...master };
const zones = ['us-east-1b', 'us-east-1c'];
const scaling = { MinCapacity: 1, MaxCapacity: 4 };
const withoutEffect = 'changes are made at once, and versions do not change';

const instanceOf = (ask: Ask, DBInstanceIdentifier: string) => ask('DescribeDBInstances', { DBInstanceIdentifier });
const clusterOf = (ask: Ask, DBClusterIdentifier: string) => ask('DescribeDBClusters', { DBClusterIdentifier });
const tagsOf = (ask: Ask, kind: string, name: string) =>
  ask('ListTagsForResource', { ResourceName: `arn:aws:rds:us-east-1:000000000000:${kind}:${name}` });
/** A key is asked for by its id, and told by its ARN. */
const keyOf = (ask: Ask, told: object) => {
  const [, KeyId] = /"KmsKeyId":"([^"]+)"/.exec(JSON.stringify(told)) ?? [];
  return ask('kms:DescribeKey', { KeyId });
};
const newKey = async (ask: Ask) => ((await ask('kms:CreateKey', {})).KeyMetadata as { KeyId: string }).KeyId;

/** Asks for an instance, or a cluster, and looks at it. */
const instance =
  (operation: string, named: string, about: (ask: Ask) => Promise<object> | object) => async (ask: Ask) => {
    const asked = { ...(await about(ask)) } as Record<string, unknown>;
    await ask(operation, asked);
    return { asked, told: await instanceOf(ask, String(asked[named])) };
  };
const cluster = (operation: string, about: (ask: Ask) => Promise<object> | object) => async (ask: Ask) => {
  const asked = { ...(await about(ask)) } as Record<string, unknown>;
  await ask(operation, asked);
  return { asked, told: await clusterOf(ask, String(asked.DBClusterIdentifier)) };
};

export const rds: StoredCases = {
  service: 'rds',
  resources: {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: keyPolicy() } },
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.20.0.0/16' } },
    ...Object.fromEntries(
      ['a', 'b'].map((zone, index) => [
        `Subnet${zone}`,
        {
          Type: 'AWS::EC2::Subnet',
          Properties: {
            VpcId: { Ref: 'Vpc' },
            CidrBlock: `10.20.${index}.0/24`,
            AvailabilityZone: `us-east-1${zone}`,
          },
        },
      ]),
    ),
    Subnets: {
      Type: 'AWS::RDS::DBSubnetGroup',
      Properties: {
        DBSubnetGroupDescription: 'two zones',
        SubnetIds: [{ Ref: 'Subneta' }, { Ref: 'Subnetb' }],
        Tags,
      },
    },
    Parameters: {
      Type: 'AWS::RDS::DBParameterGroup',
      Properties: { Description: 'stored', Family: 'postgres17', Parameters: { work_mem: '8192' }, Tags },
    },
    ClusterParameters: {
      Type: 'AWS::RDS::DBClusterParameterGroup',
      Properties: { Description: 'stored', Family: 'aurora-postgresql17', Parameters: { work_mem: '8192' }, Tags },
    },
    Shop: {
      Type: 'AWS::RDS::DBCluster',
      Properties: {
        ...aurora,
        DBClusterIdentifier: 'stored-shop',
        DBSubnetGroupName: { Ref: 'Subnets' },
        StorageEncrypted: true,
        KmsKeyId: { Ref: 'Key' },
        StorageType: 'aurora-iopt1',
        CopyTagsToSnapshot: true,
        AvailabilityZones: zones,
        Tags,
      },
    },
    Writer: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        Engine: 'aurora-postgresql',
        DBInstanceIdentifier: 'stored-writer',
        DBClusterIdentifier: { Ref: 'Shop' },
        DBInstanceClass: 'db.r6g.large',
        PromotionTier: 3,
      },
    },
    Menu: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        ...alone,
        DBInstanceIdentifier: 'stored-menu',
        DBSubnetGroupName: { Ref: 'Subnets' },
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: '25',
        MaxAllocatedStorage: 100,
        StorageEncrypted: true,
        KmsKeyId: { Ref: 'Key' },
        StorageType: 'gp3',
        CopyTagsToSnapshot: true,
        AutoMinorVersionUpgrade: false,
        Tags,
      },
    },
  },
  told: {
    Subnets: (ask, id) => tagsOf(ask, 'subgrp', id),
    Parameters: (ask, id) => tagsOf(ask, 'pg', id),
    ClusterParameters: (ask, id) => tagsOf(ask, 'cluster-pg', id),
    Shop: async (ask, id) => {
      const told = await clusterOf(ask, id);
      return [told, await keyOf(ask, told), await tagsOf(ask, 'cluster', id)];
    },
    Writer: instanceOf,
    Menu: async (ask, id) => {
      const told = await instanceOf(ask, id);
      return [told, await keyOf(ask, told), await tagsOf(ask, 'db', id)];
    },
  },
  requests: {
    CreateDBCluster: async (ask) => {
      const made = await cluster('CreateDBCluster', async () => ({
        ...aurora,
        DBClusterIdentifier: 'asked',
        StorageEncrypted: true,
        KmsKeyId: await newKey(ask),
        StorageType: 'aurora-iopt1',
        AvailabilityZones: zones,
        EngineMode: 'provisioned',
        ServerlessV2ScalingConfiguration: scaling,
        AutoMinorVersionUpgrade: false,
        CopyTagsToSnapshot: true,
        Tags,
      }))(ask);
      return { ...made, told: [made.told, await keyOf(ask, made.told)] };
    },
    ModifyDBCluster: cluster('ModifyDBCluster', () => ({
      DBClusterIdentifier: 'asked',
      AutoMinorVersionUpgrade: true,
      CopyTagsToSnapshot: false,
    })),
    CreateDBInstance: async (ask) => {
      const made = await instance('CreateDBInstance', 'DBInstanceIdentifier', async () => ({
        ...alone,
        DBInstanceIdentifier: 'asked',
        DBInstanceClass: 'db.t4g.small',
        AllocatedStorage: 30,
        MaxAllocatedStorage: 90,
        LicenseModel: 'postgresql-license',
        StorageEncrypted: true,
        KmsKeyId: await newKey(ask),
        StorageType: 'gp3',
        AutoMinorVersionUpgrade: false,
        CopyTagsToSnapshot: true,
        Tags,
      }))(ask);
      return { ...made, told: [made.told, await keyOf(ask, made.told)] };
    },
    ModifyDBInstance: instance('ModifyDBInstance', 'DBInstanceIdentifier', () => ({
      DBInstanceIdentifier: 'asked',
      AutoMinorVersionUpgrade: true,
      CopyTagsToSnapshot: false,
    })),
    RestoreDBClusterFromSnapshot: cluster('RestoreDBClusterFromSnapshot', async (ask) => {
      const SnapshotIdentifier = 'asked-cluster';
      const from = { DBClusterIdentifier: 'stored-shop', DBClusterSnapshotIdentifier: SnapshotIdentifier };
      await ask('CreateDBClusterSnapshot', from);
      return {
        ...{ SnapshotIdentifier, Engine: 'aurora-postgresql', DBClusterIdentifier: 'restored' },
        ...{ AvailabilityZones: ['us-east-1a', 'us-east-1c'], EngineMode: 'provisioned' },
        ...{ ServerlessV2ScalingConfiguration: scaling, CopyTagsToSnapshot: false },
      };
    }),
    RestoreDBClusterToPointInTime: cluster('RestoreDBClusterToPointInTime', () => ({
      ...{ SourceDBClusterIdentifier: 'stored-shop', DBClusterIdentifier: 'then', UseLatestRestorableTime: true },
      ...{ EngineMode: 'provisioned', ServerlessV2ScalingConfiguration: scaling, CopyTagsToSnapshot: false },
    })),
    RestoreDBInstanceFromDBSnapshot: instance(
      'RestoreDBInstanceFromDBSnapshot',
      'DBInstanceIdentifier',
      async (ask) => {
        const DBSnapshotIdentifier = 'asked-instance';
        await ask('CreateDBSnapshot', { DBInstanceIdentifier: 'stored-menu', DBSnapshotIdentifier });
        return {
          ...{ DBSnapshotIdentifier, DBInstanceIdentifier: 'restored', Engine: 'postgres' },
          ...{ LicenseModel: 'postgresql-license', AutoMinorVersionUpgrade: true, CopyTagsToSnapshot: false },
        };
      },
    ),
    RestoreDBInstanceToPointInTime: instance('RestoreDBInstanceToPointInTime', 'TargetDBInstanceIdentifier', () => ({
      ...{ SourceDBInstanceIdentifier: 'stored-menu', TargetDBInstanceIdentifier: 'then' },
      ...{ UseLatestRestorableTime: true, Engine: 'postgres', LicenseModel: 'postgresql-license' },
      ...{ AutoMinorVersionUpgrade: true, CopyTagsToSnapshot: false },
    })),
    CreateDBInstanceReadReplica: instance('CreateDBInstanceReadReplica', 'DBInstanceIdentifier', () => ({
      ...{ SourceDBInstanceIdentifier: 'stored-menu', DBInstanceIdentifier: 'reads', DBInstanceClass: 'db.t4g.small' },
      ...{ AllocatedStorage: 40, MaxAllocatedStorage: 80, AutoMinorVersionUpgrade: true, CopyTagsToSnapshot: false },
      Tags,
    })),
  },
  untold: Object.fromEntries(
    ['ModifyDBCluster', 'ModifyDBInstance'].flatMap((operation) =>
      ['ApplyImmediately', 'AllowMajorVersionUpgrade'].map((name) => [`${operation}.${name}`, withoutEffect]),
    ),
  ),
  renamed: { KmsKeyId: 'KeyId' },
};

function keyPolicy(): object {
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' },
  ];
  return { Version: '2012-10-17', Statement };
}
