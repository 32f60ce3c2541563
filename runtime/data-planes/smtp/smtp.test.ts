import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { createTransport } from 'nodemailer';
import { certificates } from '../../engines/certificates/certificates.ts';
import { mailbox } from '../../engines/mail/mailbox.ts';
import { MailLab } from '../../services/sesv2/mail-lab.fixture.ts';
import { smtpPassword } from './credentials.ts';

const desk = 'desk@example.com';
let lab: MailLab;
let key: { user: string; secret: string };
before(async () => {
  lab = await MailLab.start();
  await lab.verify(desk);
  const iam = lab.orrery.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'ses-smtp-user' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ses-smtp-user' }));
  key = { user: AccessKey?.AccessKeyId ?? '', secret: AccessKey?.SecretAccessKey ?? '' };
});
after(() => lab.orrery.stop());

async function allow(...Action: string[]): Promise<void> {
  const Statement = [{ Effect: 'Allow', Action, Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const input = { UserName: 'ses-smtp-user', PolicyName: 'AmazonSesSendingAccess', PolicyDocument };
  await lab.orrery.client(IAMClient).send(new PutUserPolicyCommand(input));
}

async function transport(pass: string, user = key.user) {
  const authority = await lab.orrery.kernel.engine(certificates).authority();
  const tls = { ca: authority.certificatePem, servername: 'email-smtp.us-east-1.amazonaws.com' };
  const { smtpPort: port } = lab.orrery;
  return createTransport({ host: '127.0.0.1', port, requireTLS: true, auth: { user, pass }, tls });
}

const mail = {
  from: `Desk <${desk}>`,
  to: [desk],
  bcc: ['success@simulator.amazonses.com'],
  subject: 'By SMTP',
  text: '.\n..\nTäglich',
};

test('the password is what AWS’s published program makes of the secret key', () => {
  // What the Python program of "Obtaining Amazon SES SMTP credentials" prints for this key.
  assert.equal(
    smtpPassword('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'us-east-1'),
    'BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9',
  );
});

test('a user of IAM sends over STARTTLS, who is asked for ses:SendRawEmail', async () => {
  const client = await transport(smtpPassword(key.secret, 'us-east-1'));
  await assert.rejects(client.sendMail(mail), /554 Access denied: .*ses-smtp-user is not authorized.*ses:SendRawEmail/);
  await allow('ses:SendRawEmail');
  const { response } = await client.sendMail(mail);
  const id = /^250 Ok (\S+)$/.exec(response)?.[1];
  const kept = lab.last('success@');
  assert.deepEqual(
    [kept.id, kept.from, kept.to, kept.subject, kept.text],
    [id, `Desk <${desk}>`, [desk], 'By SMTP', '.\n..\nTäglich'],
  );
  assert.deepEqual(kept.recipients, [desk, 'success@simulator.amazonses.com']);
  assert.ok(lab.orrery.kernel.engine(mailbox).raw(kept.id)?.includes(`<${id}@email.amazonses.com>`));
  client.close();
});

test('says in SES’s words why it does not take a mail', async () => {
  await assert.rejects((await transport('wrong')).sendMail(mail), /535 Authentication Credentials Invalid/);
  await assert.rejects((await transport(key.secret)).sendMail(mail), /535 Authentication Credentials Invalid/);
  const client = await transport(smtpPassword(key.secret, 'us-east-1'));
  await assert.rejects(
    client.sendMail({ ...mail, from: 'x@y.org' }),
    /554 Message rejected: Email address is not verified.*US-EAST-1: x@y\.org/,
  );
  // The envelope is verified, but not who the mail says it is from.
  await assert.rejects(
    client.sendMail({ ...mail, from: 'x@y.org', envelope: { from: desk, to: [desk] } }),
    /554 Message rejected.*x@y\.org/,
  );
  // Passwords are for one region; there, nothing is verified.
  await assert.rejects(
    (await transport(smtpPassword(key.secret, 'eu-west-1'))).sendMail(mail),
    /554 Message rejected.*EU-WEST-1/,
  );
  for (let sent = 0; sent < 9; sent += 1)
    await lab.orrery.clock.wind(100).then(() => client.sendMail({ ...mail, bcc: [] }).catch(() => undefined));
  await assert.rejects(client.sendMail(mail), /454 Throttling failure: Maximum sending rate exceeded/);
  client.close();
});

test('a name that was not issued here is root, as in the API, without TLS too', async () => {
  await lab.orrery.clock.wind(60_000);
  const { smtpPort: port } = lab.orrery;
  const client = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, auth: { user: 'test', pass: 'test' } });
  await client.sendMail({ ...mail, subject: 'As root' });
  assert.equal(lab.last('success@').subject, 'As root');
  const nobody = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  await assert.rejects(nobody.sendMail(mail), /530/);
});
