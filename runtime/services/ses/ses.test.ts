import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as v1 from '@aws-sdk/client-ses';
import { GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser } from '../../../tests/user-fixture.ts';
import { mailbox } from '../../engines/mail/mailbox.ts';

const desk = 'desk@example.com';
const admin = 'admin@example.com';
let orrery: Orrery;
let ses: v1.SESClient;
const mails = (to = '') => orrery.kernel.engine(mailbox).list({ to });

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sts', 'ses', 'sesv2', 'sns', 'sqs'] });
  ses = orrery.client(v1.SESClient);
  for (const EmailAddress of [desk, admin]) {
    await ses.send(new v1.VerifyEmailIdentityCommand({ EmailAddress }));
    await fetch(/http:\S+/.exec(mails(EmailAddress)[0]?.text ?? '')?.[0] ?? '');
  }
});
after(() => orrery.stop());

const message = { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Text' } } };
const plain = { Source: desk, Destination: { ToAddresses: [admin] }, Message: message };

test('sends, and refuses in its own words', async () => {
  const { MessageId } = await ses.send(new v1.SendEmailCommand({ ...plain, ReplyToAddresses: ['reply@example.com'] }));
  const mail = mails(admin).at(-1);
  assert.deepEqual(
    [mail?.id, mail?.subject, mail?.text, mail?.replyTo],
    [MessageId, 'Hello', 'Text', ['reply@example.com']],
  );
  const refusedWith = (input: object, name: string, text: RegExp) =>
    assert.rejects(ses.send(new v1.SendEmailCommand({ ...plain, ...input })), { name, message: text });
  await refusedWith({ Source: 'x@y.org' }, 'MessageRejected', /not verified.*US-EAST-1: x@y\.org$/);
  await refusedWith({ ConfigurationSetName: 'none' }, 'ConfigurationSetDoesNotExistException', /<none> does not exist/);
  await refusedWith({ Source: 'nonsense' }, 'InvalidParameterValue', /Illegal address/);
  await ses.send(new v1.UpdateAccountSendingEnabledCommand({ Enabled: false }));
  await refusedWith({}, 'AccountSendingPausedException', /disabled/);
  await ses.send(new v1.UpdateAccountSendingEnabledCommand({ Enabled: true }));
});

test('sends raw mail of at most 10 MB', async () => {
  const Data = Buffer.from(`From: ${desk}\nTo: nobody@else.org\nSubject: raw\n\nBody\n`);
  await ses.send(new v1.SendRawEmailCommand({ RawMessage: { Data }, Destinations: [admin] }));
  assert.deepEqual([mails(admin).at(-1)?.subject, mails(admin).at(-1)?.to], ['raw', ['nobody@else.org']]);
  const large = Buffer.concat([Data, Buffer.alloc(10 * 1024 * 1024, 'x')]);
  await assert.rejects(ses.send(new v1.SendRawEmailCommand({ RawMessage: { Data: large }, Destinations: [admin] })), {
    name: 'InvalidParameterValue',
    message: /more than 10485760 bytes/,
  });
});

test('has templates, also for many', async () => {
  await orrery.clock.wind(60_000);
  const Template = { TemplateName: 'order', SubjectPart: 'Order {{id}}', TextPart: '{{id}}' };
  await ses.send(new v1.CreateTemplateCommand({ Template }));
  await assert.rejects(ses.send(new v1.CreateTemplateCommand({ Template })), { name: 'AlreadyExistsException' });
  const to = { Source: desk, Template: 'order', Destination: { ToAddresses: [admin] } };
  await ses.send(new v1.SendTemplatedEmailCommand({ ...to, TemplateData: '{"id": 1}' }));
  assert.equal(mails(admin).at(-1)?.subject, 'Order 1');
  const { Status } = await ses.send(
    new v1.SendBulkTemplatedEmailCommand({
      Source: desk,
      Template: 'order',
      DefaultTemplateData: '{"id": 2}',
      Destinations: [
        { Destination: { ToAddresses: [admin] } },
        { Destination: { ToAddresses: ['un@verified.org'] }, ReplacementTemplateData: '{"id": 3}' },
      ],
    }),
  );
  assert.deepEqual(
    Status?.map((one) => one.Status),
    ['Success', 'MessageRejected'],
  );
  await assert.rejects(ses.send(new v1.TestRenderTemplateCommand({ TemplateName: 'order', TemplateData: '{}' })), {
    name: 'MissingRenderingAttributeException',
  });
  await assert.rejects(ses.send(new v1.GetTemplateCommand({ TemplateName: 'none' })), {
    name: 'TemplateDoesNotExistException',
  });
  assert.deepEqual((await ses.send(new v1.GetTemplateCommand({ TemplateName: 'order' }))).Template, Template);
});

test('shares identities with the second API', async () => {
  const { VerificationToken } = await ses.send(new v1.VerifyDomainIdentityCommand({ Domain: 'Kitchen.example' }));
  const { DkimTokens } = await ses.send(new v1.VerifyDomainDkimCommand({ Domain: 'kitchen.example' }));
  const v2 = await orrery.client(SESv2Client).send(new GetEmailIdentityCommand({ EmailIdentity: 'kitchen.example' }));
  assert.deepEqual([v2.IdentityType, v2.DkimAttributes?.Tokens], ['DOMAIN', DkimTokens]);
  assert.deepEqual((await ses.send(new v1.ListIdentitiesCommand({ IdentityType: 'Domain' }))).Identities, [
    'kitchen.example',
  ]);
  const { VerificationAttributes } = await ses.send(
    new v1.GetIdentityVerificationAttributesCommand({ Identities: [desk, 'kitchen.example', 'unknown@example.com'] }),
  );
  assert.deepEqual(VerificationAttributes, {
    [desk]: { VerificationStatus: 'Success' },
    'kitchen.example': { VerificationStatus: 'Pending', VerificationToken },
  });
  await ses.send(new v1.DeleteIdentityCommand({ Identity: 'kitchen.example' }));
  assert.deepEqual((await ses.send(new v1.ListIdentitiesCommand({}))).Identities, [admin, desk]);
});

test('counts what was sent, and notifies the topics of an identity', async () => {
  const sns = orrery.client(SNSClient);
  const sqs = orrery.client(SQSClient);
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'bounces' }));
  const allow = (Action: string, Resource: string, Service: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action, Resource }],
    });
  const queue = 'arn:aws:sqs:us-east-1:000000000000:bounces';
  const Policy = allow('sqs:SendMessage', queue, 'sns.amazonaws.com');
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'bounces', Attributes: { Policy } }));
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue, Attributes }));
  const AttributeValue = allow('sns:Publish', TopicArn, 'ses.amazonaws.com');
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  for (const NotificationType of ['Bounce', 'Complaint'] as const)
    await ses.send(
      new v1.SetIdentityNotificationTopicCommand({ Identity: desk, NotificationType, SnsTopic: TopicArn }),
    );
  await ses.send(new v1.SetIdentityFeedbackForwardingEnabledCommand({ Identity: desk, ForwardingEnabled: false }));
  const before = mails(desk).length;
  await ses.send(
    new v1.SendEmailCommand({ ...plain, Destination: { ToAddresses: ['bounce@simulator.amazonses.com'] } }),
  );
  await orrery.clock.wind(5000);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const told = Messages.map(
    ({ Body = '' }) => JSON.parse(Body) as { notificationType: string; mail: { headers?: object } },
  );
  assert.deepEqual(told.map(({ notificationType }) => notificationType).sort(), [
    'AmazonSnsSubscriptionSucceeded',
    'AmazonSnsSubscriptionSucceeded',
    'Bounce',
  ]);
  assert.equal(told.find(({ notificationType }) => notificationType === 'Bounce')?.mail.headers, undefined);
  assert.equal(mails(desk).length, before);
  const { SendDataPoints = [] } = await ses.send(new v1.GetSendStatisticsCommand({}));
  const sum = (what: 'DeliveryAttempts' | 'Bounces') =>
    SendDataPoints.reduce((all, point) => all + (point[what] ?? 0), 0);
  assert.deepEqual([sum('DeliveryAttempts'), sum('Bounces')], [5, 1]);
  assert.equal((await ses.send(new v1.GetSendQuotaCommand({}))).SentLast24Hours, 5);
});

