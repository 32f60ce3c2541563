import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RestoreDBClusterToPointInTimeCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import { createConnection } from 'mysql2/promise';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import type { DatabaseGroup } from '../../engines/databases/database-group.ts';
import { databases } from '../../engines/databases/databases.ts';
import { withoutMariadb } from '../../engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from './behaviour/fleet.ts';

const day = 86_400_000;
const ssl = { rejectUnauthorized: false };

describe('backups of MySQL and MariaDB', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let rds: RDSClient;

  const instance = async (DBInstanceIdentifier: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
  const groupId = async (id: string): Promise<string> => {
    const { DbiResourceId = '', DBClusterIdentifier } = (await instance(id)) ?? {};
    return DBClusterIdentifier === undefined ? DbiResourceId : `cluster-${DbiResourceId.slice(3)}`;
  };
  const group = async (id: string): Promise<DatabaseGroup> => {
    const found = orrery.kernel.engine(databases).group(await groupId(id));
    assert.ok(found, id);
    return found;
  };
  const settle = async (id: string): Promise<void> => {
    await orrery.kernel.engine(fleet).settled(await groupId(id));
    assert.equal((await instance(id))?.DBInstanceStatus, 'available', id);
  };
  const run = async (id: string, ...statements: string[]): Promise<Record<string, unknown>[]> => {
    const at = orrery.kernel.engine(fleet).local((await instance(id))?.Endpoint?.Address ?? '');
    const client = await createConnection({ ...at, user: 'owner', password: 'correct-horse', database: 'menu', ssl });
    client.on('error', () => undefined);
    try {
      let rows: unknown = [];
      for (const statement of statements) [rows] = await client.query(statement);
      return rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const names = async (id: string): Promise<unknown[]> =>
    (await run(id, 'SELECT name FROM dishes ORDER BY name')).map(({ name }) => name);
  const restore = async (TargetDBInstanceIdentifier: string, when: object): Promise<void> => {
    const source = 'SourceDbiResourceId' in when ? {} : { SourceDBInstanceIdentifier: 'menu' };
    await rds.send(new RestoreDBInstanceToPointInTimeCommand({ ...source, TargetDBInstanceIdentifier, ...when }));
    await settle(TargetDBInstanceIdentifier);
  };
  const remove = (DBInstanceIdentifier: string, change: object = {}) =>
    rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true, ...change }));
  const master = {
    MasterUsername: 'owner',
    MasterUserPassword: 'correct-horse',
    BackupRetentionPeriod: 3,
    PreferredBackupWindow: '04:00-04:30',
  };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms', 'iam', 'sts'] });
    rds = orrery.client(RDSClient);
    const kind = { DBInstanceClass: 'db.t4g.micro', Engine: 'mysql', DBName: 'menu' };
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier: 'menu', ...kind, ...master }));
    await settle('menu');
    await run('menu', 'CREATE TABLE dishes (name varchar(40) PRIMARY KEY)', "INSERT INTO dishes VALUES ('soup')");
  });
  after(() => orrery.stop());

  test('a table that was dropped is there again in an instance restored to the moment before', async () => {
    await orrery.clock.wind(600_000);
    await run('menu', "INSERT INTO dishes VALUES ('crème brûlée 🍮')");
    const RestoreTime = new Date(orrery.clock.now());
    await orrery.clock.wind(1000);
    await run('menu', 'DROP TABLE dishes', 'CREATE TABLE dishes (name text)', "INSERT INTO dishes VALUES ('salad')");
    await restore('then', { RestoreTime });
    assert.deepEqual(await names('then'), ['crème brûlée 🍮', 'soup']);
    assert.deepEqual(await names('menu'), ['salad']);
    assert.ok((await instance('then'))?.LatestRestorableTime);
    await remove('then');
  });

  test('what was begun and not committed by the moment is not there', async () => {
    const at = orrery.kernel.engine(fleet).local((await instance('menu'))?.Endpoint?.Address ?? '');
    const client = await createConnection({ ...at, user: 'owner', password: 'correct-horse', database: 'menu', ssl });
    await client.query('BEGIN');
    await client.query("INSERT INTO dishes VALUES ('late')");
    const RestoreTime = new Date(orrery.clock.now());
    await orrery.clock.wind(60_000);
    await client.query('COMMIT');
    await client.end();
    await restore('open', { RestoreTime });
    assert.deepEqual(await names('open'), ['salad']);
    await remove('open');
  });

  test('an automated snapshot restores what there was in its night', async () => {
    await orrery.clock.wind(day);
    await run('menu', "INSERT INTO dishes VALUES ('pie')");
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'automated' }));
    const DBSnapshotIdentifier = DBSnapshots.find((one) => one.DBInstanceIdentifier === 'menu')?.DBSnapshotIdentifier;
    assert.match(DBSnapshotIdentifier ?? '', /^rds:menu-\d{4}-\d\d-\d\d-04-\d\d$/);
    await rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: 'night', DBSnapshotIdentifier }));
    await settle('night');
    assert.deepEqual(await names('night'), ['late', 'salad']);
    await remove('night');
  });

  test('nothing acknowledged is missing after the server is killed, nor after the runtime ends', async () => {
    const { writer, pid } = await group('menu').then((found) => ({
      writer: found.writer,
      pid: found.pid(found.writer),
    }));
    await run('menu', "INSERT INTO dishes VALUES ('tea')");
    process.kill(pid ?? 0, 'SIGKILL');
    const deadline = performance.now() + 60_000;
    while ((await group('menu')).pid(writer) === pid && performance.now() < deadline) await orrery.clock.wind(0);
    await orrery.restart();
    rds = orrery.client(RDSClient);
    await settle('menu');
    await run('menu', "INSERT INTO dishes VALUES ('wine')");
    await restore('killed', { UseLatestRestorableTime: true });
    assert.deepEqual(await names('killed'), ['late', 'pie', 'salad', 'tea', 'wine']);
    await remove('killed');
  });

  test('retained backups restore what is deleted, for as long as they are retained', async () => {
    await run('menu', "DELETE FROM dishes WHERE name IN ('pie', 'late', 'tea')");
    await remove('menu', { DeleteAutomatedBackups: false });
    const backups = async () =>
      (await rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}))).DBInstanceAutomatedBackups ?? [];
    const [kept] = await backups();
    assert.equal(kept?.Status, 'retained');
    await orrery.clock.wind(day);
    await restore('menu', { SourceDbiResourceId: kept?.DbiResourceId, UseLatestRestorableTime: true });
    assert.deepEqual(await names('menu'), ['salad', 'wine']);
    await orrery.clock.wind(2 * day + 1000);
    assert.ok((await backups()).every(({ Status }) => Status !== 'retained'));
  });

  test('a cluster comes back as it was before a failover, and as it was after', async () => {
    const shop = { DBClusterIdentifier: 'shop' };
    await rds.send(new CreateDBClusterCommand({ ...shop, Engine: 'aurora-mysql', DatabaseName: 'menu', ...master }));
    const add = async (DBClusterIdentifier: string, DBInstanceIdentifier: string): Promise<void> => {
      const kind = { Engine: 'aurora-mysql', DBInstanceClass: 'db.r6g.large' };
      await rds.send(new CreateDBInstanceCommand({ DBClusterIdentifier, DBInstanceIdentifier, ...kind }));
      await settle(DBInstanceIdentifier);
    };
    await add('shop', 'shop-1');
    await add('shop', 'shop-2');
    await run('shop-1', 'CREATE TABLE dishes (name varchar(40) PRIMARY KEY)', "INSERT INTO dishes VALUES ('soup')");
    const before = new Date(orrery.clock.now());
    await orrery.clock.wind(1000);
    await run('shop-1', "INSERT INTO dishes VALUES ('fish')");
    await (await group('shop-1')).failover();
    assert.equal((await group('shop-1')).writer, 'shop-2');
    await run('shop-2', "INSERT INTO dishes VALUES ('rice')");
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand(shop));
    assert.equal(DBClusters?.[0]?.LatestRestorableTime?.getTime(), orrery.clock.now());
    const back = async (id: string, when: object): Promise<unknown[]> => {
      const source = { SourceDBClusterIdentifier: 'shop', DBClusterIdentifier: id };
      await rds.send(new RestoreDBClusterToPointInTimeCommand({ ...source, ...when }));
      await add(id, `${id}-1`);
      return names(`${id}-1`);
    };
    assert.deepEqual(await back('early', { RestoreToTime: before }), ['soup']);
    assert.deepEqual(await back('late', { UseLatestRestorableTime: true }), ['fish', 'rice', 'soup']);
  });
});
