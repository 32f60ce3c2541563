import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  GetResourcePolicyCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import type { MetricEvent } from '../../kernel/events/events.ts';

const shape = (TableName: string, rest: Partial<CreateTableCommandInput> = {}): CreateTableCommandInput => ({
  TableName,
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  ...rest,
});

describe('tables', () => {
  let orrery: Orrery;
  let client: DynamoDBClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'sts'] });
    client = orrery.client(DynamoDBClient);
  });
  after(() => orrery.stop());

  const create = (TableName: string, rest?: Partial<CreateTableCommandInput>) =>
    client.send(new CreateTableCommand(shape(TableName, rest)));
  const put = (TableName: string, id: string, more: Record<string, { S: string }> = {}) =>
    client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...more } }));

  test('are ACTIVE when they are made, as waiters see', async () => {
    const { TableDescription } = await create('First', {
      Tags: [{ Key: 'a', Value: '1' }],
      DeletionProtectionEnabled: true,
    });
    assert.equal(TableDescription?.TableArn, 'arn:aws:dynamodb:us-east-1:000000000000:table/First');
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: 'First' });
    await put('First', 'a');
    const { Table } = await client.send(new DescribeTableCommand({ TableName: TableDescription?.TableArn }));
    assert.deepEqual(
      [Table?.TableStatus, Table?.ItemCount, Table?.BillingModeSummary?.BillingMode],
      ['ACTIVE', 1, 'PAY_PER_REQUEST'],
    );
    await assert.rejects(create('First'), { name: 'ResourceInUseException', message: 'Table already exists: First' });
    await assert.rejects(client.send(new DeleteTableCommand({ TableName: 'First' })), /protected against deletion/);
    await client.send(new UpdateTableCommand({ TableName: 'First', DeletionProtectionEnabled: false }));
    await client.send(new DeleteTableCommand({ TableName: 'First' }));
    await assert.rejects(client.send(new DescribeTableCommand({ TableName: 'First' })), {
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: First not found',
    });
    await create('First');
    assert.equal(
      (await client.send(new GetItemCommand({ TableName: 'First', Key: { id: { S: 'a' } } }))).Item,
      undefined,
    );
  });

  // API Reference of CreateTable.
  const refusals: [string, Partial<CreateTableCommandInput>, string][] = [
    [
      'a short name',
      { TableName: 'ab' },
      'TableName must be at least 3 characters long and at most 255 characters long',
    ],
    [
      'no throughput',
      { BillingMode: 'PROVISIONED' },
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    ],
    [
      'throughput on demand',
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    ],
    [
      'a key that is not defined',
      { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] },
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [other], AttributeDefinitions: [id]',
    ],
    [
      'an attribute that is no key',
      {
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'b', AttributeType: 'S' },
        ],
      },
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    ],
    [
      'a sort key first',
      { KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' }] },
      'Invalid KeySchema: The first KeySchemaElement is not a HASH key type',
    ],
    [
      'a local index without a sort key',
      {
        LocalSecondaryIndexes: [
          {
            IndexName: 'local',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
      'One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    ],
  ];
  for (const [what, rest, message] of refusals) {
    test(`with ${what} are refused`, () =>
      assert.rejects(create('Refused', rest), { name: 'ValidationException', message }));
  }

  test('are listed a page at a time', async () => {
    for (const name of ['List-a', 'List-b', 'List-c']) await create(name);
    const first = await client.send(new ListTablesCommand({ ExclusiveStartTableName: 'List', Limit: 2 }));
    assert.deepEqual([first.TableNames, first.LastEvaluatedTableName], [['List-a', 'List-b'], 'List-b']);
    const rest = await client.send(new ListTablesCommand({ ExclusiveStartTableName: 'List-b' }));
    assert.ok(rest.TableNames?.includes('List-c') && !rest.TableNames.includes('List-b'));
  });

  test('get an index that is filled from what is there, and lose it again', async () => {
    await create('Indexed');
    await put('Indexed', '1', { kind: { S: 'fish' } });
    await put('Indexed', '2');
    const AttributeDefinitions = [{ AttributeName: 'kind', AttributeType: 'S' as const }];
    const Create = {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    };
    await client.send(
      new UpdateTableCommand({ TableName: 'Indexed', AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create }] }),
    );
    const find = () =>
      client.send(
        new QueryCommand({
          TableName: 'Indexed',
          IndexName: 'by-kind',
          KeyConditionExpression: 'kind = :k',
          ExpressionAttributeValues: { ':k': { S: 'fish' } },
        }),
      );
    await put('Indexed', '3', { kind: { S: 'fish' } });
    assert.deepEqual((await find()).Items?.map((item) => item.id?.S).sort(), ['1', '3']);
    await client.send(
      new UpdateTableCommand({
        TableName: 'Indexed',
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-kind' } }],
      }),
    );
    await assert.rejects(find(), { message: 'The table does not have the specified index: by-kind' });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Indexed' }));
    assert.deepEqual(Table?.AttributeDefinitions, [{ AttributeName: 'id', AttributeType: 'S' }]);
  });

  test('with provisioned throughput refuse what is beyond it and five minutes of burst, until time goes on', async () => {
    await create('Slow', {
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    });
    const write = () => put('Slow', 'x', { text: { S: 'x'.repeat(100 * 1024) } });
    for (let count = 0; count < 3; count += 1) await write();
    await assert.rejects(write(), { name: 'ProvisionedThroughputExceededException' });
    await orrery.clock.wind(60_000);
    await write();
    await client.send(new UpdateTableCommand({ TableName: 'Slow', BillingMode: 'PAY_PER_REQUEST' }));
    await write();
  });

  test('keep their tags', async () => {
    const { TableDescription } = await create('Tagged', { Tags: [{ Key: 'a', Value: '1' }] });
    const ResourceArn = TableDescription?.TableArn;
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    assert.deepEqual((await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags, [
      { Key: 'b', Value: '2' },
    ]);
  });

  test('are guarded by their resource policy, against the account itself where it denies', async () => {
    const { TableDescription } = await create('Guarded');
    const ResourceArn = TableDescription?.TableArn;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'dynamodb:PutItem',
          Resource: ResourceArn,
          Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['secret#*'] } },
        },
      ],
    });
    const { RevisionId } = await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
    await put('Guarded', 'open#1');
    await assert.rejects(put('Guarded', 'secret#1'), { name: 'AccessDeniedException' });
    assert.deepEqual((await client.send(new GetResourcePolicyCommand({ ResourceArn }))).RevisionId, RevisionId);
    await client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
    await put('Guarded', 'secret#1');
    await assert.rejects(client.send(new GetResourcePolicyCommand({ ResourceArn })), {
      name: 'PolicyNotFoundException',
    });
  });

  test('delete what has expired, in order and with nothing else, and say how many', async () => {
    await create('Expiring');
    await client.send(
      new PutItemCommand({
        TableName: 'Expiring',
        Item: { id: { S: 'before' }, at: { N: String(Math.floor(orrery.clock.now() / 1000) + 60) } },
      }),
    );
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: 'Expiring',
        TimeToLiveSpecification: { AttributeName: 'at', Enabled: true },
      }),
    );
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'Expiring' }));
    assert.deepEqual(TimeToLiveDescription, { AttributeName: 'at', TimeToLiveStatus: 'ENABLED' });
    await client.send(new PutItemCommand({ TableName: 'Expiring', Item: { id: { S: 'text' }, at: { S: '1' } } }));
    await client.send(new PutItemCommand({ TableName: 'Expiring', Item: { id: { S: 'ancient' }, at: { N: '1' } } }));
    const metrics: MetricEvent[] = [];
    const end = orrery.kernel.events.on('metric', (metric) => metrics.push(metric));
    await orrery.clock.wind(5 * 60_000);
    end();
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Expiring' }));
    assert.equal(Table?.ItemCount, 2);
    assert.deepEqual(
      metrics
        .filter((metric) => metric.name === 'TimeToLiveDeletedItemCount')
        .map((metric) => [metric.dimensions, metric.value]),
      [[{ TableName: 'Expiring' }, 1]],
    );
  });

  test('count what is used and how long it took, by table and operation', async () => {
    await create('Measured');
    const metrics: MetricEvent[] = [];
    const end = orrery.kernel.events.on('metric', (metric) => metrics.push(metric));
    await put('Measured', 'a');
    await assert.rejects(
      client.send(
        new PutItemCommand({
          TableName: 'Measured',
          Item: { id: { S: 'a' } },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      ),
    );
    end();
    const seen = metrics
      .filter((metric) => metric.namespace === 'AWS/DynamoDB')
      .map(({ name, dimensions }) => `${name} ${Object.values(dimensions).join('/')}`);
    assert.deepEqual(seen, [
      'ConsumedWriteCapacityUnits Measured',
      'SuccessfulRequestLatency Measured/PutItem',
      'ConditionalCheckFailedRequests Measured',
    ]);
  });

  test('what is not run is refused by name', async () => {
    await assert.rejects(
      client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM First' })),
      /dynamodb ExecuteStatement is refused/,
    );
  });
});
