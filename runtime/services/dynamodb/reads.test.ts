import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

type Item = Record<string, AttributeValue>;

describe('queries and scans', () => {
  let orrery: Orrery;
  let client: DynamoDBClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'sts'] });
    client = orrery.client(DynamoDBClient);
    await client.send(
      new CreateTableCommand({
        TableName: 'Orders',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'N' },
          { AttributeName: 'status', AttributeType: 'S' },
          { AttributeName: 'total', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-status',
            KeySchema: [
              { AttributeName: 'status', KeyType: 'HASH' },
              { AttributeName: 'total', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
          },
        ],
        LocalSecondaryIndexes: [
          {
            IndexName: 'by-total',
            KeySchema: [
              { AttributeName: 'pk', KeyType: 'HASH' },
              { AttributeName: 'total', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      }),
    );
    const items = Array.from({ length: 100 }, (_, index): Item => {
      const item: Item = {
        pk: { S: `customer-${index % 4}` },
        sk: { N: String(index - 50) },
        note: { S: `note ${index}` },
        other: { N: '1' },
      };
      if (index % 2 === 0)
        Object.assign(item, {
          status: { S: index % 4 === 0 ? 'open' : 'closed' },
          total: { N: String((index * 37) % 100) },
        });
      return item;
    });
    await putAll('Orders', items);
  });
  after(() => orrery.stop());

  async function putAll(table: string, items: Item[]): Promise<void> {
    for (let at = 0; at < items.length; at += 25) {
      const requests = items.slice(at, at + 25).map((item) => ({ PutRequest: { Item: item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  }

  const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
    client.send(new QueryCommand({ TableName: 'Orders', ...input }));
  const scan = (input: Omit<ScanCommandInput, 'TableName'> = {}) =>
    client.send(new ScanCommand({ TableName: 'Orders', ...input }));
  const customer = { ':c': { S: 'customer-1' } };
  const sortKeys = (items: Item[] | undefined): number[] => (items ?? []).map((item) => Number(item.sk?.N));

  test('a query gives one partition in the order of its sort key, numbers by their value', async () => {
    const { Items, Count, ScannedCount, LastEvaluatedKey } = await query({
      KeyConditionExpression: 'pk = :c',
      ExpressionAttributeValues: customer,
    });
    assert.deepEqual(
      sortKeys(Items),
      Array.from({ length: 25 }, (_, index) => index * 4 - 49),
    );
    assert.deepEqual([Count, ScannedCount, LastEvaluatedKey], [25, 25, undefined]);
    const backwards = await query({
      KeyConditionExpression: 'pk = :c',
      ExpressionAttributeValues: customer,
      ScanIndexForward: false,
      Limit: 2,
    });
    assert.deepEqual(sortKeys(backwards.Items), [47, 43]);
    assert.deepEqual(backwards.LastEvaluatedKey, { pk: { S: 'customer-1' }, sk: { N: '43' } });
  });

  const ranges: [string, Record<string, AttributeValue>, number[]][] = [
    ['pk = :c AND sk < :n', { ':n': { N: '-41' } }, [-49, -45]],
    ['pk = :c AND sk <= :n', { ':n': { N: '-41' } }, [-49, -45, -41]],
    ['sk > :n AND pk = :c', { ':n': { N: '39' } }, [43, 47]],
    ['pk = :c AND sk BETWEEN :n AND :m', { ':n': { N: '-2' }, ':m': { N: '3.5' } }, [-1, 3]],
    [':c = pk AND sk = :n', { ':n': { N: '3.0' } }, [3]],
  ];
  for (const [KeyConditionExpression, values, expected] of ranges) {
    test(`a key condition "${KeyConditionExpression}" reads just that range`, async () => {
      const { Items } = await query({ KeyConditionExpression, ExpressionAttributeValues: { ...customer, ...values } });
      assert.deepEqual(sortKeys(Items), expected);
    });
  }

  test('a filter is applied after the page is read', async () => {
    const output = await query({
      KeyConditionExpression: 'pk = :c',
      FilterExpression: 'contains(note, :n)',
      ExpressionAttributeValues: { ...customer, ':n': { S: '9' } },
      ProjectionExpression: 'note',
      Limit: 5,
    });
    assert.equal(output.ScannedCount, 5);
    assert.deepEqual(output.Items, [{ note: { S: 'note 9' } }]);
    assert.deepEqual(output.LastEvaluatedKey, { pk: { S: 'customer-1' }, sk: { N: '-33' } });
  });

  test('a global index holds what has its keys, in its order, with what it projects', async () => {
    const { Items } = await query({
      IndexName: 'by-status',
      KeyConditionExpression: '#s = :s AND #t >= :t',
      ExpressionAttributeNames: { '#s': 'status', '#t': 'total' },
      ExpressionAttributeValues: { ':s': { S: 'open' }, ':t': { N: '90' } },
    });
    assert.deepEqual(
      Items?.map((item) => item.total?.N),
      ['92', '96'],
    );
    assert.deepEqual(Object.keys(Items?.[0] ?? {}).sort(), ['note', 'pk', 'sk', 'status', 'total']);
  });

  test('a local index fetches what it does not hold from the table', async () => {
    const input = {
      IndexName: 'by-total',
      KeyConditionExpression: 'pk = :c',
      ExpressionAttributeValues: { ':c': { S: 'customer-0' } },
      Limit: 1,
    };
    const keys = await query(input);
    assert.deepEqual(Object.keys(keys.Items?.[0] ?? {}).sort(), ['pk', 'sk', 'total']);
    const whole = await query({ ...input, Select: 'ALL_ATTRIBUTES', ReturnConsumedCapacity: 'INDEXES' });
    assert.equal(whole.Items?.[0]?.other?.N, '1');
    assert.deepEqual(whole.ConsumedCapacity, {
      TableName: 'Orders',
      CapacityUnits: 1,
      Table: { CapacityUnits: 0.5 },
      LocalSecondaryIndexes: { 'by-total': { CapacityUnits: 0.5 } },
    });
  });

  test('writing an item into an index uses units of it, moving it two', async () => {
    const put = (total: string) =>
      client.send(
        new PutItemCommand({
          TableName: 'Orders',
          Item: { pk: { S: 'moved' }, sk: { N: '1' }, status: { S: 'moved' }, total: { N: total } },
          ReturnConsumedCapacity: 'INDEXES',
        }),
      );
    const first = await put('1');
    assert.deepEqual(first.ConsumedCapacity?.GlobalSecondaryIndexes, { 'by-status': { CapacityUnits: 1 } });
    const moved = await put('2');
    assert.deepEqual(moved.ConsumedCapacity?.GlobalSecondaryIndexes, { 'by-status': { CapacityUnits: 2 } });
    assert.equal(moved.ConsumedCapacity?.CapacityUnits, 5);
    const same = await put('2');
    assert.equal(same.ConsumedCapacity?.CapacityUnits, 1);
  });

  // "Working with queries": what a query may ask.
  const refusals: [string, Omit<QueryCommandInput, 'TableName'>, string][] = [
    [
      'without a key condition',
      {},
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    ],
    [
      'on another attribute',
      { KeyConditionExpression: 'note = :c', ExpressionAttributeValues: customer },
      'Query condition missed key schema element: pk',
    ],
    [
      'with OR',
      { KeyConditionExpression: 'pk = :c OR sk = :c', ExpressionAttributeValues: customer },
      'Invalid operator used in KeyConditionExpression: OR',
    ],
    [
      'with a range of partitions',
      { KeyConditionExpression: 'pk > :c', ExpressionAttributeValues: customer },
      'Query key condition not supported',
    ],
    [
      'with a value of another type',
      { KeyConditionExpression: 'pk = :c', ExpressionAttributeValues: { ':c': { N: '1' } } },
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
    [
      'with a filter on a key',
      {
        KeyConditionExpression: 'pk = :c',
        FilterExpression: 'sk = :n',
        ExpressionAttributeValues: { ...customer, ':n': { N: '1' } },
      },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ],
    [
      'of an index that is not there',
      { IndexName: 'none', KeyConditionExpression: 'pk = :c', ExpressionAttributeValues: customer },
      'The table does not have the specified index: none',
    ],
    [
      'of a global index, consistently',
      {
        IndexName: 'by-status',
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :c',
        ExpressionAttributeValues: customer,
      },
      'Consistent reads are not supported on global secondary indexes',
    ],
    [
      'of all attributes of a global index that has not all',
      {
        IndexName: 'by-status',
        Select: 'ALL_ATTRIBUTES',
        KeyConditionExpression: '#s = :c',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: customer,
      },
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index by-status because its projection type is not ALL',
    ],
    [
      'that starts elsewhere',
      {
        KeyConditionExpression: 'pk = :c',
        ExpressionAttributeValues: customer,
        ExclusiveStartKey: { pk: { S: 'customer-2' }, sk: { N: '1' } },
      },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      'that starts at half a key',
      {
        KeyConditionExpression: 'pk = :c',
        ExpressionAttributeValues: customer,
        ExclusiveStartKey: { pk: { S: 'customer-1' } },
      },
      'The provided starting key is invalid',
    ],
    [
      'with two conditions on the sort key',
      {
        KeyConditionExpression: 'pk = :c AND sk > :n AND sk < :m',
        ExpressionAttributeValues: { ...customer, ':n': { N: '1' }, ':m': { N: '2' } },
      },
      'KeyConditionExpressions must only contain one condition per key',
    ],
  ];
  for (const [what, input, message] of refusals) {
    test(`refuses a query ${what}`, () => assert.rejects(query(input), { name: 'ValidationException', message }));
  }

  test('legacy KeyConditions and QueryFilter read the same', async () => {
    const { Items } = await query({
      KeyConditions: {
        pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'customer-1' }] },
        sk: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ N: '0' }, { N: '20' }] },
      },
      QueryFilter: { note: { ComparisonOperator: 'NOT_CONTAINS', AttributeValueList: [{ S: '7' }] } },
      AttributesToGet: ['sk'],
    });
    assert.deepEqual(Items, [{ sk: { N: '3' } }, { sk: { N: '11' } }, { sk: { N: '15' } }, { sk: { N: '19' } }]);
  });

  test('the pages of a scan, and the segments of a parallel one, are together the whole table', async () => {
    const whole = await scan();
    const names = (items: Item[]): string[] => items.map((item) => `${item.pk?.S}/${item.sk?.N}`).sort();
    const all = names(whole.Items ?? []);
    const read = async (input: Omit<ScanCommandInput, 'TableName'>): Promise<Item[]> => {
      const items: Item[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await scan({ ...input, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) });
        items.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return items;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 120 }),
        fc.integer({ min: 1, max: 7 }),
        async (Limit, TotalSegments) => {
          const segments = await Promise.all(
            Array.from({ length: TotalSegments }, (_, Segment) => read({ Limit, Segment, TotalSegments })),
          );
          assert.deepEqual(names(segments.flat()), all);
        },
      ),
      { numRuns: 6 },
    );
    assert.deepEqual(names(await read({ IndexName: 'by-status', Limit: 7 })).length, 51);
  });

  test('a page ends at a megabyte', async () => {
    const big = Array.from(
      { length: 12 },
      (_, index): Item => ({ pk: { S: 'big' }, sk: { N: String(index) }, text: { S: 'x'.repeat(200_000) } }),
    );
    for (const item of big) await client.send(new PutItemCommand({ TableName: 'Orders', Item: item }));
    const first = await query({ KeyConditionExpression: 'pk = :c', ExpressionAttributeValues: { ':c': { S: 'big' } } });
    assert.equal(first.Count, 6);
    const second = await query({
      KeyConditionExpression: 'pk = :c',
      ExpressionAttributeValues: { ':c': { S: 'big' } },
      ExclusiveStartKey: first.LastEvaluatedKey,
    });
    assert.deepEqual([second.Count, second.LastEvaluatedKey?.sk?.N], [6, '11']);
  });
});
