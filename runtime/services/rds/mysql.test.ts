import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  CreateDBSnapshotCommand,
  DescribeDBClustersCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribeDBLogFilesCommand,
  DescribeDBParametersCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
} from '@aws-sdk/client-rds';
import { type Connection, createConnection } from 'mysql2/promise';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { databases } from '../../engines/databases/databases.ts';
import { withoutMariadb } from '../../engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from './behaviour/fleet.ts';

const ssl = { rejectUnauthorized: false };

describe('RDS for MySQL and MariaDB', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let rds: RDSClient;

  const connect = async (name: string, password = 'correct-horse'): Promise<Connection> => {
    const at = orrery.kernel.engine(fleet).local(name);
    assert.ok(at, `${name} is not exposed`);
    const client = await createConnection({ ...at, user: 'owner', password, database: 'shop', ssl });
    client.on('error', () => undefined);
    return client;
  };
  /** As clients do while an endpoint moves: again until it answers. */
  const connectOnceThere = async (name: string): Promise<Connection> => {
    const deadline = performance.now() + 60_000;
    for (;;) {
      try {
        return await connect(name);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await orrery.clock.wind(0);
      }
    }
  };
  const one = async (client: Connection, sql: string): Promise<Record<string, unknown>> => {
    const [rows] = await client.query(sql);
    return (rows as Record<string, unknown>[])[0] ?? {};
  };
  const instance = async (DBInstanceIdentifier: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
  const settled = async (id: string) => {
    const found = await instance(id);
    const resource = found?.DbiResourceId ?? '';
    const group = found?.DBClusterIdentifier === undefined ? resource : resource.replace(/^db-/, 'cluster-');
    await orrery.kernel.engine(fleet).settled(group);
    const now = await instance(id);
    assert.equal(now?.DBInstanceStatus, 'available');
    return now;
  };
  const master = { MasterUsername: 'owner', MasterUserPassword: 'correct-horse' };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms'] });
    rds = orrery.client(RDSClient);
  });
  after(() => orrery.stop());

  test('an Aurora MySQL cluster has a writer, a reader that follows it, and loses nothing when the writer is killed', async () => {
    const { DBCluster } = await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'tables',
        Engine: 'aurora-mysql',
        EngineVersion: '8.0.mysql_aurora.3.08.0',
        DatabaseName: 'shop',
        ...master,
      }),
    );
    assert.equal(DBCluster?.Port, 3306);
    assert.equal(DBCluster?.DBClusterParameterGroup, 'default.aurora-mysql8.0');
    for (const DBInstanceIdentifier of ['tables-1', 'tables-2'])
      await rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier,
          DBClusterIdentifier: 'tables',
          DBInstanceClass: 'db.r6g.large',
          Engine: 'aurora-mysql',
        }),
      );
    await assert.rejects(
      rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: 'tables-3',
          DBClusterIdentifier: 'tables',
          DBInstanceClass: 'db.r6g.large',
          Engine: 'aurora-postgresql',
        }),
      ),
      /doesn't match the engine name of your DB cluster \(aurora-mysql\)/,
    );
    await settled('tables-2');
    const writer = await connect(DBCluster?.Endpoint ?? '');
    await writer.query('CREATE TABLE orders (id int primary key)');
    await writer.query('INSERT INTO orders VALUES (1), (2)');
    const reader = await connect(DBCluster?.ReaderEndpoint ?? '');
    assert.equal((await one(reader, 'SELECT @@read_only AS standby')).standby, 1);
    await assert.rejects(reader.query('INSERT INTO orders VALUES (3)'), /read-only/);
    await reader.end();
    const group = orrery.kernel.engine(databases).group(DBCluster?.DbClusterResourceId ?? '');
    const lost = assert.rejects(writer.query('SELECT sleep(600)'));
    process.kill(group?.pid('tables-1') ?? 0, 'SIGKILL');
    await lost;
    const again = await connectOnceThere(DBCluster?.Endpoint ?? '');
    assert.equal((await one(again, 'SELECT count(*) AS count FROM orders')).count, 2);
    await again.query('INSERT INTO orders VALUES (3)');
    await again.end();
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'tables' }));
    const writers = DBClusters?.[0]?.DBClusterMembers?.filter((member) => member.IsClusterWriter);
    assert.deepEqual(
      writers?.map((member) => member.DBInstanceIdentifier),
      ['tables-2'],
    );
  });

  test('a MySQL instance begins as MySQL does, and its master is no superuser', async () => {
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'shop',
        Engine: 'mysql',
        EngineVersion: '8.0',
        DBInstanceClass: 'db.t3.micro',
        AllocatedStorage: 20,
        DBName: 'shop',
        EnableCloudwatchLogsExports: ['error'],
        ...master,
      }),
    );
    const shop = await settled('shop');
    assert.deepEqual(
      [
        shop?.EngineVersion,
        shop?.LicenseModel,
        shop?.Endpoint?.Port,
        shop?.DBParameterGroups?.[0]?.DBParameterGroupName,
      ],
      ['8.0.43', 'general-public-license', 3306, 'default.mysql8.0'],
    );
    const client = await connect(shop?.Endpoint?.Address ?? '');
    assert.equal((await one(client, 'SELECT @@character_set_server AS name')).name, 'utf8mb4');
    await client.query('CREATE TABLE notes (text text)');
    await client.query("INSERT INTO notes VALUES ('Crème brûlée 🍮')");
    await assert.rejects(client.query('SET GLOBAL read_only = 1'), /Access denied/);
    await assert.rejects(client.query("SELECT 'x' INTO OUTFILE '/tmp/x'"), /Access denied/);
    await client.end();
  });

  test('a new master password is what lets one in', async () => {
    const address = (await instance('shop'))?.Endpoint?.Address ?? '';
    const input = { DBInstanceIdentifier: 'shop', MasterUserPassword: 'battery-staple' };
    await rds.send(new ModifyDBInstanceCommand(input));
    await settled('shop');
    await assert.rejects(connect(address), /Access denied/);
    await (await connect(address, 'battery-staple')).end();
    await rds.send(new ModifyDBInstanceCommand({ ...input, MasterUserPassword: master.MasterUserPassword }));
    await settled('shop');
    await assert.rejects(
      rds.send(new ModifyDBInstanceCommand({ ...input, MasterUserPassword: 'x'.repeat(42) })),
      /longer than 41 characters/,
    );
  });

  test('a snapshot restores into another instance', async () => {
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: 'shop', DBSnapshotIdentifier: 'monday' }));
    await rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: 'again', DBSnapshotIdentifier: 'monday' }),
    );
    const again = await settled('again');
    const client = await connect(again?.Endpoint?.Address ?? '');
    assert.equal((await one(client, 'SELECT text FROM notes')).text, 'Crème brûlée 🍮');
    await client.end();
  });

  test('a parameter group is checked against the server, and tells what waits for a reboot', async () => {
    const DBParameterGroupName = 'tuned';
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName,
        DBParameterGroupFamily: 'mysql8.0',
        Description: 'tuned',
      }),
    );
    const set = (ParameterName: string, ParameterValue: string, ApplyMethod?: 'immediate' | 'pending-reboot') =>
      rds.send(
        new ModifyDBParameterGroupCommand({
          DBParameterGroupName,
          Parameters: [{ ParameterName, ParameterValue, ...(ApplyMethod ? { ApplyMethod } : {}) }],
        }),
      );
    await assert.rejects(set('innodb_dedicated_server', '1'), /MariaDB, which runs in place of MySQL/);
    await assert.rejects(set('max_connections', 'many'), { name: 'InvalidParameterValue' });
    await assert.rejects(set('max_connections', '1'), /Allowed values are: 10-100000/);
    await assert.rejects(set('read_only', '1'), /cannot be modified/);
    await assert.rejects(set('time_zone', 'Europe/Berlin'), /distance from UTC/);
    await assert.rejects(set('performance_schema', '1', 'immediate'), { name: 'InvalidParameterCombination' });
    await assert.rejects(set('log_output', 'FILE'), /log_output FILE/);
    await set('max_connections', '77');
    await set('slow_query_log', '1');
    await set('long_query_time', '0');
    await set('performance_schema', '1', 'pending-reboot');
    const { Parameters } = await rds.send(new DescribeDBParametersCommand({ DBParameterGroupName, Source: 'user' }));
    assert.deepEqual(
      Parameters?.map(({ ParameterName, ParameterValue, ApplyType }) => [ParameterName, ParameterValue, ApplyType]),
      [
        ['long_query_time', '0', 'dynamic'],
        ['max_connections', '77', 'dynamic'],
        ['performance_schema', '1', 'static'],
        ['slow_query_log', '1', 'dynamic'],
      ],
    );
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'shop', DBParameterGroupName }));
    assert.equal((await instance('shop'))?.DBParameterGroups?.[0]?.ParameterApplyStatus, 'pending-reboot');
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'shop' }));
    const shop = await settled('shop');
    assert.equal(shop?.DBParameterGroups?.[0]?.ParameterApplyStatus, 'in-sync');
    const client = await connectOnceThere(shop?.Endpoint?.Address ?? '');
    assert.deepEqual(await one(client, 'SELECT @@max_connections AS most, @@performance_schema AS events'), {
      most: 77,
      events: 1,
    });
    await client.query('SELECT 4711');
    const slow = "SELECT count(*) AS count FROM mysql.slow_log WHERE sql_text = 'SELECT 4711'";
    assert.equal((await one(client, slow)).count, 1);
    await client.end();
  });

  test('what the server says is in its error log, and what it does is measured', async () => {
    const { DescribeDBLogFiles = [] } = await rds.send(new DescribeDBLogFilesCommand({ DBInstanceIdentifier: 'shop' }));
    assert.match(DescribeDBLogFiles[0]?.LogFileName ?? '', /^error\/mysql-error-running\.log\.\d{4}-\d\d-\d\d\.\d\d$/);
    const seen = new Map<string, number>();
    orrery.kernel.events.on('metric', ({ name, dimensions, value }) => {
      if (dimensions.DBInstanceIdentifier === 'shop') seen.set(name, value);
    });
    const open = await connectOnceThere((await instance('shop'))?.Endpoint?.Address ?? '');
    const deadline = performance.now() + 60_000;
    while (!seen.has('BufferCacheHitRatio') && performance.now() < deadline) {
      await open.query('SELECT count(*) FROM notes');
      await orrery.clock.wind(60_000);
    }
    assert.equal(seen.get('DatabaseConnections'), 1);
    const free = seen.get('FreeStorageSpace') ?? 0;
    assert.ok(free > 19 * 1024 ** 3 && free < 20 * 1024 ** 3, `${free} bytes are free`);
    for (const name of ['CPUUtilization', 'WriteIOPS', 'CommitThroughput', 'BufferCacheHitRatio'])
      assert.ok(Number.isFinite(seen.get(name)), name);
    await open.end();
  });

  test('a Multi-AZ MariaDB instance fails over by a reboot', async () => {
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'pair',
        Engine: 'mariadb',
        DBInstanceClass: 'db.t3.micro',
        DBName: 'shop',
        MultiAZ: true,
        ...master,
      }),
    );
    const pair = await settled('pair');
    assert.match(pair?.EngineVersion ?? '', /^1\d\.\d+\.\d+$/);
    const client = await connect(pair?.Endpoint?.Address ?? '');
    await client.query('CREATE TABLE dishes (id int primary key)');
    await client.query('INSERT INTO dishes VALUES (1)');
    const { id: before } = await one(client, 'SELECT @@server_id AS id');
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'pair', ForceFailover: true }));
    await settled('pair');
    const again = await connectOnceThere(pair?.Endpoint?.Address ?? '');
    assert.notEqual((await one(again, 'SELECT @@server_id AS id')).id, before);
    assert.equal((await one(again, 'SELECT count(*) AS count FROM dishes')).count, 1);
    await again.end();
  });

  test('versions and options are listed as what they are', async () => {
    const { DBEngineVersions = [] } = await rds.send(new DescribeDBEngineVersionsCommand({ Engine: 'mysql' }));
    assert.deepEqual(
      DBEngineVersions.map((version) => [version.EngineVersion, version.DBParameterGroupFamily]),
      [
        ['8.4.6', 'mysql8.4'],
        ['8.0.43', 'mysql8.0'],
      ],
    );
    assert.match(DBEngineVersions[0]?.DBEngineVersionDescription ?? '', /on MariaDB/);
    const { DBEngineVersions: first = [] } = await rds.send(
      new DescribeDBEngineVersionsCommand({ Engine: 'mysql', DefaultOnly: true }),
    );
    assert.deepEqual(
      first.map(({ EngineVersion }) => EngineVersion),
      ['8.4.6'],
    );
    // Pages of twenty, of more options than that.
    const orderable = new DescribeOrderableDBInstanceOptionsCommand({ Engine: 'mysql', MaxRecords: 20 });
    const { OrderableDBInstanceOptions: page = [], Marker } = await rds.send(orderable);
    assert.deepEqual([page.length, typeof Marker], [20, 'string']);
    const next = new DescribeOrderableDBInstanceOptionsCommand({ Engine: 'mysql', MaxRecords: 20, Marker });
    assert.notDeepEqual((await rds.send(next)).OrderableDBInstanceOptions?.[0], page[0]);
    const { OrderableDBInstanceOptions: options = [] } = await rds.send(
      new DescribeOrderableDBInstanceOptionsCommand({ Engine: 'aurora-mysql', DBInstanceClass: 'db.r6g.large' }),
    );
    assert.deepEqual(
      options.map(({ StorageType, LicenseModel }) => `${StorageType} ${LicenseModel}`),
      ['aurora general-public-license', 'aurora-iopt1 general-public-license'],
    );
    const input = { DBInstanceIdentifier: 'x', DBInstanceClass: 'db.t3.micro', ...master };
    await assert.rejects(
      rds.send(new CreateDBInstanceCommand({ ...input, Engine: 'mysql', EngineVersion: '5.7.44' })),
      /mysql 5\.7\.44/,
    );
    await assert.rejects(
      rds.send(new CreateDBInstanceCommand({ ...input, Engine: 'mysql', EnableCloudwatchLogsExports: ['slowquery'] })),
      /log slowquery/,
    );
  });
});

test('without MariaDB on the machine its engines are refused with the package and the line that installs it', async () => {
  process.env.ORRERY_MARIADB = '/nonexistent';
  const orrery = await startOrrery({ services: ['rds', 'kms', 'secretsmanager'] });
  try {
    const rds = orrery.client(RDSClient);
    for (const Engine of ['mysql', 'mariadb'])
      await assert.rejects(
        rds.send(
          new CreateDBInstanceCommand({
            DBInstanceIdentifier: 'shop',
            DBInstanceClass: 'db.t3.micro',
            Engine,
            MasterUsername: 'owner',
            MasterUserPassword: 'correct-horse',
          }),
        ),
        /package mariadb-server.*install (--no-install-recommends )?mariadb/,
      );
    const { DBEngineVersions = [] } = await rds.send(new DescribeDBEngineVersionsCommand({}));
    assert.deepEqual([...new Set(DBEngineVersions.map(({ Engine }) => Engine))], ['aurora-postgresql', 'postgres']);
  } finally {
    delete process.env.ORRERY_MARIADB;
    await orrery.stop();
  }
});
