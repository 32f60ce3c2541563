import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateConfigurationSetCommand,
  CreateEmailIdentityPolicyCommand,
  SESv2Client,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { newUser, type TestUser } from '../../../tests/user-fixture.ts';
import { MailLab, simple } from './mail-lab.fixture.ts';

const desk = 'desk@example.com';
const boss = 'boss@example.com';
const guest = 'guest@partner.org';
const arn = (kind: string, name: string) => `arn:aws:ses:us-east-1:000000000000:${kind}/${name}`;

let lab: MailLab;
let user: TestUser;
before(async () => {
  lab = await MailLab.start();
  await lab.leaveSandbox();
  await lab.verify(desk, boss);
  user = await newUser(lab.orrery, 'notifier');
});
after(() => lab.orrery.stop());

const send = (from: string, to: string, more: object = {}) =>
  user.client(SESv2Client).send(new SendEmailCommand({ ...simple(from, [to]), ...more }));
const denied = (action: string) => ({
  name: 'AccessDeniedException',
  message: new RegExp(`not authorized.*ses:${action} `),
});

test('a policy may allow one identity, and with it the configuration set', async () => {
  await assert.rejects(send(desk, guest), denied('SendEmail'));
  await user.allow({ Action: 'ses:SendEmail', Resource: arn('identity', desk) });
  await send(desk, guest);
  await assert.rejects(send(boss, guest), denied('SendEmail'));
  await lab.ses.send(new CreateConfigurationSetCommand({ ConfigurationSetName: 'orders' }));
  const ConfigurationSetName = 'orders';
  await assert.rejects(send(desk, guest, { ConfigurationSetName }), denied('SendEmail'));
  const both = [arn('identity', desk), arn('configuration-set', 'orders')];
  await user.allow({ Action: 'ses:SendEmail', Resource: both });
  await send(desk, guest, { ConfigurationSetName });
});

test('raw content needs SendRawEmail', async () => {
  const Content = { Raw: { Data: Buffer.from(`From: ${desk}\r\nTo: ${guest}\r\n\r\nHi`) } };
  await user.allow({ Action: 'ses:SendEmail' });
  await assert.rejects(send(desk, guest, { Content }), denied('SendRawEmail'));
  await user.allow({ Action: 'ses:SendRawEmail' });
  await send(desk, guest, { Content });
});

test('conditions look at the sender and at every recipient', async () => {
  await user.allow({
    Action: 'ses:SendEmail',
    Condition: {
      StringEquals: { 'ses:FromAddress': desk, 'ses:FromDisplayName': 'Desk' },
      'ForAllValues:StringLike': { 'ses:Recipients': '*@partner.org' },
    },
  });
  await send(`Desk <${desk}>`, guest);
  await assert.rejects(send(desk, guest), denied('SendEmail'));
  await assert.rejects(send(`Desk <${boss}>`, guest), denied('SendEmail'));
  const Destination = { ToAddresses: [guest], BccAddresses: ['else@where.org'] };
  await assert.rejects(send(`Desk <${desk}>`, guest, { Destination }), denied('SendEmail'));
});

test('the identity’s own policy lets a user send, and forbids', async () => {
  const policy = (PolicyName: string, Effect: string, more: object = {}) => {
    const Statement = [
      { Effect, Principal: { AWS: user.arn }, Action: 'ses:SendEmail', Resource: arn('identity', boss), ...more },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    return new CreateEmailIdentityPolicyCommand({ EmailIdentity: boss, PolicyName, Policy });
  };
  await user.allow({ Action: 'sts:GetCallerIdentity' });
  await assert.rejects(send(boss, guest), denied('SendEmail'));
  await lab.ses.send(policy('let', 'Allow'));
  await send(boss, guest);
  await lab.ses.send(policy('forbid', 'Deny', { Condition: { StringLike: { 'ses:Recipients': '*@rival.org' } } }));
  await assert.rejects(send(boss, 'x@rival.org'), denied('SendEmail'));
  await send(boss, guest);
  await assert.rejects(
    lab.ses.send(new CreateEmailIdentityPolicyCommand({ EmailIdentity: boss, PolicyName: 'bad', Policy: '{' })),
    { name: 'BadRequestException', message: /Invalid policy/ },
  );
});
