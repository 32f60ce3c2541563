import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  FailoverDBClusterCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RestoreDBClusterToPointInTimeCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  StartDBClusterCommand,
  StopDBClusterCommand,
} from '@aws-sdk/client-rds';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { fleet } from './behaviour/fleet.ts';

const day = 86_400_000;

describe('the life of a database', () => {
  let orrery: Orrery;
  let rds: RDSClient;

  const cluster = async (id = 'shop') =>
    (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters?.[0];
  const instance = async (id: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances?.[0];
  const settle = async (id = 'shop'): Promise<void> => {
    await orrery.kernel.engine(fleet).settled((await cluster(id))?.DbClusterResourceId ?? '');
  };
  const addInstance = async (DBClusterIdentifier: string, DBInstanceIdentifier: string): Promise<void> => {
    const kind = { DBInstanceClass: 'db.r6g.large', Engine: 'aurora-postgresql' };
    await rds.send(new CreateDBInstanceCommand({ DBClusterIdentifier, DBInstanceIdentifier, ...kind }));
    await settle(DBClusterIdentifier);
  };
  const connected = async (name?: string): Promise<pg.Client> => {
    const host = name ?? (await cluster())?.Endpoint ?? '';
    const at = orrery.kernel.engine(fleet).local(host);
    assert.ok(at, `${host} does not answer`);
    const ssl = { rejectUnauthorized: false };
    const client = new pg.Client({ ...at, user: 'owner', password: 'correct-horse', database: 'shop', ssl });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const run = async (sql: string, name?: string): Promise<Record<string, unknown>[]> => {
    const client = await connected(name);
    const { rows } = await client.query(sql);
    await client.end();
    return rows;
  };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms', 'cloudwatch'] });
    rds = orrery.client(RDSClient);
    await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'shop',
        Engine: 'aurora-postgresql',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
        DatabaseName: 'shop',
        BackupRetentionPeriod: 7,
        PreferredBackupWindow: '04:00-04:30',
      }),
    );
    await addInstance('shop', 'shop-1');
    await addInstance('shop', 'shop-2');
  });

  after(() => orrery.stop());

  test('a table that was dropped is there again in a cluster restored to the moment before', async () => {
    await run('CREATE TABLE orders AS SELECT generate_series(1, 500) AS id');
    await orrery.clock.wind(600_000);
    const RestoreToTime = orrery.clock.now();
    await orrery.clock.wind(60_000);
    await run('DROP TABLE orders');
    const before = await cluster();
    assert.ok((before?.LatestRestorableTime?.getTime() ?? 0) >= RestoreToTime);
    assert.ok((before?.EarliestRestorableTime?.getTime() ?? Infinity) < RestoreToTime);
    await rds.send(
      new RestoreDBClusterToPointInTimeCommand({
        DBClusterIdentifier: 'shop-then',
        SourceDBClusterIdentifier: 'shop',
        RestoreToTime: new Date(RestoreToTime),
      }),
    );
    await addInstance('shop-then', 'then-1');
    const [row] = await run('SELECT count(*)::int AS count FROM orders', (await cluster('shop-then'))?.Endpoint);
    assert.equal(row?.count, 500);
    await assert.rejects(run('SELECT 1 FROM orders'), /does not exist/);
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'then-1' }));
    await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'shop-then', SkipFinalSnapshot: true }));
  });

  test('its metrics are measured, by instance, cluster and role', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => connected()));
    await clients[0]?.query('CREATE TABLE busy AS SELECT generate_series(1, 20000) AS id');
    await orrery.clock.wind(120_000);
    await clients[0]?.query('CREATE TABLE busier AS SELECT generate_series(1, 50000) AS id');
    await orrery.clock.wind(120_000);
    for (const client of clients) await client.end();
    const maximum = async (MetricName: string, dimensions: Record<string, string>): Promise<number | undefined> => {
      const { Datapoints = [] } = await orrery.client(CloudWatchClient).send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/RDS',
          MetricName,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          StartTime: new Date(orrery.clock.now() - 600_000),
          EndTime: new Date(orrery.clock.now() + 60_000),
          Period: 600,
          Statistics: ['Maximum'],
        }),
      );
      return Datapoints.at(-1)?.Maximum;
    };
    assert.equal(await maximum('DatabaseConnections', { DBInstanceIdentifier: 'shop-1' }), 3);
    assert.equal(await maximum('DatabaseConnections', { DBClusterIdentifier: 'shop', Role: 'READER' }), 0);
    assert.equal(await maximum('DatabaseConnections', { DBClusterIdentifier: 'shop' }), 3);
    assert.ok((await maximum('CPUUtilization', { DBInstanceIdentifier: 'shop-1' })) !== undefined);
    assert.ok(((await maximum('CommitThroughput', { DBInstanceIdentifier: 'shop-1' })) ?? 0) > 0);
    assert.ok(((await maximum('AuroraReplicaLag', { DBInstanceIdentifier: 'shop-2' })) ?? -1) >= 0);
  });

  test('a time outside the retention period cannot be restored', async () => {
    const input = { DBClusterIdentifier: 'never', SourceDBClusterIdentifier: 'shop' };
    const early = new RestoreDBClusterToPointInTimeCommand({ ...input, RestoreToTime: new Date('2020-01-01') });
    await assert.rejects(rds.send(early), { name: 'InvalidParameterValue' });
    const neither = new RestoreDBClusterToPointInTimeCommand(input);
    await assert.rejects(rds.send(neither), { name: 'InvalidParameterCombination' });
  });

  test('each night has its automated snapshot, kept for the retention period', async () => {
    await orrery.clock.wind(10 * day);
    const { DBClusterSnapshots: taken = [] } = await rds.send(
      new DescribeDBClusterSnapshotsCommand({ DBClusterIdentifier: 'shop', SnapshotType: 'automated' }),
    );
    assert.equal(taken.length, 7);
    assert.match(taken.at(-1)?.DBClusterSnapshotIdentifier ?? '', /^rds:shop-\d{4}-\d\d-\d\d-04-00$/);
    const { DBClusterAutomatedBackups: [backup] = [] } = await rds.send(
      new DescribeDBClusterAutomatedBackupsCommand({}),
    );
    assert.equal(backup?.Status, 'available');
    assert.ok((backup?.RestoreWindow?.EarliestTime?.getTime() ?? 0) >= orrery.clock.now() - 7 * day);
  });

  test('a stopped cluster is stopped over a restart, starts with its data, and does so by itself after seven days', async () => {
    await run('CREATE TABLE kept AS SELECT 1 AS id');
    await rds.send(new StopDBClusterCommand({ DBClusterIdentifier: 'shop' }));
    await settle();
    await orrery.restart();
    assert.equal((await cluster())?.Status, 'stopped');
    await rds.send(new StartDBClusterCommand({ DBClusterIdentifier: 'shop' }));
    await settle();
    assert.deepEqual(await run('SELECT * FROM kept'), [{ id: 1 }]);
    assert.equal((await instance('shop-2'))?.DBInstanceStatus, 'available');
    await rds.send(new StopDBClusterCommand({ DBClusterIdentifier: 'shop' }));
    await settle();
    await orrery.clock.wind(7 * day + 1000);
    await settle();
    assert.equal((await cluster())?.Status, 'available');
    assert.deepEqual(await run('SELECT * FROM kept'), [{ id: 1 }]);
  });

  test('a failover and a reboot of the writer leave a reader that follows', async () => {
    const input = { DBClusterIdentifier: 'shop', TargetDBInstanceIdentifier: 'shop-2' };
    await rds.send(new FailoverDBClusterCommand(input));
    await settle();
    const writer = (await cluster())?.DBClusterMembers?.find((one) => one.IsClusterWriter);
    assert.equal(writer?.DBInstanceIdentifier, 'shop-2');
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'shop-2' }));
    await settle();
    await run('INSERT INTO kept VALUES (2)');
    const [row] = await run(
      'SELECT count(*)::int AS count, pg_is_in_recovery() AS standby FROM kept',
      (await cluster())?.ReaderEndpoint,
    );
    assert.deepEqual(row, { count: 2, standby: true });
  });

  test('a Multi-AZ instance fails over by a reboot, and its snapshot restores', async () => {
    const { DBInstance } = await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'alone',
        DBInstanceClass: 'db.t3.micro',
        Engine: 'postgres',
        AllocatedStorage: 20,
        DBName: 'shop',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
        MultiAZ: true,
        BackupRetentionPeriod: 0,
      }),
    );
    await orrery.kernel.engine(fleet).settled(DBInstance?.DbiResourceId ?? '');
    const name = DBInstance?.Endpoint?.Address;
    await run('CREATE TABLE t AS SELECT 1 AS id', name);
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'alone', ForceFailover: true }));
    await orrery.kernel.engine(fleet).settled(DBInstance?.DbiResourceId ?? '');
    assert.deepEqual(await run('SELECT * FROM t', name), [{ id: 1 }]);
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: 'alone', DBSnapshotIdentifier: 's1' }));
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'alone', SkipFinalSnapshot: true }));
    const restored = await rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: 'again', DBSnapshotIdentifier: 's1' }),
    );
    await orrery.kernel.engine(fleet).settled(restored.DBInstance?.DbiResourceId ?? '');
    assert.deepEqual(await run('SELECT * FROM t', restored.DBInstance?.Endpoint?.Address), [{ id: 1 }]);
  });
});
