import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  type EventDestinationDefinition,
  GetSuppressedDestinationCommand,
  ListSuppressedDestinationsCommand,
  PutConfigurationSetSendingOptionsCommand,
  PutConfigurationSetSuppressionOptionsCommand,
  PutSuppressedDestinationCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MailLab, simple } from './mail-lab.fixture.ts';

const desk = 'desk@example.com';
const set = 'orders';
const topicArn = 'arn:aws:sns:us-east-1:000000000000:mail-events';
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:mail-events';

interface EventRecord {
  eventType: string;
  mail: {
    messageId: string;
    destination: string[];
    tags: Record<string, string[]>;
    commonHeaders: { subject: string };
  };
  bounce?: { bounceType: string; bounceSubType: string; bouncedRecipients: { emailAddress: string }[] };
  failure?: { errorMessage: string };
  complaint?: { complaintFeedbackType: string };
}

let lab: MailLab;
let sns: SNSClient;
let sqs: SQSClient;
let QueueUrl: string | undefined;
let metrics: { name: string; value: number; dimensions: Record<string, string> }[];

before(async () => {
  lab = await MailLab.start(['sns', 'sqs', 'events', 'lambda', 'logs']);
  sns = lab.orrery.client(SNSClient);
  sqs = lab.orrery.client(SQSClient);
  await lab.leaveSandbox();
  await lab.verify(desk);
  await lab.ses.send(new CreateConfigurationSetCommand({ ConfigurationSetName: set }));
  await sns.send(new CreateTopicCommand({ Name: 'mail-events' }));
  const Policy = allowing('sqs:SendMessage', queueArn, ['sns.amazonaws.com', 'events.amazonaws.com']);
  ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'mail-events', Attributes: { Policy } })));
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes }));
  lab.orrery.kernel.events.on('metric', (metric) => void (metric.namespace === 'AWS/SES' && metrics.push(metric)));
});
after(() => lab.orrery.stop());
beforeEach(() => {
  metrics = [];
});

function allowing(Action: string, Resource: string, Service: string[]): string {
  const Statement = [{ Effect: 'Allow', Principal: { Service }, Action, Resource }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

async function destination(EventDestinationName: string, EventDestination: EventDestinationDefinition): Promise<void> {
  const input = { ConfigurationSetName: set, EventDestinationName, EventDestination };
  await lab.ses.send(new CreateConfigurationSetEventDestinationCommand(input));
}

async function received(): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return bodies;
    for (const { Body = '', ReceiptHandle } of Messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

async function send(to: string, input: object = {}): Promise<string | undefined> {
  const whole = { ...simple(desk, [to]), ConfigurationSetName: set, ...input };
  const { MessageId } = await lab.ses.send(new SendEmailCommand(whole));
  await lab.orrery.clock.wind(2000);
  return MessageId;
}

async function records(): Promise<EventRecord[]> {
  return (await received()).map((text) => JSON.parse(text) as EventRecord);
}

const all = ['SEND', 'DELIVERY', 'BOUNCE', 'COMPLAINT', 'RENDERING_FAILURE'] as const;

test('a topic that does not let SES in is refused, and told once when it does', async () => {
  const definition = { Enabled: true, MatchingEventTypes: [...all], SnsDestination: { TopicArn: topicArn } };
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn: topicArn,
      AttributeName: 'Policy',
      AttributeValue: allowing('sns:Publish', topicArn, ['s3.amazonaws.com']),
    }),
  );
  await assert.rejects(destination('topic', definition), {
    name: 'BadRequestException',
    message: /Could not publish to SNS topic/,
  });
  const AttributeValue = allowing('sns:Publish', topicArn, ['ses.amazonaws.com']);
  await sns.send(new SetTopicAttributesCommand({ TopicArn: topicArn, AttributeName: 'Policy', AttributeValue }));
  await destination('topic', definition);
  await lab.orrery.clock.wind(0);
  assert.deepEqual(await received(), ['Successfully validated SNS topic for Amazon SES event publishing.']);
});

test('tells of a mail that it was sent and delivered, with its tags', async () => {
  const MessageId = await send('success@simulator.amazonses.com', { EmailTags: [{ Name: 'kind', Value: 'order' }] });
  const [sent, delivered] = await records();
  assert.deepEqual([sent?.eventType, delivered?.eventType], ['Send', 'Delivery']);
  assert.deepEqual(
    [sent?.mail.messageId, sent?.mail.destination, sent?.mail.commonHeaders.subject],
    [MessageId, ['success@simulator.amazonses.com'], 'Hello'],
  );
  assert.deepEqual(
    [sent?.mail.tags.kind, sent?.mail.tags['ses:configuration-set'], sent?.mail.tags['ses:from-domain']],
    [['order'], [set], ['example.com']],
  );
  assert.deepEqual(
    metrics.filter(({ name }) => !name.startsWith('Reputation')).map(({ name, dimensions }) => [name, dimensions]),
    [
      ['Send', {}],
      ['Delivery', {}],
    ],
  );
});

