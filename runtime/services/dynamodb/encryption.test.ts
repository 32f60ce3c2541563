import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ListGrantsCommand,
} from '@aws-sdk/client-kms';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser } from '../../../tests/user-fixture.ts';

let orrery: Orrery;
let client: DynamoDBClient;
let kms: KMSClient;

before(async () => {
  orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'kms', 'sts'] });
  client = orrery.client(DynamoDBClient);
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

async function newKey(): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

function create(TableName: string, KMSMasterKeyId?: string, by = client) {
  return by.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', ...(KMSMasterKeyId ? { KMSMasterKeyId } : {}) },
    }),
  );
}

function put(TableName: string, id: string, more = {}, by = client) {
  return by.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...more } }));
}

async function get(TableName: string, id: string, by = client) {
  return (await by.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item;
}

async function records(StreamArn: string | undefined, by: DynamoDBStreamsClient) {
  const { StreamDescription } = await by.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
  const { ShardIterator } = await by.send(new GetShardIteratorCommand(from));
  return (await by.send(new GetRecordsCommand({ ShardIterator }))).Records;
}

async function grantsOf(KeyId: string): Promise<number> {
  return (await kms.send(new ListGrantsCommand({ KeyId }))).Grants?.length ?? 0;
}

describe('a table under a key of KMS', () => {
  test('keeps its items sealed, before and after another key takes over', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const { TableDescription } = await create('Sealed', one);
    assert.equal(TableDescription?.SSEDescription?.KMSMasterKeyArn, one);
    await put('Sealed', 'a', { text: { S: 'words nobody may find' } });
    await client.send(
      new UpdateTableCommand({ TableName: 'Sealed', SSESpecification: { Enabled: true, KMSMasterKeyId: two } }),
    );
    await kms.send(new DisableKeyCommand({ KeyId: one }));
    await orrery.restart();
    assert.equal((await get('Sealed', 'a'))?.text?.S, 'words nobody may find');
    for (const name of ['state.db', 'state.db-wal'])
      assert.equal(readFileSync(join(orrery.dataDir, name)).includes('words nobody may find'), false);
    assert.equal(await grantsOf(two), 1);
    await client.send(new DeleteTableCommand({ TableName: 'Sealed' }));
    await orrery.clock.wind(1000);
    assert.equal(await grantsOf(two), 0);
  });

  test('is inaccessible some minutes after the key is disabled, and back when it is enabled', async () => {
    const KeyId = await newKey();
    await create('Locked', KeyId);
    await put('Locked', 'a');
    await kms.send(new DisableKeyCommand({ KeyId }));
    await get('Locked', 'a');
    await orrery.clock.wind(5 * 60_000);
    await assert.rejects(get('Locked', 'a'), {
      name: 'ValidationException',
      message: new RegExp(
        `^KMS key disabled error: com\\.amazonaws\\.services\\.kms\\.model\\.DisabledException: ${KeyId} is disabled`,
      ),
    });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Locked' }));
    assert.equal(Table?.TableStatus, 'INACCESSIBLE_ENCRYPTION_CREDENTIALS');
    assert.ok(Table?.SSEDescription?.InaccessibleEncryptionDateTime);
    await kms.send(new EnableKeyCommand({ KeyId }));
    assert.ok(await get('Locked', 'a'));
    const again = await client.send(new DescribeTableCommand({ TableName: 'Locked' }));
    assert.equal(again.Table?.TableStatus, 'ACTIVE');
  });

  test('asks for the caller permission through DynamoDB, and expires items by its grant', async () => {
    const KeyId = await newKey();
    await create('Asked', KeyId);
    const user = await newUser(orrery, 'writer', { Action: 'dynamodb:*' });
    const theirs = user.client(DynamoDBClient);
    await assert.rejects(put('Asked', 'x', {}, theirs), {
      name: 'AccessDeniedException',
      message: /^KMS key access denied error: .*is not authorized to perform: kms:Decrypt/,
    });
    await assert.rejects(create('Theirs', KeyId, theirs), {
      name: 'AccessDeniedException',
      message: /kms:DescribeKey/,
    });
    const Condition = { StringEquals: { 'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com' } };
    await user.allow({ Action: 'dynamodb:*' }, { Action: 'kms:Decrypt', Resource: KeyId, Condition });
    await put('Asked', 'x', {}, theirs);
    const TimeToLiveSpecification = { AttributeName: 'at', Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: 'Asked', TimeToLiveSpecification }));
    const at = { N: String(Math.floor(orrery.clock.now() / 1000) + 60) };
    await put('Asked', 'brief', { at });
    await orrery.clock.wind(48 * 60 * 60_000);
    assert.equal(await get('Asked', 'brief'), undefined);
    assert.ok(await get('Asked', 'x'));
  });

  test('seals its stream too, which a reader opens with a permission of its own', async () => {
    const KeyId = await newKey();
    await create('Streamed', KeyId);
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    const { TableDescription } = await client.send(
      new UpdateTableCommand({ TableName: 'Streamed', StreamSpecification }),
    );
    const StreamArn = TableDescription?.LatestStreamArn;
    await put('Streamed', 'a', { text: { S: 'streamed but unseen' }, bytes: { B: Buffer.from([1, 2]) } });
    for (const name of ['state.db', 'state.db-wal'])
      assert.equal(readFileSync(join(orrery.dataDir, name)).includes('streamed but unseen'), false);
    const user = await newUser(orrery, 'follower', { Action: 'dynamodb:*' });
    const theirs = user.client(DynamoDBStreamsClient);
    await assert.rejects(records(StreamArn, theirs), { name: 'AccessDeniedException', message: /kms:Decrypt/ });
    await user.allow({ Action: 'dynamodb:*' }, { Action: 'kms:Decrypt', Resource: KeyId });
    const [record] = (await records(StreamArn, theirs)) ?? [];
    assert.equal(record?.dynamodb?.NewImage?.text?.S, 'streamed but unseen');
    assert.deepEqual(Buffer.from(record?.dynamodb?.NewImage?.bytes?.B ?? []), Buffer.from([1, 2]));
  });

  test('of AWS serves everybody who may use the table', async () => {
    const { TableDescription } = await create('Managed');
    assert.match(TableDescription?.SSEDescription?.KMSMasterKeyArn ?? '', /:key\//);
    const user = await newUser(orrery, 'reader', { Action: 'dynamodb:*' });
    await put('Managed', 'y', {}, user.client(DynamoDBClient));
    assert.ok(await get('Managed', 'y'));
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    const changed = await client.send(new UpdateTableCommand({ TableName: 'Managed', StreamSpecification }));
    await put('Managed', 'z');
    const streams = user.client(DynamoDBStreamsClient);
    assert.equal((await records(changed.TableDescription?.LatestStreamArn, streams))?.length, 1);
  });

  test('that does not exist is refused', async () => {
    await assert.rejects(create('None', 'alias/none'), {
      name: 'ValidationException',
      message:
        /^KMS validation error: com\.amazonaws\.services\.kms\.model\.NotFoundException: Alias .*alias\/none is not found/,
    });
  });
});
