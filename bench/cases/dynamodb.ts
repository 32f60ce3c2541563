import type { Case, Place } from '../case.ts';
import type { WireCall } from '../load.ts';
import { jsonCall } from '../wire.ts';

const payload = { S: 'x'.repeat(300) };

export const dynamodb: Case[] = [
  {
    name: 'DynamoDB put',
    budget: '≤ 200 µs',
    peer: 'moto',
    also: ['dynalite'],
    async prepare(at) {
      const TableName = await table(at, 'put');
      const calls = Array.from({ length: 500 }, (_, number) =>
        ddb('PutItem', { TableName, Item: item(`p${number}`, 0) }),
      );
      const [first] = calls;
      return async (send, turn) => send(calls[turn % calls.length] ?? (first as WireCall));
    },
  },
  {
    name: 'DynamoDB get',
    budget: '≤ 200 µs',
    peer: 'moto',
    also: ['dynalite'],
    async prepare(at) {
      const TableName = await table(at, 'get');
      await at.driver.send(ddb('PutItem', { TableName, Item: item('a', 0) }));
      const call = ddb('GetItem', { TableName, Key: { pk: { S: 'a' }, sk: { N: '0' } } });
      return (send) => send(call);
    },
  },
  {
    name: 'DynamoDB query of 25',
    budget: '≤ 700 µs',
    peer: 'moto',
    also: ['dynalite'],
    async prepare(at) {
      const TableName = await table(at, 'query');
      for (let number = 0; number < 25; number += 1) {
        await at.driver.send(ddb('PutItem', { TableName, Item: item('a', number) }));
      }
      const call = ddb('Query', {
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': { S: 'a' }, ':from': { N: '0' } },
      });
      return (send) => send(call);
    },
  },
];

function item(pk: string, sk: number) {
  return { pk: { S: pk }, sk: { N: String(sk) }, payload, total: { N: '12.5' }, open: { BOOL: true } };
}

async function table({ driver }: Place, name: string): Promise<string> {
  const TableName = `bench-${name}`;
  await driver.send(
    ddb('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  for (;;) {
    const answer = await driver.send(ddb('DescribeTable', { TableName }));
    if (answer.includes('"ACTIVE"')) return TableName;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ddb(operation: string, input: object): WireCall {
  return jsonCall('dynamodb', `DynamoDB_20120810.${operation}`, input);
}
