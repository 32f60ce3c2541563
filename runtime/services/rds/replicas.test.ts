import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  PromoteReadReplicaCommand,
  RDSClient,
  RebootDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { databases } from '../../engines/databases/databases.ts';
import { fleet } from './behaviour/fleet.ts';

describe('read replicas', () => {
  let orrery: Orrery;
  let rds: RDSClient;

  const instance = async (DBInstanceIdentifier: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
  const settle = async (id: string) => orrery.kernel.engine(fleet).settled((await instance(id))?.DbiResourceId ?? '');
  const run = async (id: string, sql: string): Promise<Record<string, unknown>[]> => {
    const at = orrery.kernel.engine(fleet).local((await instance(id))?.Endpoint?.Address ?? '');
    const ssl = { rejectUnauthorized: false };
    const client = new pg.Client({ ...at, user: 'owner', password: 'correct-horse', database: 'menu', ssl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  /** Until the replica has replayed what its source wrote before now. */
  const caughtUp = async (id: string, source: string): Promise<void> => {
    const group = async (one: string) =>
      orrery.kernel.engine(databases).group((await instance(one))?.DbiResourceId ?? '');
    const [row] = (await (await group(source))?.query('SELECT pg_current_wal_lsn() AS lsn')) ?? [];
    await (await group(id))?.query(
      `DO $$ BEGIN FOR i IN 1..600 LOOP EXIT WHEN pg_last_wal_replay_lsn() >= '${row?.lsn}'; PERFORM pg_sleep(0.05); END LOOP; END $$`,
    );
  };
  const names = async (id: string): Promise<unknown[]> =>
    (await run(id, 'SELECT name FROM dishes ORDER BY name')).map(({ name }) => name);

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms', 'cloudwatch', 'iam', 'sts'] });
    rds = orrery.client(RDSClient);
    const create = {
      DBInstanceIdentifier: 'menu',
      DBInstanceClass: 'db.t4g.micro',
      Engine: 'postgres',
      DBName: 'menu',
      MasterUsername: 'owner',
      MasterUserPassword: 'correct-horse',
      MultiAZ: true,
    };
    await rds.send(new CreateDBInstanceCommand(create));
    await settle('menu');
    await run('menu', "CREATE TABLE dishes (name text); INSERT INTO dishes VALUES ('soup')");
    const replica = { DBInstanceIdentifier: 'menu-reads', SourceDBInstanceIdentifier: 'menu' };
    await rds.send(new CreateDBInstanceReadReplicaCommand(replica));
    await settle('menu-reads');
  });
  after(() => orrery.stop());

  test('a replica has what its source has, follows it, and takes no writes', async () => {
    const [source, replica] = [await instance('menu'), await instance('menu-reads')];
    assert.equal(replica?.DBInstanceStatus, 'available');
    assert.equal(replica?.ReadReplicaSourceDBInstanceIdentifier, 'menu');
    assert.equal(replica?.StatusInfos?.[0]?.Status, 'replicating');
    assert.deepEqual(source?.ReadReplicaDBInstanceIdentifiers, ['menu-reads']);
    assert.notEqual(replica?.Endpoint?.Address, source?.Endpoint?.Address);
    await run('menu', "INSERT INTO dishes VALUES ('salad')");
    await caughtUp('menu-reads', 'menu');
    assert.deepEqual(await names('menu-reads'), ['salad', 'soup']);
    await assert.rejects(run('menu-reads', "INSERT INTO dishes VALUES ('pie')"), { code: '25006' });
  });

  test('its lag is measured', async () => {
    await orrery.clock.wind(120_000);
    const { Datapoints = [] } = await orrery.client(CloudWatchClient).send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/RDS',
        MetricName: 'ReplicaLag',
        Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'menu-reads' }],
        StartTime: new Date(orrery.clock.now() - 600_000),
        EndTime: new Date(orrery.clock.now() + 60_000),
        Period: 60,
        Statistics: ['Minimum'],
      }),
    );
    assert.ok(Datapoints.length > 0);
    assert.ok(Datapoints.every(({ Minimum = -1 }) => Minimum >= 0));
  });

  test('it follows over a reboot and a failover of its source, and over a restart of the runtime', async () => {
    for (const ForceFailover of [false, true]) {
      await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'menu', ForceFailover }));
      await settle('menu');
      await orrery.clock.wind(0);
      await run('menu', `INSERT INTO dishes VALUES ('dish ${ForceFailover}')`);
      await caughtUp('menu-reads', 'menu');
    }
    assert.deepEqual(await names('menu-reads'), ['dish false', 'dish true', 'salad', 'soup']);
    await orrery.restart();
    await settle('menu');
    await settle('menu-reads');
    await run('menu', "DELETE FROM dishes WHERE name LIKE 'dish %'");
    await caughtUp('menu-reads', 'menu');
    assert.deepEqual(await names('menu-reads'), ['salad', 'soup']);
  });

  test('what does not go with replication is said', async () => {
    const menu = { DBInstanceIdentifier: 'menu' };
    const replica = { DBInstanceIdentifier: 'menu-reads' };
    await assert.rejects(rds.send(new StopDBInstanceCommand(menu)), { name: /^InvalidDBInstanceState/ });
    await assert.rejects(rds.send(new StopDBInstanceCommand(replica)), { name: /^InvalidDBInstanceState/ });
    await assert.rejects(rds.send(new PromoteReadReplicaCommand(menu)), { message: /is not a read replica/ });
    await assert.rejects(rds.send(new ModifyDBInstanceCommand({ ...menu, BackupRetentionPeriod: 0 })), {
      name: /^InvalidDBInstanceState/,
    });
    const cascade = { DBInstanceIdentifier: 'third', SourceDBInstanceIdentifier: 'menu-reads' };
    await assert.rejects(rds.send(new CreateDBInstanceReadReplicaCommand(cascade)), {
      message: /cascades are not done/,
    });
  });

  test('promoted it stands alone, with backups, and its source goes on without it', async () => {
    await rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'menu-reads', BackupRetentionPeriod: 3 }));
    await settle('menu-reads');
    const promoted = await instance('menu-reads');
    assert.equal(promoted?.DBInstanceStatus, 'available');
    assert.equal(promoted?.ReadReplicaSourceDBInstanceIdentifier, undefined);
    assert.ok(promoted?.LatestRestorableTime);
    assert.deepEqual((await instance('menu'))?.ReadReplicaDBInstanceIdentifiers, []);
    await run('menu-reads', "INSERT INTO dishes VALUES ('pie')");
    await run('menu', "INSERT INTO dishes VALUES ('fish')");
    assert.deepEqual(await names('menu-reads'), ['pie', 'salad', 'soup']);
    assert.deepEqual(await names('menu'), ['fish', 'salad', 'soup']);
  });

  test('the replicas of what is deleted are promoted', async () => {
    const replica = { DBInstanceIdentifier: 'last', SourceDBInstanceIdentifier: 'menu' };
    await rds.send(new CreateDBInstanceReadReplicaCommand(replica));
    await settle('last');
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'menu', SkipFinalSnapshot: true }));
    await settle('last');
    assert.equal((await instance('last'))?.ReadReplicaSourceDBInstanceIdentifier, undefined);
    await run('last', "INSERT INTO dishes VALUES ('rice')");
    assert.deepEqual(await names('last'), ['fish', 'rice', 'salad', 'soup']);
  });
});
