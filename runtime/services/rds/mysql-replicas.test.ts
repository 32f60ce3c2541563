import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  PromoteReadReplicaCommand,
  RDSClient,
  RebootDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { createConnection } from 'mysql2/promise';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import type { DatabaseGroup } from '../../engines/databases/database-group.ts';
import { databases } from '../../engines/databases/databases.ts';
import { withoutMariadb } from '../../engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from './behaviour/fleet.ts';

describe('read replicas of MySQL', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let rds: RDSClient;

  const instance = async (DBInstanceIdentifier: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
  const settle = async (id: string): Promise<void> => {
    await orrery.kernel.engine(fleet).settled((await instance(id))?.DbiResourceId ?? '');
    assert.equal((await instance(id))?.DBInstanceStatus, 'available', id);
  };
  const group = async (id: string): Promise<DatabaseGroup> => {
    const found = orrery.kernel.engine(databases).group((await instance(id))?.DbiResourceId ?? '');
    assert.ok(found, id);
    return found;
  };
  const run = async (id: string, sql: string, password = 'correct-horse'): Promise<Record<string, unknown>[]> => {
    const at = orrery.kernel.engine(fleet).local((await instance(id))?.Endpoint?.Address ?? '');
    const ssl = { rejectUnauthorized: false };
    const client = await createConnection({ ...at, user: 'owner', password, database: 'menu', ssl });
    client.on('error', () => undefined);
    try {
      return (await client.query(sql))[0] as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  /** Until the replica has replayed what its source wrote before now. */
  const caughtUp = async (id: string, source: string): Promise<void> => {
    const [row] = await (await group(source)).query('SELECT @@GLOBAL.gtid_binlog_pos AS position');
    const [waited] = await (await group(id)).query(`SELECT MASTER_GTID_WAIT('${row?.position}', 60) AS outcome`);
    assert.equal(waited?.outcome, '0');
  };
  const names = async (id: string): Promise<unknown[]> =>
    (await run(id, 'SELECT name FROM dishes ORDER BY name')).map(({ name }) => name);
  const master = { MasterUsername: 'owner', MasterUserPassword: 'correct-horse' };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms', 'iam', 'sts'] });
    rds = orrery.client(RDSClient);
    const kind = { Engine: 'mysql', DBInstanceClass: 'db.t4g.micro', DBName: 'menu', MultiAZ: true };
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier: 'menu', ...kind, ...master }));
    await settle('menu');
    await run('menu', 'CREATE TABLE dishes (name varchar(40) PRIMARY KEY)');
    await run('menu', "INSERT INTO dishes VALUES ('soup')");
    const replica = { DBInstanceIdentifier: 'menu-reads', SourceDBInstanceIdentifier: 'menu' };
    await rds.send(new CreateDBInstanceReadReplicaCommand(replica));
    await settle('menu-reads');
  });
  after(() => orrery.stop());

  test('a replica has what its source has, follows it, and takes no writes', async () => {
    const [source, replica] = [await instance('menu'), await instance('menu-reads')];
    assert.equal(replica?.ReadReplicaSourceDBInstanceIdentifier, 'menu');
    assert.deepEqual(source?.ReadReplicaDBInstanceIdentifiers, ['menu-reads']);
    await run('menu', "INSERT INTO dishes VALUES ('salad')");
    await caughtUp('menu-reads', 'menu');
    assert.deepEqual(await names('menu-reads'), ['salad', 'soup']);
    await assert.rejects(run('menu-reads', "INSERT INTO dishes VALUES ('pie')"), /read-only/);
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'menu', MasterUserPassword: 'battery-staple' }));
    await settle('menu');
    await caughtUp('menu-reads', 'menu');
    await run('menu-reads', 'SELECT 1', 'battery-staple');
    await rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'menu', ...{ MasterUserPassword: 'correct-horse' } }),
    );
    await settle('menu');
    await caughtUp('menu-reads', 'menu');
  });

  test('its lag is measured', async () => {
    const lags: number[] = [];
    orrery.kernel.events.on('metric', ({ name, value, dimensions }) => {
      if (name === 'ReplicaLag' && dimensions.DBInstanceIdentifier === 'menu-reads') lags.push(value);
    });
    const deadline = performance.now() + 30_000;
    while (lags.length === 0 && performance.now() < deadline) await orrery.clock.wind(60_000);
    assert.ok(lags.length > 0 && lags.every((lag) => lag >= 0), String(lags));
  });

  test('it follows over a reboot and a failover of its source, its own end, and a restart of the runtime', async () => {
    for (const ForceFailover of [false, true]) {
      await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'menu', ForceFailover }));
      await settle('menu');
      await orrery.clock.wind(0);
      await run('menu', `INSERT INTO dishes VALUES ('dish ${ForceFailover}')`);
      await caughtUp('menu-reads', 'menu');
    }
    const reads = await group('menu-reads');
    const pid = reads.pid(reads.writer) ?? 0;
    process.kill(pid, 'SIGKILL');
    const deadline = performance.now() + 60_000;
    const again = (): boolean => reads.pid(reads.writer) !== undefined && reads.pid(reads.writer) !== pid;
    while (!again() && performance.now() < deadline) await orrery.clock.wind(0);
    await orrery.clock.wind(0);
    await run('menu', "INSERT INTO dishes VALUES ('rice')");
    await caughtUp('menu-reads', 'menu');
    assert.deepEqual(await names('menu-reads'), ['dish false', 'dish true', 'rice', 'salad', 'soup']);
    await orrery.restart();
    rds = orrery.client(RDSClient);
    await settle('menu');
    await settle('menu-reads');
    await orrery.clock.wind(0);
    await run('menu', "DELETE FROM dishes WHERE name LIKE 'dish %'");
    await caughtUp('menu-reads', 'menu');
    assert.deepEqual(await names('menu-reads'), ['rice', 'salad', 'soup']);
  });

  test('promoted it stands alone, with backups, and its source goes on without it', async () => {
    await rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'menu-reads', BackupRetentionPeriod: 3 }));
    await settle('menu-reads');
    const promoted = await instance('menu-reads');
    assert.equal(promoted?.ReadReplicaSourceDBInstanceIdentifier, undefined);
    assert.ok(promoted?.LatestRestorableTime);
    await run('menu-reads', "INSERT INTO dishes VALUES ('pie')");
    await run('menu', "INSERT INTO dishes VALUES ('fish')");
    assert.deepEqual(await names('menu-reads'), ['pie', 'rice', 'salad', 'soup']);
    assert.deepEqual(await names('menu'), ['fish', 'rice', 'salad', 'soup']);
  });

  test('the replicas of what is deleted are promoted', async () => {
    const replica = { DBInstanceIdentifier: 'last', SourceDBInstanceIdentifier: 'menu' };
    await rds.send(new CreateDBInstanceReadReplicaCommand(replica));
    await settle('last');
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'menu', SkipFinalSnapshot: true }));
    await settle('last');
    assert.equal((await instance('last'))?.ReadReplicaSourceDBInstanceIdentifier, undefined);
    await run('last', "INSERT INTO dishes VALUES ('tea')");
    assert.deepEqual(await names('last'), ['fish', 'rice', 'salad', 'soup', 'tea']);
  });
});
