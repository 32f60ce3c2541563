import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DynamoDBClient,
  ListBackupsCommand,
  PutItemCommand,
  QueryCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const day = 86_400_000;

describe('backups and point-in-time recovery', () => {
  let orrery: Orrery;
  let client: DynamoDBClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'kms', 'sts'] });
    client = orrery.client(DynamoDBClient);
  });
  after(() => orrery.stop());

  async function makeTable(TableName: string, recovery: boolean): Promise<void> {
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'kind', AttributeType: 'S' },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-kind',
            KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true },
      }),
    );
    if (!recovery) return;
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }

  const put = (TableName: string, id: string, kind: string) =>
    client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, kind: { S: kind } } }));
  const contents = async (TableName: string) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    return Object.fromEntries(Items.map((item) => [item.id?.S ?? '', item.kind?.S]));
  };

  test('a table goes back to how it was at a moment', async () => {
    await makeTable('Ledger', true);
    await put('Ledger', 'kept', 'one');
    await put('Ledger', 'changed', 'before');
    await put('Ledger', 'deleted', 'there');
    await orrery.clock.wind(60_000);
    const moment = new Date(orrery.clock.now());
    await orrery.clock.wind(60_000);
    await put('Ledger', 'changed', 'after');
    await put('Ledger', 'changed', 'later still');
    await client.send(new DeleteItemCommand({ TableName: 'Ledger', Key: { id: { S: 'deleted' } } }));
    await put('Ledger', 'added', 'new');
    await client.send(
      new RestoreTableToPointInTimeCommand({
        SourceTableName: 'Ledger',
        TargetTableName: 'LedgerThen',
        RestoreDateTime: moment,
      }),
    );
    assert.deepEqual(await contents('LedgerThen'), { kept: 'one', changed: 'before', deleted: 'there' });
    const indexed = await client.send(
      new QueryCommand({
        TableName: 'LedgerThen',
        IndexName: 'by-kind',
        KeyConditionExpression: 'kind = :k',
        ExpressionAttributeValues: { ':k': { S: 'there' } },
      }),
    );
    assert.equal(indexed.Count, 1);
    await client.send(
      new RestoreTableToPointInTimeCommand({
        SourceTableName: 'Ledger',
        TargetTableName: 'LedgerNow',
        UseLatestRestorableTime: true,
      }),
    );
    assert.deepEqual(await contents('LedgerNow'), await contents('Ledger'));
  });

  test('not to before it was switched on, nor further than 35 days', async () => {
    await makeTable('Recent', true);
    const restore = (RestoreDateTime: Date) =>
      client.send(
        new RestoreTableToPointInTimeCommand({
          SourceTableName: 'Recent',
          TargetTableName: 'RecentThen',
          RestoreDateTime,
        }),
      );
    await assert.rejects(restore(new Date(orrery.clock.now() - day)), { name: 'InvalidRestoreTimeException' });
    const since = orrery.clock.now();
    await orrery.clock.wind(36 * day);
    await assert.rejects(restore(new Date(since)), { name: 'InvalidRestoreTimeException' });
    const { ContinuousBackupsDescription } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: 'Recent' }),
    );
    const earliest =
      ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.EarliestRestorableDateTime?.getTime() ?? 0;
    assert.ok(Math.abs(earliest - (orrery.clock.now() - 35 * day)) < 1000);
    await makeTable('Without', false);
    await assert.rejects(
      client.send(
        new RestoreTableToPointInTimeCommand({
          SourceTableName: 'Without',
          TargetTableName: 'Nowhere',
          UseLatestRestorableTime: true,
        }),
      ),
      { name: 'PointInTimeRecoveryUnavailableException' },
    );
  });

  test('a backup is a copy that a new table can be made from', async () => {
    await makeTable('Stock', false);
    await put('Stock', 'a', 'fish');
    const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName: 'Stock', BackupName: 'evening' }));
    const BackupArn = BackupDetails?.BackupArn;
    await put('Stock', 'b', 'bread');
    await client.send(new DeleteTableCommand({ TableName: 'Stock' }));
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    assert.equal(BackupDescription?.SourceTableDetails?.ItemCount, 1);
    const { TableDescription } = await client.send(
      new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: 'StockAgain' }),
    );
    assert.equal(TableDescription?.RestoreSummary?.SourceBackupArn, BackupArn);
    assert.deepEqual(await contents('StockAgain'), { a: 'fish' });
    await client.send(new DeleteBackupCommand({ BackupArn }));
    await assert.rejects(client.send(new DescribeBackupCommand({ BackupArn })), {
      name: 'BackupNotFoundException',
      message: `Backup not found: ${BackupArn}`,
    });
  });

  test('a deleted table with recovery leaves a system backup for 35 days', async () => {
    await makeTable('Dropped', true);
    await put('Dropped', 'a', 'x');
    await client.send(new DeleteTableCommand({ TableName: 'Dropped' }));
    const list = () => client.send(new ListBackupsCommand({ BackupType: 'SYSTEM', TableName: 'Dropped' }));
    const [backup] = (await list()).BackupSummaries ?? [];
    assert.equal(backup?.BackupName, 'Dropped$DeletedTableBackup');
    await client.send(
      new RestoreTableFromBackupCommand({ BackupArn: backup?.BackupArn, TargetTableName: 'DroppedAgain' }),
    );
    assert.deepEqual(await contents('DroppedAgain'), { a: 'x' });
    await orrery.clock.wind(35 * day + 1);
    assert.deepEqual((await list()).BackupSummaries, []);
  });
});
