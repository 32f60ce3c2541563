import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  CreateEventSubscriptionCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBLogFilesCommand,
  DownloadDBLogFilePortionCommand,
  FailoverDBClusterCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RestoreDBClusterToPointInTimeCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  StartDBClusterCommand,
  StopDBClusterCommand,
} from '@aws-sdk/client-rds';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
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
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  /** A queue that hears of failovers by an event subscription and by an EventBridge rule. */
  const listening = async (): Promise<() => Promise<Record<string, unknown>[]>> => {
    const [sns, sqs, bus] = [orrery.client(SNSClient), orrery.client(SQSClient), orrery.client(EventBridgeClient)];
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'failovers' }));
    const arn = 'arn:aws:sqs:us-east-1:000000000000:failovers';
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: arn }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'failovers', Attributes: { Policy } }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn }));
    const kind = { SourceType: 'db-cluster', SourceIds: ['shop'], EventCategories: ['failover'] };
    const subscription = { SubscriptionName: 'failovers', SnsTopicArn: TopicArn, ...kind };
    await rds.send(new CreateEventSubscriptionCommand(subscription));
    const EventPattern = JSON.stringify({ source: ['aws.rds'], detail: { EventCategories: ['failover'] } });
    await bus.send(new PutRuleCommand({ Name: 'failovers', EventPattern }));
    await bus.send(new PutTargetsCommand({ Rule: 'failovers', Targets: [{ Id: 'queue', Arn: arn }] }));
    return async () => {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await sqs.send(receive);
      return Messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
    };
  };

  before(async () => {
    orrery = await startOrrery({
      services: ['rds', 'secretsmanager', 'kms', 'cloudwatch', 'sns', 'sqs', 'events', 'logs', 'iam', 'sts'],
    });
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
        EnableCloudwatchLogsExports: ['postgresql'],
      }),
    );
    await addInstance('shop', 'shop-1');
    await addInstance('shop', 'shop-2');
  });

  after(() => orrery.stop());

  test('W-C5 a table that was dropped is there again in a cluster restored to the moment before', async () => {
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
    // So far that no time of the cloud can be taken for one of the machine's.
    await orrery.clock.wind(day);
    const clients = await Promise.all([1, 2, 3].map(() => connected()));
    await clients[0]?.query('CREATE TABLE busy AS SELECT generate_series(1, 20000) AS id');
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
    // Rates are there from the second measurement on; while time is wound fast, not every minute has one.
    const deadline = performance.now() + 20_000;
    while ((await maximum('CommitThroughput', { DBInstanceIdentifier: 'shop-1' })) === undefined) {
      assert.ok(performance.now() < deadline, 'nothing was measured twice');
      await orrery.clock.wind(60_000);
    }
    for (const client of clients) await client.end();
    assert.equal(await maximum('DatabaseConnections', { DBInstanceIdentifier: 'shop-1' }), 3);
    assert.equal(await maximum('DatabaseConnections', { DBClusterIdentifier: 'shop', Role: 'READER' }), 0);
    assert.equal(await maximum('DatabaseConnections', { DBClusterIdentifier: 'shop' }), 3);
    assert.ok((await maximum('CPUUtilization', { DBInstanceIdentifier: 'shop-1' })) !== undefined);
    assert.ok(((await maximum('AuroraReplicaLag', { DBInstanceIdentifier: 'shop-2' })) ?? -1) >= 0);
  });

  test('what a server says is in its log files, and in CloudWatch Logs', async () => {
    await assert.rejects(run('SELECT 1 FROM no_such_table'));
    await orrery.clock.wind(0);
    const input = { DBInstanceIdentifier: 'shop-1' };
    const { DescribeDBLogFiles: files = [] } = await rds.send(new DescribeDBLogFilesCommand(input));
    const LogFileName = files.at(-1)?.LogFileName ?? '';
    assert.match(LogFileName, /^error\/postgresql\.log\.\d{4}-\d\d-\d\d-\d\d$/);
    const { LogFileData } = await rds.send(new DownloadDBLogFilePortionCommand({ ...input, LogFileName }));
    const stamp = new Date(orrery.clock.now()).toISOString().slice(0, 16).replace('T', ' ');
    assert.match(LogFileData ?? '', new RegExp(`^${stamp}.*owner@shop.*relation "no_such_table" does not exist`, 'm'));
    const logGroupName = '/aws/rds/cluster/shop/postgresql';
    const { events = [] } = await orrery
      .client(CloudWatchLogsClient)
      .send(new FilterLogEventsCommand({ logGroupName, logStreamNames: ['shop-1'], filterPattern: 'no_such_table' }));
    assert.ok(events.length > 0);
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

  test('a failover is told to who asked, and it and a reboot of the writer leave a reader that follows', async () => {
    await run('CREATE TABLE led AS SELECT 1 AS id');
    const heard = await listening();
    const input = { DBClusterIdentifier: 'shop', TargetDBInstanceIdentifier: 'shop-2' };
    await rds.send(new FailoverDBClusterCommand(input));
    await settle();
    await orrery.clock.wind(1000);
    const told = await heard();
    assert.equal(told.length, 2);
    const [notice, event] = 'Message' in (told[0] ?? {}) ? told : told.toReversed();
    const { 'Event ID': id, ...rest } = JSON.parse(String(notice?.Message)) as Record<string, string>;
    assert.match(String(id), /#RDS-EVENT-0071$/);
    assert.equal(rest['Event Message'], 'Completed failover to DB instance: shop-2');
    assert.equal(event?.['detail-type'], 'RDS DB Cluster Event');
    const { EventID, SourceType, SourceIdentifier } = (event?.detail ?? {}) as Record<string, string>;
    assert.deepEqual([EventID, SourceType, SourceIdentifier], ['RDS-EVENT-0071', 'CLUSTER', 'shop']);
    const writer = (await cluster())?.DBClusterMembers?.find((one) => one.IsClusterWriter);
    assert.equal(writer?.DBInstanceIdentifier, 'shop-2');
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'shop-2' }));
    await settle();
    await run('INSERT INTO led VALUES (2)');
    const [row] = await run(
      'SELECT count(*)::int AS count, pg_is_in_recovery() AS standby FROM led',
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
