import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

describe('items', () => {
  let orrery: Orrery;
  let client: DynamoDBClient;
  let documents: DynamoDBDocumentClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'sts'] });
    client = orrery.client(DynamoDBClient);
    documents = DynamoDBDocumentClient.from(client);
    await client.send(
      new CreateTableCommand({
        TableName: 'Things',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  });
  after(() => orrery.stop());

  const refusal = (message: string | RegExp) => ({ name: 'ValidationException', message });
  const update = (pk: string, UpdateExpression: string, rest: Partial<UpdateItemCommandInput> = {}) =>
    client.send(
      new UpdateItemCommand({
        TableName: 'Things',
        Key: { pk: { S: pk } },
        UpdateExpression,
        ReturnValues: 'ALL_NEW',
        ...rest,
      }),
    );

  test('come back as they were put, with every type', async () => {
    const Item = {
      pk: { S: 'types' },
      text: { S: '' },
      number: { N: '-12345678901234567890.123456789012345678' },
      bytes: { B: Buffer.from([0, 1, 255]) },
      yes: { BOOL: true },
      nothing: { NULL: true as const },
      list: { L: [{ S: 'a' }, { N: '1' }, { B: Buffer.from('x') }] },
      map: { M: { inner: { M: { deep: { BS: [Buffer.from('a'), Buffer.from('b')] } } } } },
      words: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2.5'] },
    };
    await client.send(new PutItemCommand({ TableName: 'Things', Item }));
    const found = await client.send(new GetItemCommand({ TableName: 'Things', Key: { pk: { S: 'types' } } }));
    const plain = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (_key, inner) =>
          inner?.type === 'Buffer' ? inner.data : inner instanceof Uint8Array ? [...inner] : inner,
        ),
      );
    assert.deepEqual(plain(found.Item), plain(Item));
  });

  test('a condition that fails leaves the item and says what was there when asked', async () => {
    await documents.send(new PutCommand({ TableName: 'Things', Item: { pk: 'once', n: 1 } }));
    const again = new PutItemCommand({
      TableName: 'Things',
      Item: { pk: { S: 'once' }, n: { N: '2' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await assert.rejects(client.send(again), (error: unknown) => {
      assert.ok(error instanceof ConditionalCheckFailedException);
      assert.equal(error.message, 'The conditional request failed');
      assert.deepEqual(error.Item, { pk: { S: 'once' }, n: { N: '1' } });
      return true;
    });
    const { Item } = await documents.send(new GetCommand({ TableName: 'Things', Key: { pk: 'once' } }));
    assert.equal(Item?.n, 1);
  });

  test('an update sets, removes, adds and deletes from what was there before', async () => {
    await documents.send(
      new PutCommand({
        TableName: 'Things',
        Item: { pk: 'u', a: 1, list: ['x', 'y', 'z'], map: { k: 1 }, tags: new Set(['a', 'b']), gone: true },
      }),
    );
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName: 'Things',
        Key: { pk: 'u' },
        UpdateExpression:
          'SET a = a + :one, b = a, #list[1] = :new, #list[9] = :end, #m.k2 = if_not_exists(#m.k2, :one), extra = list_append(:l, #list) REMOVE gone, #list[0] ADD n :one DELETE tags :t',
        ExpressionAttributeNames: { '#m': 'map', '#list': 'list' },
        ExpressionAttributeValues: { ':one': 1, ':new': 'Y', ':end': 'end', ':l': ['first'], ':t': new Set(['a']) },
        ReturnValues: 'ALL_NEW',
      }),
    );
    assert.deepEqual(Attributes, {
      pk: 'u',
      a: 2,
      b: 1,
      list: ['Y', 'z', 'end'],
      map: { k: 1, k2: 1 },
      extra: ['first', 'x', 'y', 'z'],
      n: 1,
      tags: new Set(['b']),
    });
  });

  test('an update of nothing makes the item, and the last element of a set takes the attribute with it', async () => {
    const made = await update('new', 'SET a = :a', { ExpressionAttributeValues: { ':a': { SS: ['x'] } } });
    assert.deepEqual(made.Attributes, { pk: { S: 'new' }, a: { SS: ['x'] } });
    const emptied = await update('new', 'DELETE a :a', { ExpressionAttributeValues: { ':a': { SS: ['x'] } } });
    assert.deepEqual(emptied.Attributes, { pk: { S: 'new' } });
  });

  test('UPDATED_OLD and UPDATED_NEW tell what was written alone', async () => {
    await documents.send(new PutCommand({ TableName: 'Things', Item: { pk: 'r', m: { a: 1, b: 2 }, c: 3 } }));
    const values = { ':v': { N: '9' } };
    const old = await update('r', 'SET m.a = :v', { ExpressionAttributeValues: values, ReturnValues: 'UPDATED_OLD' });
    assert.deepEqual(old.Attributes, { m: { M: { a: { N: '1' } } } });
    const fresh = await update('r', 'SET m.b = :v', { ExpressionAttributeValues: values, ReturnValues: 'UPDATED_NEW' });
    assert.deepEqual(fresh.Attributes, { m: { M: { b: { N: '9' } } } });
  });

  test('deleting tells the old item, and deleting nothing is fine', async () => {
    await documents.send(new PutCommand({ TableName: 'Things', Item: { pk: 'd', a: 1 } }));
    const remove = () =>
      client.send(new DeleteItemCommand({ TableName: 'Things', Key: { pk: { S: 'd' } }, ReturnValues: 'ALL_OLD' }));
    assert.deepEqual((await remove()).Attributes, { pk: { S: 'd' }, a: { N: '1' } });
    assert.equal((await remove()).Attributes, undefined);
  });

  // Sentences as the service gives them; "Expressions reference", "Reserved words", "Service, account, and table quotas".
  const refusedUpdates: [string, Partial<UpdateItemCommandInput>, string][] = [
    [
      'SET size = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: size',
    ],
    [
      'SET a = :a',
      {},
      'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :a',
    ],
    [
      'SET #a = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #a',
    ],
    [
      'SET a = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' }, ':b': { N: '1' } } },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}',
    ],
    [
      'REMOVE a',
      { ExpressionAttributeNames: { '#b': 'b' } },
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}',
    ],
    [
      'SET pk = :a',
      { ExpressionAttributeValues: { ':a': { S: 'x' } } },
      'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
    ],
    [
      'SET a = :a SET b = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
    ],
    [
      'SET a.b = :a, a = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]',
    ],
    [
      'SET a.b = :a, a[1] = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]',
    ],
    [
      'ADD a :a',
      { ExpressionAttributeValues: { ':a': { S: '1' } } },
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND',
    ],
    ['SET a = b', {}, 'The provided expression refers to an attribute that does not exist in the item'],
    [
      'SET a.b = :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'The document path provided in the update expression is invalid for update',
    ],
    [
      'SET a = :a',
      { ExpressionAttributeValues: { ':a': { N: 'x' } } },
      'ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :a',
    ],
    [
      'SET a == :a',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: Syntax error; token: "=", near: "== :a"',
    ],
    ['', {}, 'Invalid UpdateExpression: The expression can not be empty;'],
    [
      'SET a = contains(b, :a)',
      { ExpressionAttributeValues: { ':a': { N: '1' } } },
      'Invalid UpdateExpression: The function is not allowed in an update expression; function: contains',
    ],
  ];
  for (const [expression, rest, message] of refusedUpdates) {
    test(`refuses the update "${expression}"${rest.ExpressionAttributeNames ? ' with a name too many' : ''}: ${message.slice(0, 60)}`, async () => {
      await assert.rejects(update('refused', expression, rest), refusal(message));
    });
  }

  const refusedConditions: [string, UpdateItemCommandInput['ExpressionAttributeValues'], string][] = [
    [
      'a = a',
      undefined,
      'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]',
    ],
    ['((a = :a))', { ':a': { N: '1' } }, 'The expression has redundant parentheses;'],
    [
      'a BETWEEN :b AND :a',
      { ':a': { N: '1' }, ':b': { N: '2' } },
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}',
    ],
    [
      'attribute_exists(:a)',
      { ':a': { N: '1' } },
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'contains(a)',
      undefined,
      'Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1',
    ],
    [
      'begins_with(a, :a)',
      { ':a': { N: '1' } },
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      'attribute_type(a, :a)',
      { ':a': { S: 'X' } },
      'Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    ],
    ['nonsense(a)', undefined, 'Invalid function name; function: nonsense'],
    [
      'if_not_exists(a, b)',
      undefined,
      'The function is not allowed in a condition expression; function: if_not_exists',
    ],
    ['a =', undefined, 'Syntax error; token: "<EOF>", near: "a ="'],
  ];
  for (const [ConditionExpression, ExpressionAttributeValues, message] of refusedConditions) {
    test(`refuses the condition "${ConditionExpression}"`, async () => {
      const input = { TableName: 'Things', Key: { pk: { S: 'x' } }, ConditionExpression, ExpressionAttributeValues };
      await assert.rejects(
        client.send(new DeleteItemCommand(input)),
        refusal(`Invalid ConditionExpression: ${message}`),
      );
    });
  }

  test('refuses items whose key is missing, of another type, empty or too long, and items that are too large', async () => {
    const put = (Item: Record<string, never> | PutItemCommand['input']['Item']) =>
      client.send(new PutItemCommand({ TableName: 'Things', Item }));
    await assert.rejects(
      put({ a: { S: 'x' } }),
      refusal('One or more parameter values were invalid: Missing the key pk in the item'),
    );
    await assert.rejects(
      put({ pk: { N: '1' } }),
      refusal('One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N'),
    );
    await assert.rejects(
      put({ pk: { S: '' } }),
      refusal(
        'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
      ),
    );
    await assert.rejects(
      put({ pk: { S: 'x'.repeat(2049) } }),
      refusal(
        'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
      ),
    );
    await assert.rejects(
      put({ pk: { S: 'x' }, a: { S: 'y'.repeat(400 * 1024) } }),
      refusal('Item size has exceeded the maximum allowed size'),
    );
    await assert.rejects(
      put({ pk: { S: 'x' }, a: { SS: [] } }),
      refusal('One or more parameter values were invalid: An string set  may not be empty'),
    );
    await assert.rejects(
      put({ pk: { S: 'x' }, a: { SS: ['a', 'a'] } }),
      refusal('One or more parameter values were invalid: Input collection [a, a] contains duplicates.'),
    );
  });

  test('numbers keep 38 digits and refuse a 39th', async () => {
    const digits = '9'.repeat(38);
    await update('digits', 'SET n = :n', { ExpressionAttributeValues: { ':n': { N: `${digits.slice(0, 37)}8` } } });
    const sum = await update('digits', 'ADD n :one', { ExpressionAttributeValues: { ':one': { N: '1' } } });
    assert.equal(sum.Attributes?.n?.N, digits);
    const input = { ExpressionAttributeValues: { ':n': { N: `${digits}9` } } };
    await assert.rejects(
      update('digits', 'SET n = :n', input),
      /Attempting to store more than 38 significant digits in a Number/,
    );
  });

  test('the parameters that expressions replaced still work, but not beside them', async () => {
    const base = { TableName: 'Things', Key: { pk: { S: 'legacy' } } };
    const AttributeUpdates = { n: { Action: 'ADD' as const, Value: { N: '5' } }, s: { Value: { S: 'x' } } };
    const { Attributes } = await client.send(
      new UpdateItemCommand({ ...base, AttributeUpdates, ReturnValues: 'UPDATED_NEW' }),
    );
    assert.deepEqual(Attributes, { n: { N: '5' }, s: { S: 'x' } });
    const Expected = { n: { ComparisonOperator: 'GT' as const, AttributeValueList: [{ N: '9' }] } };
    await assert.rejects(client.send(new DeleteItemCommand({ ...base, Expected })), {
      name: 'ConditionalCheckFailedException',
    });
    await assert.rejects(
      client.send(new DeleteItemCommand({ ...base, Expected, ConditionExpression: 'attribute_exists(n)' })),
      refusal(
        'Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
      ),
    );
  });

  test('consumed capacity counts 4 KB reads, halved when eventually consistent, and 1 KB writes', async () => {
    const Item = { pk: { S: 'units' }, text: { S: 'x'.repeat(4100) } };
    const put = await client.send(new PutItemCommand({ TableName: 'Things', Item, ReturnConsumedCapacity: 'TOTAL' }));
    assert.deepEqual(put.ConsumedCapacity, { TableName: 'Things', CapacityUnits: 5 });
    const get = (ConsistentRead: boolean) =>
      client.send(
        new GetItemCommand({
          TableName: 'Things',
          Key: { pk: { S: 'units' } },
          ConsistentRead,
          ReturnConsumedCapacity: 'INDEXES',
        }),
      );
    assert.equal((await get(true)).ConsumedCapacity?.CapacityUnits, 2);
    assert.deepEqual((await get(false)).ConsumedCapacity, {
      TableName: 'Things',
      CapacityUnits: 1,
      Table: { CapacityUnits: 1 },
    });
  });

  test('a table that is not there is said so', async () => {
    await assert.rejects(client.send(new GetItemCommand({ TableName: 'Nowhere', Key: { pk: { S: 'x' } } })), {
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  test('what was acknowledged is there after a restart', async () => {
    await documents.send(new PutCommand({ TableName: 'Things', Item: { pk: 'kept', a: 1 } }));
    await orrery.restart();
    const again = DynamoDBDocumentClient.from(orrery.client(DynamoDBClient));
    const { Item } = await again.send(new GetCommand({ TableName: 'Things', Key: { pk: 'kept' } }));
    assert.deepEqual(Item, { pk: 'kept', a: 1 });
  });
});
