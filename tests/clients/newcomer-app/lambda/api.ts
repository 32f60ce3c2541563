import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const sns = new SNSClient({});
const TableName = process.env.TABLE_NAME;

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> {
  console.log(event.routeKey);
  switch (event.routeKey) {
    case 'GET /bookmarks':
      return json(200, (await db.send(new ScanCommand({ TableName }))).Items ?? []);
    case 'GET /tags/{tag}':
      return json(200, await byTag(event.pathParameters?.tag));
    case 'POST /bookmarks':
      return json(201, await save(JSON.parse(event.body ?? '{}')));
    default:
      return json(404, { message: 'Not found' });
  }
}

async function byTag(tag?: string) {
  const found = await db.send(
    new QueryCommand({
      TableName,
      IndexName: 'by-tag',
      KeyConditionExpression: '#tag = :tag',
      ExpressionAttributeNames: { '#tag': 'tag' },
      ExpressionAttributeValues: { ':tag': tag },
    }),
  );
  return found.Items ?? [];
}

async function save({ url, tag }: { url: string; tag: string }) {
  const Item = { id: randomUUID(), url, tag, savedAt: new Date().toISOString() };
  await db.send(new PutCommand({ TableName, Item }));
  await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: JSON.stringify(Item) }));
  return Item;
}

function json(statusCode: number, body: unknown): APIGatewayProxyResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
