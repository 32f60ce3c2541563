import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const hour = 60 * 60_000;

describe('table streams', () => {
  let orrery: Orrery;
  let client: DynamoDBClient;
  let streams: DynamoDBStreamsClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'sts'] });
    client = orrery.client(DynamoDBClient);
    streams = orrery.client(DynamoDBStreamsClient);
  });
  after(() => orrery.stop());

  async function makeTable(TableName: string): Promise<string> {
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    return TableDescription?.LatestStreamArn ?? '';
  }

  const put = (TableName: string, id: string, n: number) =>
    client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, n: { N: String(n) } } }));

  async function iterator(StreamArn: string, ShardIteratorType: ShardIteratorType, SequenceNumber?: string) {
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId ?? '';
    return streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType, SequenceNumber }));
  }

  async function records(StreamArn: string, type: ShardIteratorType = 'TRIM_HORIZON', sequence?: string) {
    const { ShardIterator } = await iterator(StreamArn, type, sequence);
    return streams.send(new GetRecordsCommand({ ShardIterator }));
  }

  test('hold every change in order, with the images asked for', async () => {
    const arn = await makeTable('Changes');
    await put('Changes', 'a', 1);
    await put('Changes', 'a', 2);
    await put('Changes', 'a', 2);
    await client.send(new DeleteItemCommand({ TableName: 'Changes', Key: { id: { S: 'a' } } }));
    const { Records = [], NextShardIterator } = await records(arn);
    assert.deepEqual(
      Records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage?.n?.N, dynamodb?.NewImage?.n?.N]),
      [
        ['INSERT', undefined, '1'],
        ['MODIFY', '1', '2'],
        ['REMOVE', '2', undefined],
      ],
    );
    assert.deepEqual(Records[0]?.dynamodb?.Keys, { id: { S: 'a' } });
    assert.equal(Records[0]?.dynamodb?.StreamViewType, 'NEW_AND_OLD_IMAGES');
    const behind = await records(arn, 'AFTER_SEQUENCE_NUMBER', Records[1]?.dynamodb?.SequenceNumber);
    assert.deepEqual(
      behind.Records?.map((record) => record.eventName),
      ['REMOVE'],
    );
    const next = await streams.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }));
    assert.deepEqual(next.Records, []);
    await put('Changes', 'b', 1);
    const later = await streams.send(new GetRecordsCommand({ ShardIterator: next.NextShardIterator }));
    assert.equal(later.Records?.length, 1);
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: 'Changes' }));
    assert.deepEqual(
      Streams?.map((stream) => stream.StreamArn),
      [arn],
    );
  });

  test('say who deleted what has expired', async () => {
    const arn = await makeTable('Sessions');
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: 'Sessions',
        TimeToLiveSpecification: { AttributeName: 'n', Enabled: true },
      }),
    );
    await put('Sessions', 'old', Math.floor(orrery.clock.now() / 1000) + 600);
    await put('Sessions', 'later', Math.floor(orrery.clock.now() / 1000) + 6000);
    await orrery.clock.wind(660_000);
    const { Records = [] } = await records(arn);
    assert.deepEqual(
      Records.map((record) => record.eventName),
      ['INSERT', 'INSERT', 'REMOVE'],
    );
    assert.deepEqual(Records[2]?.userIdentity, { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' });
    assert.equal(Records[2]?.dynamodb?.OldImage?.id?.S, 'old');
  });

  test('emit what tells pollers that there is something to read', async () => {
    const arn = await makeTable('Told');
    const told: string[] = [];
    const end = orrery.kernel.events.on('dynamodb.streamRecords', ({ streamArn }) => told.push(streamArn));
    await put('Told', 'a', 1);
    end();
    assert.deepEqual(told, [arn]);
  });

  test('keep records for a day, and iterators for a quarter of an hour', async () => {
    const arn = await makeTable('Aging');
    await put('Aging', 'first', 1);
    const { ShardIterator } = await iterator(arn, 'TRIM_HORIZON');
    await orrery.clock.wind(16 * 60_000);
    await assert.rejects(streams.send(new GetRecordsCommand({ ShardIterator })), { name: 'ExpiredIteratorException' });
    await orrery.clock.wind(23 * hour);
    await put('Aging', 'second', 1);
    await orrery.clock.wind(hour);
    const { Records = [] } = await records(arn);
    assert.deepEqual(
      Records.map((record) => record.dynamodb?.Keys?.id?.S),
      ['second'],
    );
  });

  test('end when they are switched off, and a new one has another ARN', async () => {
    const arn = await makeTable('Switched');
    await put('Switched', 'a', 1);
    await client.send(new UpdateTableCommand({ TableName: 'Switched', StreamSpecification: { StreamEnabled: false } }));
    await put('Switched', 'b', 1);
    const { Records, NextShardIterator } = await records(arn);
    assert.equal(Records?.length, 1);
    assert.equal(NextShardIterator, undefined);
    await client.send(
      new UpdateTableCommand({
        TableName: 'Switched',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Switched' }));
    assert.notEqual(Table?.LatestStreamArn, arn);
    await orrery.clock.wind(25 * hour);
    await assert.rejects(streams.send(new DescribeStreamCommand({ StreamArn: arn })), {
      name: 'ResourceNotFoundException',
    });
  });
});
