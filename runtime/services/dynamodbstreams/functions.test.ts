import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const code = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
const client = new DynamoDBClient({});
export const handler = async ({ Records }) => {
  for (const { eventName, dynamodb } of Records) {
    if (eventName !== 'INSERT') continue;
    const Item = { id: { S: 'copy-of-' + dynamodb.Keys.id.S }, n: dynamodb.NewImage.n };
    await client.send(new PutItemCommand({ TableName: 'Copies', Item }));
  }
};`;

// "DynamoDB Streams and AWS Lambda triggers", with the permissions of AWSLambdaDynamoDBExecutionRole and no more.
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/Source/stream/*',
    },
    { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
    { Effect: 'Allow', Action: 'logs:*', Resource: '*' },
    { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/Copies' },
  ],
};

describe('a function fed by a stream', () => {
  let orrery: Orrery;
  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'dynamodbstreams', 'iam', 'lambda', 'logs', 'sts'] });
  });
  after(() => orrery.stop());

  test('sees what was written to the table, as its role', async () => {
    const client = orrery.client(DynamoDBClient);
    const shape = {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
      BillingMode: 'PAY_PER_REQUEST' as const,
    };
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    const { TableDescription } = await client.send(
      new CreateTableCommand({ TableName: 'Source', ...shape, StreamSpecification }),
    );
    await client.send(new CreateTableCommand({ TableName: 'Copies', ...shape }));
    const iam = orrery.client(IAMClient);
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await iam.send(
      new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read', PolicyDocument: JSON.stringify(policy) }),
    );
    const lambda = orrery.client(LambdaClient);
    const FunctionName = 'copier';
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: 'arn:aws:iam::000000000000:role/reader',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Timeout: 20,
        Code: { ZipFile: Uint8Array.from(zipSync({ 'index.mjs': strToU8(code) })) },
      }),
    );
    const EventSourceArn = TableDescription?.LatestStreamArn;
    await lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, StartingPosition: 'TRIM_HORIZON' }),
    );
    await client.send(new PutItemCommand({ TableName: 'Source', Item: { id: { S: 'a' }, n: { N: '42' } } }));
    await orrery.clock.wind(0);
    const { Item } = await client.send(new GetItemCommand({ TableName: 'Copies', Key: { id: { S: 'copy-of-a' } } }));
    assert.deepEqual(Item, { id: { S: 'copy-of-a' }, n: { N: '42' } });
  });
});
