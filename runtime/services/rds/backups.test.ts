import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { fleet } from './behaviour/fleet.ts';

const day = 86_400_000;

describe('backups, and what is stopped', () => {
  let orrery: Orrery;
  let rds: RDSClient;

  const instance = async (DBInstanceIdentifier: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
  const settle = async (id: string): Promise<void> => {
    const { DbiResourceId = '', DBClusterIdentifier } = (await instance(id)) ?? {};
    const group = DBClusterIdentifier === undefined ? DbiResourceId : `cluster-${DbiResourceId.slice(3)}`;
    await orrery.kernel.engine(fleet).settled(group);
  };
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
  const names = async (id: string): Promise<unknown[]> =>
    (await run(id, 'SELECT name FROM dishes ORDER BY name')).map(({ name }) => name);
  const remove = (DBInstanceIdentifier: string, change: object = {}) =>
    rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true, ...change }));
  const master = {
    MasterUsername: 'owner',
    MasterUserPassword: 'correct-horse',
    BackupRetentionPeriod: 3,
    PreferredBackupWindow: '04:00-04:30',
  };
  const aurora = { Engine: 'aurora-postgresql', DBInstanceClass: 'db.r6g.large' };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms', 'iam', 'sts'] });
    rds = orrery.client(RDSClient);
    const kind = { DBInstanceClass: 'db.t4g.micro', Engine: 'postgres', DBName: 'menu' };
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier: 'menu', ...kind, ...master }));
    await settle('menu');
    await run('menu', "CREATE TABLE dishes (name text); INSERT INTO dishes VALUES ('soup')");
  });
  after(() => orrery.stop());

  test('a table that was dropped is there again in an instance restored to the moment before', async () => {
    await orrery.clock.wind(600_000);
    const RestoreTime = new Date(orrery.clock.now());
    await orrery.clock.wind(600_000);
    await run('menu', "DROP TABLE dishes; CREATE TABLE dishes (name text); INSERT INTO dishes VALUES ('salad')");
    const source = { SourceDBInstanceIdentifier: 'menu' };
    await rds.send(
      new RestoreDBInstanceToPointInTimeCommand({ ...source, TargetDBInstanceIdentifier: 'then', RestoreTime }),
    );
    await settle('then');
    assert.deepEqual(await names('then'), ['soup']);
    const early = new Date(orrery.clock.now() - 10 * day);
    await assert.rejects(
      rds.send(
        new RestoreDBInstanceToPointInTimeCommand({
          ...source,
          TargetDBInstanceIdentifier: 'early',
          RestoreTime: early,
        }),
      ),
      { message: /is not a restorable time/ },
    );
    await remove('then');
  });

  test('an automated snapshot restores what there was in its night', async () => {
    await orrery.clock.wind(day);
    await run('menu', "INSERT INTO dishes VALUES ('pie')");
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'automated' }));
    const DBSnapshotIdentifier = DBSnapshots.find((one) => one.DBInstanceIdentifier === 'menu')?.DBSnapshotIdentifier;
    assert.match(DBSnapshotIdentifier ?? '', /^rds:menu-\d{4}-\d\d-\d\d-04-\d\d$/);
    await rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: 'night', DBSnapshotIdentifier }));
    await settle('night');
    assert.deepEqual(await names('night'), ['salad']);
    await remove('night');
  });

  test('a stopped instance answers nobody, starts with its data, and does so by itself after seven days', async () => {
    const menu = { DBInstanceIdentifier: 'menu' };
    await rds.send(new StopDBInstanceCommand({ ...menu, DBSnapshotIdentifier: 'before-stop' }));
    await settle('menu');
    assert.equal((await instance('menu'))?.DBInstanceStatus, 'stopped');
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
    assert.equal(DBSnapshots[0]?.DBSnapshotIdentifier, 'before-stop');
    await assert.rejects(run('menu', 'SELECT 1'));
    await assert.rejects(rds.send(new RebootDBInstanceCommand(menu)), { name: /^InvalidDBInstanceState/ });
    await rds.send(new StartDBInstanceCommand(menu));
    await settle('menu');
    assert.deepEqual(await names('menu'), ['pie', 'salad']);
    await assert.rejects(rds.send(new StartDBInstanceCommand(menu)), { name: /^InvalidDBInstanceState/ });
    await rds.send(new StopDBInstanceCommand(menu));
    await settle('menu');
    await orrery.clock.wind(7 * day);
    await settle('menu');
    assert.equal((await instance('menu'))?.DBInstanceStatus, 'available');
  });

  test('retained backups restore what is deleted, for as long as they are retained', async () => {
    await run('menu', "DELETE FROM dishes WHERE name = 'pie'");
    const SourceDbiResourceId = (await instance('menu'))?.DbiResourceId;
    const backups = async () =>
      (await rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}))).DBInstanceAutomatedBackups ?? [];
    await remove('menu', { DeleteAutomatedBackups: false });
    const [kept] = await backups();
    assert.equal(kept?.Status, 'retained');
    assert.equal(kept?.DbiResourceId, SourceDbiResourceId);
    const latest = { UseLatestRestorableTime: true };
    const SourceDBInstanceAutomatedBackupsArn = kept?.DBInstanceAutomatedBackupsArn;
    await orrery.clock.wind(day);
    await rds.send(
      new RestoreDBInstanceToPointInTimeCommand({
        SourceDBInstanceAutomatedBackupsArn,
        TargetDBInstanceIdentifier: 'menu',
        ...latest,
      }),
    );
    await settle('menu');
    assert.deepEqual(await names('menu'), ['salad']);
    await orrery.clock.wind(2 * day + 1000);
    assert.ok((await backups()).every(({ Status }) => Status !== 'retained'));
    await assert.rejects(
      rds.send(
        new RestoreDBInstanceToPointInTimeCommand({
          SourceDbiResourceId,
          TargetDBInstanceIdentifier: 'late',
          ...latest,
        }),
      ),
      { name: /^DBInstanceAutomatedBackupNotFound/ },
    );
    await remove('menu', { DeleteAutomatedBackups: false });
    const { DbiResourceId } = (await backups())[0] ?? {};
    await rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId }));
    assert.deepEqual(await backups(), []);
  });

  test('a cluster comes back from its automated snapshot, and from its retained backups', async () => {
    const shop = { DBClusterIdentifier: 'shop' };
    await rds.send(
      new CreateDBClusterCommand({ ...shop, Engine: 'aurora-postgresql', DatabaseName: 'menu', ...master }),
    );
    const add = async (DBClusterIdentifier: string, DBInstanceIdentifier: string): Promise<void> => {
      await rds.send(new CreateDBInstanceCommand({ DBClusterIdentifier, DBInstanceIdentifier, ...aurora }));
      await settle(DBInstanceIdentifier);
    };
    await add('shop', 'shop-1');
    await run('shop-1', "CREATE TABLE dishes (name text); INSERT INTO dishes VALUES ('soup')");
    await orrery.clock.wind(day);
    await run('shop-1', "INSERT INTO dishes VALUES ('fish')");
    const automated = new DescribeDBClusterSnapshotsCommand({ ...shop, SnapshotType: 'automated' });
    const { DBClusterSnapshots = [] } = await rds.send(automated);
    await rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        DBClusterIdentifier: 'night',
        SnapshotIdentifier: DBClusterSnapshots[0]?.DBClusterSnapshotIdentifier,
        Engine: 'aurora-postgresql',
      }),
    );
    await add('night', 'night-1');
    assert.deepEqual(await names('night-1'), ['soup']);
    await remove('shop-1');
    await rds.send(new DeleteDBClusterCommand({ ...shop, SkipFinalSnapshot: true, DeleteAutomatedBackups: false }));
    const { DBClusterAutomatedBackups = [] } = await rds.send(new DescribeDBClusterAutomatedBackupsCommand(shop));
    assert.equal(DBClusterAutomatedBackups[0]?.Status, 'retained');
    await rds.send(
      new RestoreDBClusterToPointInTimeCommand({
        DBClusterIdentifier: 'again',
        SourceDbClusterResourceId: DBClusterAutomatedBackups[0]?.DbClusterResourceId,
        UseLatestRestorableTime: true,
      }),
    );
    await add('again', 'again-1');
    assert.deepEqual(await names('again-1'), ['fish', 'soup']);
  });
});
