import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { TopicLab } from './sns.fixture.ts';

let lab: TopicLab;
before(async () => {
  lab = await TopicLab.start();
});
after(() => lab.orrery.stop());

test('messages of a group reach a FIFO queue in the order they were published', async () => {
  const TopicArn = await lab.topic({ FifoTopic: 'true', ContentBasedDeduplication: 'true' });
  const queue = await lab.queue({ FifoQueue: 'true' });
  await lab.subscribe(TopicArn, queue.arn);
  const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);
  const answers = await Promise.all(
    texts.map((Message) => lab.sns.send(new PublishCommand({ TopicArn, Message, MessageGroupId: 'group' }))),
  );
  const numbers = answers.map(({ SequenceNumber }) => SequenceNumber ?? '');
  assert.ok(numbers.every((number) => /^\d{20}$/.test(number)));
  const received = await lab.drain(queue);
  const bodies = received.map(({ Body = '' }) => JSON.parse(Body) as { Message: string; SequenceNumber: string });
  assert.deepEqual(
    bodies.map(({ Message }) => Message),
    texts,
  );
  assert.deepEqual(
    bodies.map(({ SequenceNumber }) => SequenceNumber),
    [...numbers].sort(),
  );
  assert.equal(received[0]?.Attributes?.MessageGroupId, 'group');
  assert.ok(!('Signature' in (bodies[0] ?? {})));
});

test('the same message within five minutes is accepted and delivered once', async () => {
  const TopicArn = await lab.topic({ FifoTopic: 'true' });
  const queue = await lab.queue({ FifoQueue: 'true' });
  await lab.subscribe(TopicArn, queue.arn);
  const publish = (Message: string) =>
    lab.sns.send(new PublishCommand({ TopicArn, Message, MessageGroupId: 'g', MessageDeduplicationId: 'same' }));
  const first = await publish('one');
  assert.equal((await publish('two')).MessageId, first.MessageId);
  assert.deepEqual(await lab.texts(queue), ['one']);
  await lab.orrery.clock.wind(5 * 60_000);
  await publish('three');
  assert.deepEqual(await lab.texts(queue), ['three']);
});

test('the scope of deduplication can be the message group', async () => {
  const TopicArn = await lab.topic({ FifoTopic: 'true', FifoThroughputScope: 'MessageGroup' });
  const queue = await lab.queue({
    FifoQueue: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
  });
  await lab.subscribe(TopicArn, queue.arn);
  for (const MessageGroupId of ['a', 'b', 'a'])
    await lab.sns.send(
      new PublishCommand({ TopicArn, Message: MessageGroupId, MessageGroupId, MessageDeduplicationId: 'same' }),
    );
  assert.deepEqual((await lab.texts(queue)).sort(), ['a', 'b']);
});

test('a group and a deduplication id are asked for, and standard topics and FIFO queues do not go together', async () => {
  const TopicArn = await lab.topic({ FifoTopic: 'true' });
  const publish = (input: object) => lab.sns.send(new PublishCommand({ TopicArn, Message: 'x', ...input }));
  await assert.rejects(publish({}), {
    message: 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
  });
  await assert.rejects(publish({ MessageGroupId: 'g' }), { message: /ContentBasedDeduplication enabled or/ });
  const queue = await lab.queue({ FifoQueue: 'true' });
  await assert.rejects(lab.subscribe(await lab.topic(), queue.arn), {
    message: 'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
  });
  await assert.rejects(
    lab.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'somebody@example.com' })),
    { message: 'Invalid parameter: Invalid protocol type: email' },
  );
});
