import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateTableCommand, DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
before(async () => {
  orrery = await startOrrery({ services: ['dynamodb', 'events', 'iam'] });
});
after(() => orrery.stop());

/** As JavaScript without types sends it. */
const untyped = (value: object): never => value as never;

test('what is required inside of lists and structures is asked for by its path', async () => {
  const tables = orrery.client(DynamoDBClient);
  const AttributeDefinitions = [untyped({ AttributeName: 'id' })];
  const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' as const }, untyped({ AttributeName: 'at' })];
  await assert.rejects(tables.send(new CreateTableCommand({ TableName: 'orders', AttributeDefinitions, KeySchema })), {
    name: 'ValidationException',
    message:
      "2 validation errors detected: Value null at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must not be null; Value null at 'keySchema.2.member.keyType' failed to satisfy constraint: Member must not be null",
  });
  const TransactItems = [{ Put: untyped({ Item: { id: { S: 'a' } } }) }];
  await assert.rejects(tables.send(new TransactWriteItemsCommand({ TransactItems })), {
    message: /at 'transactItems\.1\.member\.put\.tableName' failed/,
  });
  const events = orrery.client(EventBridgeClient);
  await assert.rejects(events.send(new PutTargetsCommand({ Rule: 'r', Targets: [untyped({ Id: '1' })] })), {
    name: 'ValidationException',
    message: /at 'targets\.1\.member\.arn' failed/,
  });
});
