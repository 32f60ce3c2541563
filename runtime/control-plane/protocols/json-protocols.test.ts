import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiGatewayV2Client, CreateRouteCommand, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { CloudWatchLogsClient, StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  GetFunctionCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../../kernel/errors.ts';
import { eventsOf, SdkJudge } from './sdk-judge.fixture.ts';

test('awsJson: a message with binary attributes reaches the operation as it was sent, and its answer the caller', async () => {
  const judge = new SdkJudge('sqs');
  const client = judge.connect(SQSClient, { md5: false });
  judge.answer = { output: { MessageId: 'm-1', MD5OfMessageBody: '9a3d' } };
  const input = {
    QueueUrl: 'https://sqs/1/orders',
    MessageBody: 'bread & "butter" ü \u2028',
    DelaySeconds: 0,
    MessageAttributes: { raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) } },
  };
  const output = await client.send(new SendMessageCommand(input));
  assert.deepEqual(judge.heard, { protocol: 'awsJson1_0', operation: 'SendMessage', input });
  assert.equal(output.MessageId, 'm-1');
  judge.answer = {
    output: {
      Messages: [{ Body: 'a', MessageAttributes: { raw: { DataType: 'Binary', BinaryValue: Buffer.from('xyz') } } }],
    },
  };
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: input.QueueUrl }));
  assert.deepEqual(Messages?.[0]?.MessageAttributes?.raw?.BinaryValue, new Uint8Array(Buffer.from('xyz')));
});

test('awsJson: an operation without output answers so that the caller sees success', async () => {
  const judge = new SdkJudge('sqs');
  const output = await judge
    .connect(SQSClient)
    .send(new DeleteMessageCommand({ QueueUrl: 'https://q', ReceiptHandle: 'r' }));
  assert.equal(output.$metadata.httpStatusCode, 200);
  assert.equal(output.$metadata.requestId, 'request-1');
});

test('awsJson: an error of a service that once spoke awsQuery carries both of its codes', async () => {
  const judge = new SdkJudge('sqs');
  judge.answer = {
    error: { code: 'QueueDoesNotExist', message: 'The specified queue does not exist.', status: 400, fault: 'client' },
  };
  await assert.rejects(judge.connect(SQSClient).send(new GetQueueUrlCommand({ QueueName: 'none' })), {
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
    Code: 'AWS.SimpleQueueService.NonExistentQueue',
  });
});

test('awsJson: recursive attribute values keep their depth, sets of bytes and empty lists', async () => {
  const judge = new SdkJudge('dynamodb');
  const Item = {
    id: { S: 'a' },
    deep: { M: { list: { L: [{ NULL: true }, { BS: [Buffer.from([1])] }, { L: [] }] } } },
    n: { N: '1.50' },
  };
  await judge.connect(DynamoDBClient).send(new PutItemCommand({ TableName: 't', Item }));
  assert.deepEqual(judge.heard?.input.Item, Item);
});

test('awsJson: members of an error reach the caller beside its message', async () => {
  const judge = new SdkJudge('dynamodb');
  judge.answer = {
    error: {
      code: 'TransactionCanceledException',
      message: 'Transaction cancelled',
      status: 400,
      fault: 'client',
      members: {
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { id: { S: 'a' } } }],
      },
    },
  };
  await assert.rejects(judge.connect(DynamoDBClient).send(new TransactWriteItemsCommand({ TransactItems: [] })), {
    name: 'TransactionCanceledException',
    message: 'Transaction cancelled',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { id: { S: 'a' } } }],
  });
});

test('awsJson: events stream to the caller after the initial response', async () => {
  const judge = new SdkJudge('logs');
  async function* responseStream() {
    yield { sessionStart: { sessionId: 's-1' } };
    yield { sessionUpdate: { sessionResults: [{ message: 'hello', timestamp: 1 }] } };
  }
  judge.answer = { output: { responseStream: responseStream() } };
  const client = judge.connect(CloudWatchLogsClient, { disableHostPrefix: true });
  const output = await client.send(new StartLiveTailCommand({ logGroupIdentifiers: ['g'] }));
  const events = await eventsOf(output.responseStream);
  assert.equal(events[0]?.sessionStart?.sessionId, 's-1');
  assert.equal(events[1]?.sessionUpdate?.sessionResults?.[0]?.message, 'hello');
});

