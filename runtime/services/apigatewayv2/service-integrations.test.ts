import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  type CreateIntegrationCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { createApi, role } from './test-api.ts';

describe('first-class integrations with SQS', () => {
  let orrery: Orrery;
  let sqs: SQSClient;
  let QueueUrl: string;
  let CredentialsArn: string;
  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'iam', 'sts', 'sqs'] });
    sqs = orrery.client(SQSClient);
    QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }))).QueueUrl ?? '';
    CredentialsArn = await role(orrery, 'gateway', 'apigateway.amazonaws.com', [
      { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: '*' },
    ]);
  });
  after(() => orrery.stop());

  const integration = (IntegrationSubtype: string, RequestParameters: Record<string, string>) => ({
    IntegrationType: 'AWS_PROXY' as const,
    IntegrationSubtype,
    PayloadFormatVersion: '1.0',
    CredentialsArn,
    RequestParameters,
  });

  test('a request becomes a message, without a function between', async () => {
    const { call } = await createApi(
      orrery,
      integration('SQS-SendMessage', {
        QueueUrl,
        MessageBody: '$request.body.order',
        MessageAttributes: '{"table":{"DataType":"String","StringValue":"${request.path.table}"}}',
        DelaySeconds: '0',
      }),
      ['POST /tables/{table}'],
    );
    const { status, headers, text } = await call('/tables/9', { method: 'POST', body: '{"order":{"dish":"soup"}}' });
    assert.deepEqual([status, headers['content-type']], [200, 'text/xml'], text);
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }),
    );
    assert.deepEqual([message?.Body, message?.MessageAttributes?.table?.StringValue], ['{"dish":"soup"}', '9']);
    assert.match(
      text,
      new RegExp(`<SendMessageResult>.*<MessageId>${message?.MessageId}</MessageId>.*</SendMessageResult>`),
    );
  });

  test('messages are received and deleted by requests', async () => {
    const { QueueUrl: own = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'own' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: own, MessageBody: '<a & b>' }));
    const receive = await createApi(
      orrery,
      integration('SQS-ReceiveMessage', { QueueUrl: own, VisibilityTimeout: '0' }),
      ['GET /'],
    );
    const { text } = await receive.call('/');
    assert.match(text, /<Body>&#60;a &#38; b&#62;<\/Body>/);
    const ReceiptHandle = '$request.querystring.handle';
    const remove = await createApi(orrery, integration('SQS-DeleteMessage', { QueueUrl: own, ReceiptHandle }), [
      'DELETE /',
    ]);
    const handle = encodeURIComponent(/<ReceiptHandle>([^<]+)</.exec(text)?.[1] ?? '');
    assert.equal((await remove.call(`/?handle=${handle}`, { method: 'DELETE' })).status, 200);
    assert.doesNotMatch((await receive.call('/')).text, /<Message>/);
  });

  test("what the role is not granted, and the service's refusals, go to the client", async () => {
    const purge = await createApi(orrery, integration('SQS-PurgeQueue', { QueueUrl }), ['POST /']);
    const denied = await purge.call('/', { method: 'POST' });
    assert.equal(denied.status, 403, denied.text);
    assert.match(denied.text, /<Code>AccessDenied/);
    const gone = await createApi(
      orrery,
      integration('SQS-SendMessage', { QueueUrl: `${QueueUrl}-none`, MessageBody: '$request.body' }),
      ['POST /'],
    );
    const refused = await gone.call('/', { method: 'POST', body: 'x' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /<Type>Sender<\/Type><Code>AWS\.SimpleQueueService\.NonExistentQueue<\/Code>/);
  });

  test('takes the parameters of the subtype and no others, needs a role, and refuses by name what does not run', async () => {
    const gateway = orrery.client(ApiGatewayV2Client);
    const { ApiId } = await gateway.send(new CreateApiCommand({ Name: 'refusals', ProtocolType: 'HTTP' }));
    const create = (input: Omit<CreateIntegrationCommandInput, 'ApiId'>) =>
      gateway.send(new CreateIntegrationCommand({ ApiId, ...input }));
    const bad = { name: 'BadRequestException' };
    await assert.rejects(create(integration('SQS-SendMessage', { QueueUrl })), bad);
    await assert.rejects(create(integration('SQS-SendMessage', { QueueUrl, MessageBody: 'a', Colour: 'red' })), bad);
    await assert.rejects(create(integration('SQS-PeekMessage', { QueueUrl })), bad);
    const { CredentialsArn: _role, ...bare } = integration('SQS-PurgeQueue', { QueueUrl });
    await assert.rejects(create(bare), bad);
    await assert.rejects(create(integration('Kinesis-PutRecord', {})), /Kinesis-PutRecord is refused/);
  });
});
