import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type LambdaCloud, startLambda, zip } from './test-cloud.ts';

/** Tells what it got by invoking nothing: its log is read from the invocation events. */
const collects =
  'export const handler = async ({ Records }) => ({ batchItemFailures: Records.filter(({ body }) => body.includes("bad")).map(({ messageId }) => ({ itemIdentifier: messageId })) })';

describe('a function that a queue feeds', () => {
  let cloud: LambdaCloud;
  let sqs: SQSClient;
  before(async () => {
    cloud = await startLambda({ services: ['iam', 'lambda', 'logs', 'sqs', 'sts'] });
    sqs = cloud.orrery.client(SQSClient);
  });
  after(() => cloud.orrery.stop());

  async function feed(name: string, code: string, mapping: object = {}, attributes: Record<string, string> = {}) {
    const fifo = attributes.FifoQueue ? '.fifo' : '';
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `${name}${fifo}`, Attributes: attributes }),
    );
    await cloud.create(name, code);
    const { UUID } = await cloud.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: name,
        EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${name}${fifo}`,
        ...mapping,
      }),
    );
    return { QueueUrl, UUID, left: () => left(QueueUrl) };
  }

  async function left(QueueUrl: string): Promise<[visible: number, inFlight: number]> {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
  }

  function countInvocations(name: string): { count: number; end(): void } {
    const counter = { count: 0, end: (): void => undefined };
    counter.end = cloud.orrery.kernel.events.on('metric', (event) => {
      if (event.name === 'Invocations' && event.dimensions.FunctionName === name) counter.count += 1;
    });
    return counter;
  }

  it('gets the messages and deletes them when it succeeds', async () => {
    const { QueueUrl, left } = await feed('takes', collects);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    await cloud.orrery.clock.wind(0);
    assert.deepEqual(await left(), [0, 0]);
  });

  it('gives back only the messages it reports as failed, until they are dead letters', async () => {
    const { QueueUrl: dead = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'partial-dead' }));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:partial-dead',
      maxReceiveCount: 3,
    });
    const { QueueUrl, left: here } = await feed(
      'partial',
      collects,
      { FunctionResponseTypes: ['ReportBatchItemFailures'] },
      { RedrivePolicy, VisibilityTimeout: '30' },
    );
    const Entries = ['good', 'bad', 'also good'].map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await cloud.orrery.clock.wind(1000);
    assert.deepEqual(await here(), [0, 1]);
    await cloud.orrery.clock.wind(100_000);
    assert.deepEqual(await here(), [0, 0]);
    assert.deepEqual(await left(dead), [1, 0]);
  });

  it('waits for a full batch no longer than the batching window', async () => {
    const { QueueUrl, left } = await feed('window', collects, { BatchSize: 100, MaximumBatchingWindowInSeconds: 20 });
    const invocations = countInvocations('window');
    for (let n = 0; n < 3; n += 1) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `m${n}` }));
    await cloud.orrery.clock.wind(19_000);
    assert.equal(invocations.count, 0);
    await cloud.orrery.clock.wind(2000);
    assert.equal(invocations.count, 1);
    invocations.end();
    assert.deepEqual(await left(), [0, 0]);
  });

  it('never sees messages that no filter wants', async () => {
    const Pattern = JSON.stringify({ body: { amount: [{ numeric: ['>', 10] }], kind: ['order'] } });
    const { QueueUrl, left } = await feed(
      'filtered',
      'export const handler = async () => { throw new Error("seen") }',
      { FilterCriteria: { Filters: [{ Pattern }] } },
    );
    const invocations = countInvocations('filtered');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ kind: 'order', amount: 3 }) }));
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations.count, ...(await left())], [0, 0, 0]);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ kind: 'order', amount: 30 }) }));
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations.count, ...(await left())], [1, 0, 1]);
    invocations.end();
  });

  it('drains a backlog of 300 messages, each exactly once, while its code is replaced', async () => {
    const { QueueUrl, left } = await feed('backlog', collects, { BatchSize: 5 });
    const invocations = countInvocations('backlog');
    const send = async (part: number): Promise<void> => {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: String(index),
        MessageBody: `${part}-${index}`,
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    };
    await Promise.all([
      ...Array.from({ length: 30 }, (_, part) => send(part)),
      cloud.lambda.send(
        new UpdateFunctionCodeCommand({
          FunctionName: 'backlog',
          ZipFile: zip({ 'index.mjs': `${collects}; // newer` }),
        }),
      ),
    ]);
    await cloud.orrery.clock.wind(0);
    assert.deepEqual(await left(), [0, 0]);
    assert.ok(invocations.count >= 60);
    invocations.end();
  });

  it('keeps the order of each message group of a FIFO queue', async () => {
    const ordered =
      'let seen = {}; export const handler = async ({ Records }) => { for (const { body, attributes } of Records) { const group = attributes.MessageGroupId; if (Number(body) !== (seen[group] ?? 0)) throw new Error("out of order"); seen[group] = Number(body) + 1 } }';
    const { QueueUrl, left } = await feed(
      'ordered',
      ordered,
      { BatchSize: 3 },
      { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
    );
    await cloud.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'ordered', ReservedConcurrentExecutions: 1 }),
    );
    for (let n = 0; n < 10; n += 1)
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(n), MessageGroupId: 'g' }));
    await cloud.orrery.clock.wind(120_000);
    assert.deepEqual(await left(), [0, 0]);
  });

  it('reads no more once the mapping is deleted, and again after a restart if it is not', async () => {
    const { QueueUrl, UUID, left } = await feed('stops', collects);
    await cloud.orrery.restart();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'first' }));
    await cloud.orrery.clock.wind(0);
    assert.deepEqual(await left(), [0, 0]);
    await cloud.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'second' }));
    await cloud.orrery.clock.wind(60_000);
    assert.deepEqual(await left(), [1, 0]);
  });

  it('refuses a queue whose visibility time-out is shorter than the function may take', async () => {
    await assert.rejects(feed('short', collects, {}, { VisibilityTimeout: '1' }), {
      name: 'InvalidParameterValueException',
      message: 'Queue visibility timeout: 1 seconds is less than Function timeout: 3 seconds',
    });
  });
});