test('restJson: a payload of bytes, its headers and its labels come from their places', async () => {
  const judge = new SdkJudge('lambda');
  judge.answer = {
    output: {
      StatusCode: 200,
      FunctionError: 'Unhandled',
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from('{"a":1}'),
    },
  };
  const input = {
    FunctionName: 'arn:aws:lambda:us-east-1:1:function:f',
    InvocationType: 'RequestResponse' as const,
    Qualifier: 'live',
    Payload: Buffer.from('{}'),
  };
  const output = await judge.connect(LambdaClient).send(new InvokeCommand(input));
  assert.deepEqual(judge.heard, { protocol: 'restJson', operation: 'Invoke', input });
  assert.equal(output.FunctionError, 'Unhandled');
  assert.equal(Buffer.from(output.Payload ?? []).toString(), '{"a":1}');
});

test('restJson: an error has its type in the header and its members in the body', async () => {
  const judge = new SdkJudge('lambda');
  const error = {
    code: 'ResourceNotFoundException',
    message: 'Function not found: f',
    status: 404,
    fault: 'client' as const,
    members: { Type: 'User' },
  };
  judge.answer = { error };
  await assert.rejects(judge.connect(LambdaClient).send(new GetFunctionCommand({ FunctionName: 'f' })), {
    name: 'ResourceNotFoundException',
    message: 'Function not found: f',
    Type: 'User',
  });
});

test('restJson: a response streams as events, and ends with the exception that the operation throws', async () => {
  const judge = new SdkJudge('lambda');
  async function* EventStream() {
    yield { PayloadChunk: { Payload: Buffer.from('one') } };
    yield { InvokeComplete: { ErrorCode: 'x' } };
  }
  judge.answer = { output: { StatusCode: 200, EventStream: EventStream() } };
  const output = await judge.connect(LambdaClient).send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }));
  const events = await eventsOf(output.EventStream);
  assert.equal(Buffer.from(events[0]?.PayloadChunk?.Payload ?? []).toString(), 'one');
  assert.equal(events[1]?.InvokeComplete?.ErrorCode, 'x');
  async function* failing() {
    yield { PayloadChunk: { Payload: Buffer.from('one') } };
    throw new AwsError('SomeFault', 'it broke');
  }
  judge.answer = { output: { StatusCode: 200, EventStream: failing() } };
  const broken = await judge.connect(LambdaClient).send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }));
  await assert.rejects(eventsOf(broken.EventStream), { name: 'SomeFault', message: 'it broke' });
});

test('restJson: members travel under their jsonName, timestamps as ISO dates', async () => {
  const judge = new SdkJudge('apigatewayv2');
  const input = {
    ApiId: 'a1',
    RouteKey: 'GET /x',
    AuthorizationScopes: ['s'],
    RequestParameters: { 'route.request.header.h': { Required: true } },
  };
  await judge.connect(ApiGatewayV2Client).send(new CreateRouteCommand(input));
  assert.deepEqual(judge.heard, { protocol: 'restJson', operation: 'CreateRoute', input });
  const CreatedDate = new Date('2026-11-21T05:00:00Z');
  judge.answer = {
    output: { Items: [{ ApiId: 'a1', Name: 'n', ProtocolType: 'HTTP', RouteSelectionExpression: 'r', CreatedDate }] },
  };
  const output = await judge.connect(ApiGatewayV2Client).send(new GetApisCommand({ MaxResults: '5' }));
  assert.deepEqual(judge.heard?.input, { MaxResults: '5' });
  assert.deepEqual(output.Items?.[0]?.CreatedDate, CreatedDate);
});
