import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { TopicLab } from './sns.fixture.ts';

let lab: TopicLab;
before(async () => {
  lab = await TopicLab.start();
});
after(() => lab.orrery.stop());

type Envelope = Record<string, string>;

/** As "Verifying the signatures of Amazon SNS messages" (Developer Guide) says to. */
async function isGenuine(envelope: Envelope): Promise<boolean> {
  const certificate = new X509Certificate(await (await fetch(envelope.SigningCertURL ?? '')).text());
  const names = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.flatMap((name) => (envelope[name] === undefined ? [] : [`${name}\n${envelope[name]}\n`])).join('');
  const algorithm = envelope.SignatureVersion === '2' ? 'sha256' : 'sha1';
  const signature = Buffer.from(envelope.Signature ?? '', 'base64');
  return verify(algorithm, Buffer.from(text), certificate.publicKey, signature);
}

test('a queue gets the message in its envelope, signed so that the certificate it names verifies it', async () => {
  for (const SignatureVersion of ['1', '2']) {
    const TopicArn = await lab.topic({ SignatureVersion });
    const queue = await lab.queue();
    const SubscriptionArn = await lab.subscribe(TopicArn, queue.arn);
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'order' } };
    const { MessageId } = await lab.sns.send(
      new PublishCommand({ TopicArn, Message: 'text', Subject: 'About', MessageAttributes }),
    );
    const [message] = await lab.drain(queue);
    const envelope = JSON.parse(message?.Body ?? '') as Envelope;
    assert.deepEqual(Object.keys(envelope), [
      'Type',
      'MessageId',
      'TopicArn',
      'Subject',
      'Message',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
      'UnsubscribeURL',
      'MessageAttributes',
    ]);
    assert.deepEqual(
      [envelope.Type, envelope.MessageId, envelope.SignatureVersion],
      ['Notification', MessageId, SignatureVersion],
    );
    assert.deepEqual(envelope.MessageAttributes, { kind: { Type: 'String', Value: 'order' } });
    assert.ok(await isGenuine(envelope));
    assert.ok(!(await isGenuine({ ...envelope, Message: 'another' })));
    assert.equal((await fetch(envelope.UnsubscribeURL ?? '')).status, 200);
    await assert.rejects(lab.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })), {
      name: 'NotFoundException',
    });
  }
});

test('raw delivery gives the text alone, its attributes as those of the message', async () => {
  const TopicArn = await lab.topic();
  const queue = await lab.queue();
  await lab.subscribe(TopicArn, queue.arn, { RawMessageDelivery: 'true' });
  const MessageAttributes = {
    text: { DataType: 'String', StringValue: 'a' },
    bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
  };
  await lab.sns.send(
    new PublishCommand({
      TopicArn,
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'for all', sqs: 'for queues', email: 'for mail' }),
      MessageAttributes,
    }),
  );
  const [message] = await lab.drain(queue);
  assert.equal(message?.Body, 'for queues');
  assert.equal(message?.MessageAttributes?.text?.StringValue, 'a');
  assert.deepEqual([...(message?.MessageAttributes?.bytes?.BinaryValue ?? [])], [1, 2]);
});

test('a message is refused when empty, too long, or without a text for all protocols', async () => {
  const TopicArn = await lab.topic({ MaximumMessageSize: '1024' });
  const publish = (input: object) => lab.sns.send(new PublishCommand({ TopicArn, Message: 'x', ...input }));
  const refusals: [object, RegExp][] = [
    [{ Message: '' }, /Empty message/],
    [{ Message: 'x'.repeat(1025) }, /Message too long/],
    [{ Message: '{"sqs":"x"}', MessageStructure: 'json' }, /No default entry/],
    [{ Message: 'x', MessageStructure: 'json' }, /failed to parse/],
    [{ Subject: 'x'.repeat(101) }, /Subject/],
    [{ MessageDeduplicationId: 'x' }, /MessageDeduplicationId Reason/],
  ];
  for (const [input, message] of refusals)
    await assert.rejects(publish(input), { name: 'InvalidParameterException', message });
  const MessageAttributes = { n: { DataType: 'Number', StringValue: 'many' } };
  await assert.rejects(publish({ MessageAttributes }), { message: /Could not cast message attribute 'n'/ });
  await publish({ Message: 'x'.repeat(1024) });
});

test('a batch says of each entry what became of it', async () => {
  const TopicArn = await lab.topic();
  const queue = await lab.queue();
  await lab.subscribe(TopicArn, queue.arn);
  const batch = (entries: { Id: string; Message: string }[]) =>
    lab.sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
  const answer = await batch([
    { Id: 'a', Message: 'one' },
    { Id: 'b', Message: '' },
  ]);
  assert.deepEqual(
    [answer.Successful?.map(({ Id }) => Id), answer.Failed?.map(({ Id, Code }) => [Id, Code])],
    [['a'], [['b', 'InvalidParameter']]],
  );
  assert.deepEqual(await lab.texts(queue), ['one']);
  await assert.rejects(
    batch([
      { Id: 'a', Message: 'x' },
      { Id: 'a', Message: 'y' },
    ]),
    {
      name: 'BatchEntryIdsNotDistinctException',
    },
  );
});