test('configuration sets have their destinations in this API’s words', async () => {
  await ses.send(new v1.CreateConfigurationSetCommand({ ConfigurationSet: { Name: 'orders' } }));
  const EventDestination: v1.EventDestination = {
    Name: 'watch',
    Enabled: true,
    MatchingEventTypes: ['send', 'renderingFailure'],
    CloudWatchDestination: {
      DimensionConfigurations: [
        { DimensionName: 'kind', DimensionValueSource: 'messageTag', DefaultDimensionValue: 'x' },
      ],
    },
  };
  const ConfigurationSetName = 'orders';
  await ses.send(new v1.CreateConfigurationSetEventDestinationCommand({ ConfigurationSetName, EventDestination }));
  const about = await ses.send(
    new v1.DescribeConfigurationSetCommand({
      ConfigurationSetName,
      ConfigurationSetAttributeNames: ['eventDestinations'],
    }),
  );
  assert.deepEqual(about.EventDestinations, [EventDestination]);
});

test('who may not send is told so', async () => {
  const user = await newUser(orrery, 'mailer', {
    Action: 'ses:SendEmail',
    Resource: 'arn:aws:ses:us-east-1:000000000000:identity/other',
  });
  await assert.rejects(user.client(v1.SESClient).send(new v1.SendEmailCommand(plain)), {
    name: 'AccessDenied',
    message: /ses:SendEmail on resource: arn:aws:ses:us-east-1:000000000000:identity\/desk@example\.com/,
  });
  // In the sandbox the recipient's identity counts too.
  await user.allow({ Action: 'ses:SendEmail', Resource: `arn:aws:ses:us-east-1:000000000000:identity/${desk}` });
  await assert.rejects(user.client(v1.SESClient).send(new v1.SendEmailCommand(plain)), {
    name: 'AccessDenied',
    message: /identity\/admin@example\.com/,
  });
  await user.allow({ Action: 'ses:SendEmail', Resource: 'arn:aws:ses:us-east-1:000000000000:identity/*' });
  await user.client(v1.SESClient).send(new v1.SendEmailCommand(plain));
});
