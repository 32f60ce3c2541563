import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { registry } from '../../kernel/resource-registry.ts';
import { defineService } from '../../kernel/service.ts';
import { type LambdaCloud, startLambda } from './test-cloud.ts';

const streamArn = (table: string) =>
  `arn:aws:dynamodb:us-east-1:000000000000:table/${table}/stream/2026-11-21T00:00:00.000`;

/** Fails on records whose key begins with bad, or reports them. */
const picky = `export const handler = async ({ Records }) => {
  const bad = Records.find(({ dynamodb }) => dynamodb.Keys.id.S.startsWith('bad'));
  if (bad && process.env.REPORT) return { batchItemFailures: [{ itemIdentifier: bad.dynamodb.SequenceNumber }] };
  if (bad) throw new Error('bad record');
}`;

describe('a function that a DynamoDB stream feeds', () => {
  let cloud: LambdaCloud;
  const streams = new Map<string, StreamRecord[]>();
  before(async () => {
    cloud = await startLambda({ services: ['iam', 'lambda', 'logs', 'sqs', 'sts'] });
    install();
  });
  after(() => cloud.orrery.stop());

  /** Streams of one shard each; a shard iterator is its stream and the next record's index. */
  function install(): void {
    const of = (arn: string) => streams.get(arn) ?? [];
    const service = defineService({
      name: 'dynamodbstreams',
      actionPrefix: 'dynamodb',
      operations: {
        DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 'shard-1' }] } }),
        GetShardIterator: (_ctx, { StreamArn, ShardIteratorType, SequenceNumber }) => {
          const at = of(StreamArn).findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === SequenceNumber) + 1;
          const start = ShardIteratorType === 'LATEST' ? of(StreamArn).length : at;
          return { ShardIterator: `${StreamArn}|${start}` };
        },
        GetRecords: (_ctx, { ShardIterator, Limit }) => {
          const [arn = '', start = '0'] = String(ShardIterator).split('|');
          const Records = of(arn).slice(Number(start), Number(start) + Limit);
          return { Records, NextShardIterator: `${arn}|${Number(start) + Records.length}` };
        },
      },
    });
    cloud.orrery.kernel.engine(registry).services.set('dynamodbstreams', service);
  }

  function add(table: string, ...ids: string[]): void {
    const records = streams.get(streamArn(table)) ?? [];
    streams.set(streamArn(table), records);
    for (const id of ids) {
      const SequenceNumber = String(records.length + 1).padStart(5, '0');
      const ApproximateCreationDateTime = new Date(cloud.orrery.clock.now());
      records.push({
        eventName: 'INSERT',
        dynamodb: { Keys: { id: { S: id } }, SequenceNumber, ApproximateCreationDateTime },
      });
    }
    cloud.orrery.kernel.events.emit('dynamodb.streamRecords', { streamArn: streamArn(table) });
  }

  async function feed(
    table: string,
    mapping: object,
    report = false,
  ): Promise<{ invocations(): number; errors(): number }> {
    await cloud.create(table, picky, report ? { Environment: { Variables: { REPORT: '1' } } } : {});
    const counts: Record<string, number> = {};
    cloud.orrery.kernel.events.on('metric', ({ name, value, dimensions }) => {
      if (dimensions.FunctionName === table) counts[name] = (counts[name] ?? 0) + value;
    });
    const input = { FunctionName: table, EventSourceArn: streamArn(table), StartingPosition: 'TRIM_HORIZON' as const };
    await cloud.lambda.send(new CreateEventSourceMappingCommand({ ...input, ...mapping }));
    return { invocations: () => counts.Invocations ?? 0, errors: () => counts.Errors ?? 0 };
  }

  it('gets the records from the beginning, in batches, and goes on where it was after a restart', async () => {
    add('orders', 'a', 'b', 'c');
    const { invocations, errors } = await feed('orders', { BatchSize: 2 });
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations(), errors()], [2, 0]);
    add('orders', 'd');
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations(), errors()], [3, 0]);
    await cloud.orrery.restart();
    install();
    let batches = 0;
    cloud.orrery.kernel.events.on('metric', ({ name }) => {
      if (name === 'Invocations') batches += 1;
    });
    add('orders', 'e');
    await cloud.orrery.clock.wind(10_000);
    assert.equal(batches, 1);
  });

  it('starts with what comes next when asked for LATEST', async () => {
    add('latest', 'bad', 'also bad');
    const { invocations, errors } = await feed('latest', { StartingPosition: 'LATEST' });
    add('latest', 'good');
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations(), errors()], [1, 0]);
  });

  it('tries a batch again and again, later each time, until it is given up and told to the destination', async () => {
    const sqs = cloud.orrery.client(SQSClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'discarded' }));
    const DestinationConfig = { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:discarded' } };
    add('retried', 'good', 'bad');
    const { invocations, errors } = await feed('retried', { MaximumRetryAttempts: 2, DestinationConfig });
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations(), errors()], [1, 1]);
    await cloud.orrery.clock.wind(60_000);
    assert.deepEqual([invocations(), errors()], [3, 3]);
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const { requestContext, DDBStreamBatchInfo } = JSON.parse(message?.Body ?? '{}') as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal(requestContext?.condition, 'RetryAttemptsExhausted');
    assert.deepEqual([DDBStreamBatchInfo?.startSequenceNumber, DDBStreamBatchInfo?.batchSize], ['00001', 2]);
    add('retried', 'after');
    await cloud.orrery.clock.wind(0);
    assert.deepEqual([invocations(), errors()], [4, 3]);
  });

  it('cuts a failing batch in halves until the bad record is alone', async () => {
    add('halves', 'a', 'b', 'bad', 'd');
    const { invocations, errors } = await feed('halves', { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 });
    await cloud.orrery.clock.wind(60_000);
    // abcd fails; ab succeeds; c d: fails; c fails and is given up; d succeeds.
    assert.deepEqual([invocations(), errors()], [5, 3]);
  });

  it('goes on at the record that the function reports', async () => {
    add('reported', 'a', 'bad', 'c');
    const { invocations } = await feed(
      'reported',
      { FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumRetryAttempts: 1 },
      true,
    );
    await cloud.orrery.clock.wind(60_000);
    assert.equal(invocations(), 2);
  });
});
