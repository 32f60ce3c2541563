import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateDBClusterCommand,
  CreateDBClusterParameterGroupCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBClusterParameterGroupCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeEventsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  ModifyDBClusterCommand,
  ModifyDBClusterParameterGroupCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RestoreDBClusterFromSnapshotCommand,
} from '@aws-sdk/client-rds';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { loadPriceList } from '../../cost/price-list.ts';
import { databases } from '../../engines/databases/databases.ts';
import { fleet } from './behaviour/fleet.ts';
import { standing } from './behaviour/usage.ts';

describe('RDS', () => {
  let orrery: Orrery;
  let rds: RDSClient;
  let endpoint = '';

  const cluster = async (id = 'shop') =>
    (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters?.[0];
  const settle = async (id: string): Promise<void> => {
    await orrery.kernel.engine(fleet).settled((await cluster(id))?.DbClusterResourceId ?? '');
  };
  const addInstance = (DBClusterIdentifier: string, DBInstanceIdentifier: string) =>
    rds.send(
      new CreateDBInstanceCommand({
        DBClusterIdentifier,
        DBInstanceIdentifier,
        DBInstanceClass: 'db.r6g.large',
        Engine: 'aurora-postgresql',
      }),
    );
  /** As clients do while an endpoint moves: again until it answers. */
  const connectOnceThere = async (name: string): Promise<pg.Client> => {
    const deadline = performance.now() + 20_000;
    for (;;) {
      try {
        return await connect(name);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await orrery.clock.wind(0);
      }
    }
  };
  const connect = async (name: string, password = 'correct-horse'): Promise<pg.Client> => {
    const at = orrery.kernel.engine(fleet).local(name);
    assert.ok(at, `${name} is not exposed`);
    const client = new pg.Client({
      ...at,
      user: 'owner',
      password,
      database: 'shop',
      ssl: { rejectUnauthorized: false },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms'] });
    rds = orrery.client(RDSClient);
    const { DBCluster } = await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'shop',
        Engine: 'aurora-postgresql',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
        DatabaseName: 'shop',
      }),
    );
    endpoint = DBCluster?.Endpoint ?? '';
    await addInstance('shop', 'shop-1');
    await addInstance('shop', 'shop-2');
    await settle('shop');
  });

  after(() => orrery.stop());

  test('a cluster has a writer, a reader that follows it, and endpoints by AWS names', async () => {
    assert.match(endpoint, /^shop\.cluster-c\w{11}\.us-east-1\.rds\.amazonaws\.com$/);
    const members = (await cluster())?.DBClusterMembers?.map((one) => [one.DBInstanceIdentifier, one.IsClusterWriter]);
    assert.deepEqual(members, [
      ['shop-1', true],
      ['shop-2', false],
    ]);
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'shop-2' }));
    assert.equal(DBInstances?.[0]?.DBInstanceStatus, 'available');
    const writer = await connect(endpoint);
    await writer.query('CREATE TABLE orders (id int primary key)');
    await writer.query('INSERT INTO orders VALUES (1)');
    await writer.end();
    const reader = await connect((await cluster())?.ReaderEndpoint ?? '');
    assert.equal((await reader.query('SELECT pg_is_in_recovery() AS standby')).rows[0].standby, true);
    await assert.rejects(reader.query('INSERT INTO orders VALUES (2)'), /read-only transaction/);
    await reader.end();
  });

  test('when the writer is killed the reader takes its place with every acknowledged write', async () => {
    const group = orrery.kernel.engine(databases).group((await cluster())?.DbClusterResourceId ?? '');
    assert.ok(group);
    const writer = await connect(endpoint);
    await writer.query('INSERT INTO orders SELECT generate_series(100, 200)');
    process.kill(group.pid('shop-1') ?? 0, 'SIGKILL');
    await new Promise((resolve) => writer.once('end', resolve));
    const again = await connectOnceThere(endpoint);
    assert.equal((await again.query('SELECT count(*)::int AS count FROM orders WHERE id >= 100')).rows[0].count, 101);
    await again.query('INSERT INTO orders VALUES (3)');
    await again.end();
    const writers = (await cluster())?.DBClusterMembers?.filter((one) => one.IsClusterWriter);
    assert.deepEqual(
      writers?.map((one) => one.DBInstanceIdentifier),
      ['shop-2'],
    );
    const { Events } = await rds.send(
      new DescribeEventsCommand({ SourceType: 'db-cluster', SourceIdentifier: 'shop' }),
    );
    const messages = Events?.map(({ Message }) => Message) ?? [];
    assert.ok(messages.includes('Completed failover to DB instance: shop-2'), messages.join());
  });

  test('W-C5 a snapshot restores into another cluster', async () => {
    await rds.send(
      new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'monday' }),
    );
    const writer = await connect(endpoint);
    await writer.query('DROP TABLE orders');
    await writer.end();
    const { DBCluster } = await rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        DBClusterIdentifier: 'shop-again',
        SnapshotIdentifier: 'monday',
        Engine: 'aurora-postgresql',
      }),
    );
    await addInstance('shop-again', 'again-1');
    await settle('shop-again');
    const client = await connect(DBCluster?.Endpoint ?? '');
    assert.ok((await client.query('SELECT count(*)::int AS count FROM orders')).rows[0].count > 101);
    await client.end();
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'again-1' }));
    await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'shop-again', SkipFinalSnapshot: true }));
    await assert.rejects(cluster('shop-again'), { name: 'DBClusterNotFoundFault' });
  });

  test('a parameter group is checked by the server, and tells what waits for a reboot', async () => {
    const DBClusterParameterGroupName = 'tuned';
    await rds.send(
      new CreateDBClusterParameterGroupCommand({
        DBClusterParameterGroupName,
        DBParameterGroupFamily: 'aurora-postgresql17',
        Description: 'tuned',
      }),
    );
    const set = (ParameterName: string, ParameterValue: string, ApplyMethod?: 'immediate' | 'pending-reboot') =>
      rds.send(
        new ModifyDBClusterParameterGroupCommand({
          DBClusterParameterGroupName,
          Parameters: [{ ParameterName, ParameterValue, ...(ApplyMethod ? { ApplyMethod } : {}) }],
        }),
      );
    await assert.rejects(set('no_such_thing', '1'), { message: 'Could not find parameter with name: no_such_thing' });
    await assert.rejects(set('log_statement', 'some'), { message: /Available values: none, ddl, mod, all/ });
    await assert.rejects(set('max_connections', '150', 'immediate'), { name: 'InvalidParameterCombination' });
    await assert.rejects(set('rds.logical_replication', '1'), /has no effect here/);
    await set('work_mem', '12345');
    await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'shop', DBClusterParameterGroupName }));
    const statuses = async () => (await cluster())?.DBClusterMembers?.map((one) => one.DBClusterParameterGroupStatus);
    assert.deepEqual(await statuses(), ['pending-reboot', 'pending-reboot']);
    const writer = (await cluster())?.DBClusterMembers?.find((one) => one.IsClusterWriter)?.DBInstanceIdentifier;
    const reboot = async (): Promise<void> => {
      await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: writer }));
      await settle('shop');
    };
    await reboot();
    const shown = async (name: string): Promise<string> => {
      const client = await connectOnceThere(endpoint);
      const { rows } = await client.query(`SHOW ${name}`);
      await client.end();
      return rows[0][name];
    };
    assert.equal(await shown('work_mem'), '12345kB');
    await set('max_connections', '150');
    await settle('shop');
    assert.ok((await statuses())?.includes('pending-reboot'));
    assert.equal(await shown('max_connections'), '200');
    await reboot();
    assert.equal(await shown('max_connections'), '150');
    await assert.rejects(rds.send(new DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName })), {
      name: 'InvalidDBParameterGroupStateFault',
    });
    const { Parameters } = await rds.send(new DescribeDBClusterParametersCommand({ DBClusterParameterGroupName }));
    const described = Parameters?.find(({ ParameterName }) => ParameterName === 'max_connections');
    assert.equal(described?.ApplyType, 'static');
    assert.equal(described?.ParameterValue, '150');
  });

  test('a new master password is what lets one in', async () => {
    await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'shop', MasterUserPassword: 'battery-staple' }));
    await settle('shop');
    await assert.rejects(connect(endpoint), /password authentication failed/);
    await (await connect(endpoint, 'battery-staple')).end();
  });

  test('a restart of the runtime finds data and endpoints as they were', async () => {
    const before = orrery.kernel.engine(fleet).local(endpoint);
    await orrery.restart();
    await settle('shop');
    // The local address is the same one unless another program took it meanwhile, as a test beside this one may.
    assert.equal(orrery.kernel.engine(fleet).local(endpoint)?.port, before?.port);
    assert.equal((await cluster())?.Endpoint, endpoint);
    await (await connect(endpoint, 'battery-staple')).end();
  });

  test('a Multi-AZ instance with a password that RDS manages', async () => {
    const { DBInstance } = await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'alone',
        DBInstanceClass: 'db.t3.micro',
        Engine: 'postgres',
        AllocatedStorage: 20,
        DBName: 'shop',
        MasterUsername: 'owner',
        ManageMasterUserPassword: true,
        MultiAZ: true,
        MaxAllocatedStorage: 100,
      }),
    );
    // What has no effect is told again as it was asked for, and at AWS's defaults where it was not.
    assert.equal(DBInstance?.MaxAllocatedStorage, 100);
    assert.equal(DBInstance?.AutoMinorVersionUpgrade, true);
    assert.equal(DBInstance?.CopyTagsToSnapshot, false);
    await orrery.kernel.engine(fleet).settled(DBInstance?.DbiResourceId ?? '');
    const { SecretString = '' } = await orrery
      .client(SecretsManagerClient)
      .send(new GetSecretValueCommand({ SecretId: DBInstance?.MasterUserSecret?.SecretArn }));
    const { password } = JSON.parse(SecretString) as { password: string };
    await (await connect(DBInstance?.Endpoint?.Address ?? '', password)).end();
    assert.equal(orrery.kernel.engine(databases).group(DBInstance?.DbiResourceId ?? '')?.members.length, 2);
  });

  test('instances, storage and snapshots are metered, and each has a price', async () => {
    const used = [...standing(orrery.kernel)];
    const amounts = Object.fromEntries(used.map(({ usageType, amount }) => [usageType, amount]));
    assert.equal(used.filter(({ usageType }) => usageType === 'Aurora:InstanceUsage:db.r6g.large').length, 2);
    assert.equal(amounts['Multi-AZUsage:db.t3.micro'], 1);
    assert.equal(amounts['RDS:Multi-AZ-GP2-Storage'], 20);
    const { 'Aurora:StorageUsage': stored = 0, 'Aurora:BackupUsage': kept } = amounts;
    assert.ok(stored > 0.001 && stored < 1, `${stored} GB`);
    // "monday" is younger than the cluster's retention.
    assert.equal(kept, undefined);
    const prices = (await loadPriceList()).get('rds')?.regions['us-east-1'] ?? {};
    for (const { usageType } of used) assert.ok(prices[usageType], `${usageType} has no price`);
    const requested: number[] = [];
    orrery.kernel.events.on('usage', ({ usageType, amount }) => {
      if (usageType === 'Aurora:StorageIOUsage') requested.push(amount);
    });
    await orrery.clock.wind(300_000);
    const writer = await connect(endpoint, 'battery-staple');
    await writer.query('CREATE TABLE many AS SELECT generate_series(1, 10000) AS id');
    await writer.end();
    // A round is left out where the machine had no tenth of a second for the one before.
    while (requested.length === 0) await orrery.clock.wind(300_000);
    // 10,000 rows of some 60 bytes of log each.
    assert.ok(requested[0] !== undefined && requested[0] > 100, `${requested[0]} requests`);
  });

  test('what can be ordered is listed, and nothing else can be', async () => {
    const { OrderableDBInstanceOptions: options = [] } = await rds.send(
      new DescribeOrderableDBInstanceOptionsCommand({ Engine: 'aurora-postgresql', DBInstanceClass: 'db.r6g.large' }),
    );
    assert.deepEqual(
      options.map(({ StorageType }) => StorageType),
      ['aurora', 'aurora-iopt1'],
    );
    await assert.rejects(
      rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'shop-1', DBInstanceClass: 'db.huge' })),
      { message: /db\.huge/ },
    );
  });

  test('what is not done is refused by name', async () => {
    const input = { DBInstanceIdentifier: 'x', DBInstanceClass: 'db.t3.micro', MasterUsername: 'owner' };
    await assert.rejects(
      rds.send(new CreateDBInstanceCommand({ ...input, Engine: 'oracle-ee' })),
      /rds engine oracle-ee is refused/,
    );
    await assert.rejects(
      rds.send(new CreateDBInstanceCommand({ ...input, Engine: 'postgres', EnablePerformanceInsights: true })),
      /Performance Insights is not done/,
    );
  });
});
