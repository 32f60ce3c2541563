import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { type PeekedMessage, peekMessages } from './behaviour/peek.ts';
import { queues } from './state.ts';

describe('a look into a queue', () => {
  let orrery: Orrery;
  let sqs: SQSClient;
  before(async () => {
    orrery = await startOrrery({ services: ['sqs', 'kms'] });
    sqs = orrery.client(SQSClient);
  });
  after(() => orrery.stop());

  const look = async (name: string, limit = 10): Promise<PeekedMessage[]> => {
    const ctx = orrery.context();
    const queue = queues(ctx, ctx).get(name);
    assert.ok(queue);
    return peekMessages(ctx, queue, limit);
  };

  test('receives nothing: neither a receive is counted nor does a message become invisible', async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    for (const MessageBody of ['one', 'two', 'three'])
      await sqs.send(new SendMessageCommand({ QueueUrl: 'orders', MessageBody }));
    assert.deepEqual(
      (await look('orders', 2)).map(({ body, state, receiveCount }) => [body, state, receiveCount]),
      [
        ['one', 'visible', 0],
        ['two', 'visible', 0],
      ],
    );
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: 'orders', MaxNumberOfMessages: 10, AttributeNames: ['All'] }),
    );
    assert.deepEqual(
      Messages.map(({ Attributes }) => Attributes?.ApproximateReceiveCount),
      ['1', '1', '1'],
    );
    assert.deepEqual(
      (await look('orders')).map(({ state, receiveCount }) => [state, receiveCount]),
      Array.from({ length: 3 }, () => ['in flight', 1]),
    );
    await orrery.clock.wind(31_000);
    assert.equal((await look('orders'))[0]?.state, 'visible');
  });

  test('sees what is delayed, and no more what is past its retention', async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'late', Attributes: { MessageRetentionPeriod: '60' } }));
    await sqs.send(new SendMessageCommand({ QueueUrl: 'late', MessageBody: 'later', DelaySeconds: 30 }));
    assert.equal((await look('late'))[0]?.state, 'delayed');
    await orrery.clock.wind(61_000);
    assert.deepEqual(await look('late'), []);
  });

  test('opens what is encrypted in the caller’s name, and cuts what is long', async () => {
    const { KeyMetadata } = await orrery.client(KMSClient).send(new CreateKeyCommand({}));
    await sqs.send(
      new CreateQueueCommand({ QueueName: 'sealed', Attributes: { KmsMasterKeyId: KeyMetadata?.KeyId ?? '' } }),
    );
    await sqs.send(new SendMessageCommand({ QueueUrl: 'sealed', MessageBody: 'x'.repeat(20_000) }));
    const [message] = await look('sealed');
    assert.deepEqual([message?.body.length, message?.characters], [16_384, 20_000]);
    assert.match(message?.body ?? '', /^x+$/);
  });
});