test('the simulator bounces and complains, the sender is mailed about it, and the rates move', async () => {
  await send('bounce+label@simulator.amazonses.com');
  const [, bounced] = await records();
  assert.deepEqual(
    [bounced?.eventType, bounced?.bounce?.bounceType, bounced?.bounce?.bounceSubType],
    ['Bounce', 'Permanent', 'General'],
  );
  assert.match(lab.last(desk).subject, /Delivery Status Notification/);
  await send('complaint@simulator.amazonses.com');
  const told = await records();
  assert.deepEqual(
    told.map(({ eventType }) => eventType),
    ['Send', 'Delivery', 'Complaint'],
  );
  assert.equal(told[2]?.complaint?.complaintFeedbackType, 'abuse');
  await send('ooto@simulator.amazonses.com');
  assert.equal((await records())[1]?.eventType, 'Delivery');
  assert.equal(lab.last(desk).subject, 'Out of the office');
  await send('suppressionlist@simulator.amazonses.com');
  assert.equal((await records())[1]?.bounce?.bounceSubType, 'Suppressed');
  const rate = metrics.findLast(({ name }) => name === 'Reputation.BounceRate')?.value ?? 0;
  assert.ok(rate > 0.3 && rate < 0.6, String(rate));
});

test('an address that cannot be bounces, and then is not tried again but where the set says so', async () => {
  const to = 'ghost@nowhere.invalid';
  await send(to);
  assert.equal((await records())[1]?.bounce?.bounceSubType, 'General');
  const entry = await lab.ses.send(new GetSuppressedDestinationCommand({ EmailAddress: to }));
  assert.equal(entry.SuppressedDestination?.Reason, 'BOUNCE');
  const before = lab.mails(to).length;
  await send(to);
  assert.equal((await records())[1]?.bounce?.bounceSubType, 'OnAccountSuppressionList');
  assert.equal(lab.mails(to).length, before);
  await lab.ses.send(new PutSuppressedDestinationCommand({ EmailAddress: 'No@Example.com', Reason: 'COMPLAINT' }));
  const listed = await lab.ses.send(new ListSuppressedDestinationsCommand({ Reasons: ['COMPLAINT'] }));
  assert.deepEqual(
    listed.SuppressedDestinationSummaries?.map(({ EmailAddress }) => EmailAddress),
    ['no@example.com'],
  );
  const options = { ConfigurationSetName: set, SuppressedReasons: [] };
  await lab.ses.send(new PutConfigurationSetSuppressionOptionsCommand(options));
  await send('no@example.com');
  assert.equal((await records())[1]?.eventType, 'Delivery');
});

test('tells of a template that could not be filled in', async () => {
  const Content = { Template: { TemplateContent: { Subject: '{{who}}', Text: 'x' }, TemplateData: '{}' } };
  await send('success@simulator.amazonses.com', { Content });
  const [failed] = await records();
  assert.deepEqual(
    [failed?.eventType, failed?.failure?.errorMessage],
    ['Rendering Failure', "Attribute 'who' is not present in the rendering data."],
  );
});

test('puts events on the default bus, and metrics with dimensions of the mail', async () => {
  const bridge = lab.orrery.client(EventBridgeClient);
  await bridge.send(
    new PutRuleCommand({ Name: 'sent', EventPattern: '{"source": ["aws.ses"], "detail-type": ["Email Sent"]}' }),
  );
  await bridge.send(new PutTargetsCommand({ Rule: 'sent', Targets: [{ Id: 'queue', Arn: queueArn }] }));
  const EventBusArn = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
  const MatchingEventTypes = ['SEND' as const];
  await destination('bus', { Enabled: true, MatchingEventTypes, EventBridgeDestination: { EventBusArn } });
  const DimensionConfigurations = [
    { DimensionName: 'kind', DimensionValueSource: 'MESSAGE_TAG' as const, DefaultDimensionValue: 'none' },
    { DimensionName: 'Subject', DimensionValueSource: 'EMAIL_HEADER' as const, DefaultDimensionValue: 'none' },
  ];
  await destination('watch', { Enabled: true, MatchingEventTypes, CloudWatchDestination: { DimensionConfigurations } });
  await send('success@simulator.amazonses.com', { EmailTags: [{ Name: 'kind', Value: 'order' }] });
  const event = (await received()).map((text) => JSON.parse(text) as { source?: string; detail?: EventRecord });
  assert.equal(event.find(({ source }) => source === 'aws.ses')?.detail?.eventType, 'Send');
  assert.ok(
    metrics.some(
      ({ name, dimensions: { kind, Subject } }) => name === 'Send' && kind === 'order' && Subject === 'Hello',
    ),
  );
});

test('events that were due while it was down come after the restart', async () => {
  await lab.ses.send(new SendEmailCommand({ ...simple(desk, ['late@example.com']), ConfigurationSetName: set }));
  await lab.orrery.clock.wind(0);
  await received();
  await lab.orrery.restart();
  await lab.orrery.clock.wind(2000);
  assert.deepEqual(
    (await records()).map(({ eventType }) => eventType),
    ['Delivery'],
  );
});

test('a set that is switched off sends nothing, and Firehose is refused by name', async () => {
  await lab.ses.send(
    new PutConfigurationSetSendingOptionsCommand({ ConfigurationSetName: set, SendingEnabled: false }),
  );
  await assert.rejects(send('success@simulator.amazonses.com'), { name: 'SendingPausedException' });
  const KinesisFirehoseDestination = {
    IamRoleArn: 'arn:aws:iam::000000000000:role/x',
    DeliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/x',
  };
  await assert.rejects(destination('hose', { MatchingEventTypes: ['SEND'], KinesisFirehoseDestination }), {
    name: 'NotImplemented',
    message: /Firehose/,
  });
});
