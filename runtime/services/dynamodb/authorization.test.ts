import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Scores';

describe('who may do what with items', () => {
  let orrery: Orrery;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'sts'] });
    await orrery.client(DynamoDBClient).send(
      new CreateTableCommand({
        TableName: 'Scores',
        AttributeDefinitions: [
          { AttributeName: 'player', AttributeType: 'S' },
          { AttributeName: 'game', AttributeType: 'S' },
        ],
        KeySchema: [{ AttributeName: 'player', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-game',
            KeySchema: [{ AttributeName: 'game', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  });
  after(() => orrery.stop());

  let users = 0;
  async function userWith(...Statement: object[]): Promise<DynamoDBClient> {
    const iam = orrery.client(IAMClient);
    users += 1;
    const UserName = `user-${users}`;
    await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'own',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    return orrery.client(DynamoDBClient, { credentials });
  }

  const denied = { name: 'AccessDeniedException' };
  const put = (player: string, more = {}) =>
    new PutItemCommand({ TableName: 'Scores', Item: { player: { S: player }, ...more } });

  // "Using IAM policy conditions for fine-grained access control".
  test('leading keys narrow writes to an own partition, in batches and transactions too', async () => {
    const client = await userWith({
      Effect: 'Allow',
      Action: ['dynamodb:PutItem', 'dynamodb:BatchWriteItem'],
      Resource: arn,
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ann#*'] } },
    });
    await client.send(put('ann#1'));
    await assert.rejects(client.send(put('bob#1')), denied);
    const requests = (...players: string[]) => ({
      RequestItems: { Scores: players.map((player) => ({ PutRequest: { Item: { player: { S: player } } } })) },
    });
    await client.send(new BatchWriteItemCommand(requests('ann#2', 'ann#3')));
    await assert.rejects(client.send(new BatchWriteItemCommand(requests('ann#2', 'bob#3'))), denied);
    const transaction = (player: string) =>
      new TransactWriteItemsCommand({
        TransactItems: [{ Put: { TableName: 'Scores', Item: { player: { S: player } } } }],
      });
    await client.send(transaction('ann#4'));
    await assert.rejects(client.send(transaction('bob#4')), denied);
  });

  test('an index is a resource of its own', async () => {
    const client = await userWith({ Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${arn}/index/by-game` });
    const query = (IndexName: string | undefined, name: string) =>
      new QueryCommand({
        TableName: 'Scores',
        IndexName,
        KeyConditionExpression: `${name} = :v`,
        ExpressionAttributeValues: { ':v': { S: 'x' } },
      });
    await client.send(query('by-game', 'game'));
    await assert.rejects(client.send(query(undefined, 'player')), denied);
  });

  test('attributes that are asked for can be limited', async () => {
    const client = await userWith({
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'],
      Resource: arn,
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['player', 'score'] },
        StringEqualsIfExists: {
          'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
          'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW'],
        },
      },
    });
    const Key = { player: { S: 'ann#1' } };
    await client.send(
      new GetItemCommand({
        TableName: 'Scores',
        Key,
        ProjectionExpression: '#s',
        ExpressionAttributeNames: { '#s': 'score' },
      }),
    );
    await assert.rejects(
      client.send(new GetItemCommand({ TableName: 'Scores', Key, ProjectionExpression: 'secret' })),
      denied,
    );
    const update = (UpdateExpression: string, ReturnValues: 'NONE' | 'ALL_OLD') =>
      new UpdateItemCommand({
        TableName: 'Scores',
        Key,
        UpdateExpression,
        ExpressionAttributeValues: { ':v': { N: '1' } },
        ReturnValues,
      });
    await client.send(update('SET score = if_not_exists(score, :v)', 'NONE'));
    await assert.rejects(client.send(update('SET score = :v', 'ALL_OLD')), denied);
    await assert.rejects(client.send(update('SET secret = :v', 'NONE')), denied);
    await assert.rejects(client.send(new ScanCommand({ TableName: 'Scores', Select: 'ALL_ATTRIBUTES' })), denied);
  });

  test('a check within a transaction needs its own permission', async () => {
    const check = {
      ConditionCheck: {
        TableName: 'Scores',
        Key: { player: { S: 'nobody' } },
        ConditionExpression: 'attribute_not_exists(player)',
      },
    };
    const write = { Put: { TableName: 'Scores', Item: { player: { S: 'checked' } } } };
    const command = new TransactWriteItemsCommand({ TransactItems: [write, check] });
    const without = await userWith({ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: arn });
    await assert.rejects(without.send(command), denied);
    const withBoth = await userWith({
      Effect: 'Allow',
      Action: ['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'],
      Resource: arn,
    });
    await withBoth.send(command);
  });
});
