const { DynamoDBClient, UpdateItemCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  for (const record of event.Records) {
    const { tag } = JSON.parse(record.body);
    await client.send(
      new UpdateItemCommand({
        TableName: process.env.TABLE_NAME,
        Key: { id: { S: `count#${tag}` } },
        UpdateExpression: 'ADD saved :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  }
};
