import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

describe('transactions and batches', () => {
  let orrery: Orrery;
  let client: DynamoDBClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'sts'] });
    client = orrery.client(DynamoDBClient);
    for (const TableName of ['Accounts', 'Audit']) {
      await client.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      );
    }
  });
  after(() => orrery.stop());

  const key = (id: string) => ({ id: { S: id } });
  const put = (id: string, n: number) =>
    client.send(new PutItemCommand({ TableName: 'Accounts', Item: { ...key(id), n: { N: String(n) } } }));
  const balance = async (id: string) =>
    (await client.send(new GetItemCommand({ TableName: 'Accounts', Key: key(id) }))).Item?.n?.N;
  const change = (id: string, by: number): TransactWriteItem => ({
    Update: {
      TableName: 'Accounts',
      Key: key(id),
      UpdateExpression: 'SET n = n + :by',
      ConditionExpression: 'n >= :least',
      ExpressionAttributeValues: { ':by': { N: String(by) }, ':least': { N: String(Math.max(0, -by)) } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  });
  const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken, ReturnConsumedCapacity: 'TOTAL' }));

  test('all of a transaction happens', async () => {
    await put('a', 10);
    await put('b', 0);
    const { ConsumedCapacity } = await transact([
      change('a', -4),
      change('b', 4),
      { Put: { TableName: 'Audit', Item: key('1') } },
    ]);
    assert.deepEqual([await balance('a'), await balance('b')], ['6', '4']);
    assert.deepEqual(ConsumedCapacity, [
      { TableName: 'Accounts', CapacityUnits: 4, WriteCapacityUnits: 4 },
      { TableName: 'Audit', CapacityUnits: 2, WriteCapacityUnits: 2 },
    ]);
  });

  test('or nothing, with a reason for each part', async () => {
    await put('a', 3);
    await put('b', 0);
    const parts = [
      change('b', 4),
      change('a', -4),
      { ConditionCheck: { TableName: 'Audit', Key: key('none'), ConditionExpression: 'attribute_exists(id)' } },
    ];
    await assert.rejects(transact(parts), (error: unknown) => {
      assert.ok(error instanceof TransactionCanceledException);
      assert.equal(
        error.message,
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
      );
      assert.deepEqual(error.CancellationReasons, [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { ...key('a'), n: { N: '3' } },
        },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ]);
      return true;
    });
    assert.deepEqual([await balance('a'), await balance('b')], ['3', '0']);
  });

  test('a token makes a repetition harmless for ten minutes, and another payload with it is refused', async () => {
    await put('t', 0);
    await transact([change('t', 1)], 'token-1');
    await transact([change('t', 1)], 'token-1');
    assert.equal(await balance('t'), '1');
    await assert.rejects(transact([change('t', 2)], 'token-1'), { name: 'IdempotentParameterMismatchException' });
    await orrery.clock.wind(10 * 60_000 + 1);
    await transact([change('t', 1)], 'token-1');
    assert.equal(await balance('t'), '2');
  });

  test('one item twice is refused', async () => {
    await assert.rejects(transact([change('a', 1), change('a', 2)]), {
      name: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
  });

  test('several items are read together, at twice the units', async () => {
    await put('x', 1);
    const { Responses, ConsumedCapacity } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName: 'Accounts', Key: key('x'), ProjectionExpression: 'n' } },
          { Get: { TableName: 'Accounts', Key: key('missing') } },
        ],
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    assert.deepEqual(Responses, [{ Item: { n: { N: '1' } } }, {}]);
    assert.deepEqual(ConsumedCapacity, [{ TableName: 'Accounts', CapacityUnits: 4, ReadCapacityUnits: 4 }]);
  });

  test('a batch writes and reads over several tables', async () => {
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          Accounts: [{ PutRequest: { Item: { ...key('p'), n: { N: '1' } } } }, { DeleteRequest: { Key: key('a') } }],
          Audit: [{ PutRequest: { Item: key('2') } }],
        },
      }),
    );
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({
        RequestItems: { Accounts: { Keys: [key('p'), key('a')] }, Audit: { Keys: [key('2')] } },
      }),
    );
    assert.deepEqual(Responses, { Accounts: [{ ...key('p'), n: { N: '1' } }], Audit: [key('2')] });
    assert.deepEqual(UnprocessedKeys, {});
  });

  test('a batch reads at most 16 MB and says which keys are left', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `big-${index}`);
    for (const id of ids)
      await client.send(
        new PutItemCommand({ TableName: 'Audit', Item: { ...key(id), text: { S: 'x'.repeat(390_000) } } }),
      );
    const output = await client.send(new BatchGetItemCommand({ RequestItems: { Audit: { Keys: ids.map(key) } } }));
    const [read, left] = [output.Responses?.Audit?.length ?? 0, output.UnprocessedKeys?.Audit?.Keys?.length ?? 0];
    assert.equal(read + left, 45);
    assert.ok(left > 0);
  });

  test('too many requests, or one key twice, are refused', async () => {
    const writes = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ PutRequest: { Item: key(String(index)) } }));
    await assert.rejects(
      client.send(new BatchWriteItemCommand({ RequestItems: { Audit: writes(26) } })),
      /Member must have length less than or equal to 25/,
    );
    await assert.rejects(
      client.send(new BatchWriteItemCommand({ RequestItems: { Audit: [...writes(1), ...writes(1)] } })),
      {
        message: 'Provided list of item keys contains duplicates',
      },
    );
    const Keys = Array.from({ length: 101 }, (_, index) => key(String(index)));
    await assert.rejects(client.send(new BatchGetItemCommand({ RequestItems: { Audit: { Keys } } })), {
      message: 'Too many items requested for the BatchGetItem call',
    });
  });
});