test('what was accepted before a crash is delivered after it', async () => {
  const TopicArn = await lab.topic();
  const queue = await lab.queue();
  await lab.subscribe(TopicArn, queue.arn);
  const { publicationTable } = await import('./behaviour/publication-table.ts');
  const { subscriptionsOf, topicAt } = await import('./state.ts');
  const ctx = lab.orrery.context();
  const [subscription] = subscriptionsOf(ctx, topicAt(ctx, TopicArn));
  // As the table stands when the process is killed between the answer and the delivery.
  lab.orrery.kernel
    .engine(publicationTable)
    .insert(
      TopicArn,
      { Type: 'Notification', MessageId: 'm', Message: 'kept', timeMs: 0, attributes: {}, traceHeader: '' },
      [{ SubscriptionArn: subscription?.SubscriptionArn ?? '', attempts: 0, dueMs: 0 }],
    );
  await lab.orrery.restart();
  lab.listen();
  assert.deepEqual(await lab.texts(queue), ['kept']);
  assert.deepEqual(lab.orrery.kernel.engine(publicationTable).all(), []);
});

test('what cannot be delivered goes to the dead-letter queue of the subscription', async () => {
  const TopicArn = await lab.topic();
  const queue = await lab.queue();
  const dead = await lab.queue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn });
  await assert.rejects(lab.subscribe(TopicArn, queue.arn, { RedrivePolicy: '{"deadLetterTargetArn":"x"}' }), {
    message: /RedrivePolicy: deadLetterTargetArn is an invalid arn/,
  });
  await lab.subscribe(TopicArn, queue.arn, { RedrivePolicy });
  await lab.sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
  lab.metrics.length = 0;
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'lost' }));
  assert.deepEqual(await lab.texts(dead), ['lost']);
  assert.deepEqual(
    ['NumberOfMessagesPublished', 'NumberOfNotificationsFailed', 'NumberOfNotificationsRedrivenToDlq'].map((name) =>
      lab.counted(name),
    ),
    [1, 1, 1],
  );
});

test('the same subscription again is the same, with other attributes an error', async () => {
  const TopicArn = await lab.topic();
  const queue = await lab.queue();
  const arn = await lab.subscribe(TopicArn, queue.arn, { RawMessageDelivery: 'true' });
  assert.equal(await lab.subscribe(TopicArn, queue.arn), arn);
  await assert.rejects(lab.subscribe(TopicArn, queue.arn, { RawMessageDelivery: 'false' }), {
    message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
  });
  const set = (AttributeName: string, AttributeValue: string) =>
    lab.sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: arn, AttributeName, AttributeValue }));
  await assert.rejects(set('RawMessageDelivery', 'maybe'), { name: 'InvalidParameterException' });
  await assert.rejects(set('ReplayPolicy', '{}'), { name: 'NotImplemented', message: /ReplayPolicy/ });
});

test('topics of the same name are the same topic, and their attributes are checked', async () => {
  const { TopicArn } = await lab.sns.send(new CreateTopicCommand({ Name: 'same', Attributes: { DisplayName: 'a' } }));
  assert.equal((await lab.sns.send(new CreateTopicCommand({ Name: 'same' }))).TopicArn, TopicArn);
  await assert.rejects(lab.sns.send(new CreateTopicCommand({ Name: 'same', Attributes: { DisplayName: 'b' } })), {
    message: /already exists with different attributes/,
  });
  await assert.rejects(lab.sns.send(new CreateTopicCommand({ Name: 'a b' })), { message: /Topic Name/ });
  const set = (AttributeName: string, AttributeValue: string) =>
    lab.sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
  await assert.rejects(set('SignatureVersion', '3'), { name: 'InvalidParameterException' });
  await assert.rejects(set('Policy', '{"Statement":[]}'), { message: /^Invalid parameter: Policy Error: / });
  await assert.rejects(set('ArchivePolicy', '{}'), { name: 'NotImplemented' });
  await assert.rejects(set('SQSFailureFeedbackRoleArn', 'x'), { name: 'NotImplemented' });
  // As Terraform sets it for every topic: without a role, no delivery is logged.
  await set('LambdaSuccessFeedbackSampleRate', '0');
  await assert.rejects(set('LambdaSuccessFeedbackSampleRate', '101'), { name: 'InvalidParameterException' });
});

test('permissions are statements of the policy', async () => {
  const TopicArn = await lab.topic();
  const about = { TopicArn, Label: 'other', AWSAccountId: ['111111111111'], ActionName: ['Publish'] };
  await lab.sns.send(new AddPermissionCommand(about));
  await assert.rejects(lab.sns.send(new AddPermissionCommand(about)), { message: /Statement already exists/ });
  for (const wrong of [{ AWSAccountId: ['arn:aws:'] }, { ActionName: [] }, { AWSAccountId: [] }])
    await assert.rejects(lab.sns.send(new AddPermissionCommand({ ...about, Label: 'wrong', ...wrong })), {
      message: /^Invalid parameter: /,
    });
  const sids = async () => {
    const { Attributes } = await lab.sns.send(new GetTopicAttributesCommand({ TopicArn }));
    return (JSON.parse(Attributes?.Policy ?? '') as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid);
  };
  assert.deepEqual(await sids(), ['__default_statement_ID', 'other']);
  await lab.sns.send(new RemovePermissionCommand({ TopicArn, Label: 'other' }));
  assert.deepEqual(await sids(), ['__default_statement_ID']);
});

test('protocols that would leave the machine are refused by name', async () => {
  const TopicArn = await lab.topic();
  for (const [Protocol, Endpoint] of [
    ['sms', '+15550100'],
    ['firehose', 'arn:aws:firehose:us-east-1:000000000000:deliverystream/x'],
    ['https', 'https://example.com/hook'],
  ])
    await assert.rejects(lab.sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint })), {
      name: 'NotImplemented',
    });
});
