// "Configuring custom domains to handle open and click tracking"; "Amazon SES email sending metrics FAQs".
import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { after, before, beforeEach, test } from 'node:test';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import * as v1 from '@aws-sdk/client-ses';
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  CreateEmailIdentityCommand,
  CreateEmailTemplateCommand,
  DeleteConfigurationSetEventDestinationCommand,
  GetConfigurationSetCommand,
  PutConfigurationSetTrackingOptionsCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mailbox } from '../../engines/mail/mailbox.ts';
import { MailLab } from './mail-lab.fixture.ts';

const desk = 'desk@tracks.example';
const guest = 'guest@tracks.example';
const html =
  '<p><a ses:tags="dish:crab;" href="https://www.tracks.example/menu?a=1&amp;b=2">Menu</a> <a ses:no-track href="http://b.example/">B</a></p>';

let lab: MailLab;
let sqs: SQSClient;
let TopicArn: string | undefined;
let route53: Route53Client;
let QueueUrl: string | undefined;
let metrics: { name: string; dimensions: Record<string, string> }[];

before(async () => {
  lab = await MailLab.start(['ses', 'sns', 'sqs', 'route53']);
  await lab.leaveSandbox();
  await lab.verify(desk);
  route53 = lab.orrery.client(Route53Client);
  const sns = lab.orrery.client(SNSClient);
  sqs = lab.orrery.client(SQSClient);
  const allowed = (Action: string): Record<string, string> => {
    const Statement = [{ Effect: 'Allow', Principal: '*', Action, Resource: '*' }];
    return { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
  };
  ({ TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'events', Attributes: allowed('sns:Publish') })));
  const queue = { QueueName: 'events', Attributes: allowed('sqs:SendMessage') };
  ({ QueueUrl } = await sqs.send(new CreateQueueCommand(queue)));
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:events';
  const RawMessageDelivery = 'true';
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery } }));
  lab.orrery.kernel.events.on('metric', (metric) => void (metric.namespace === 'AWS/SES' && metrics.push(metric)));
});
after(() => lab.orrery.stop());
beforeEach(() => {
  metrics = [];
});

/** A set whose topic hears of these. */
async function set(ConfigurationSetName: string, MatchingEventTypes: ('OPEN' | 'CLICK' | 'SEND')[]): Promise<void> {
  await lab.ses.send(new CreateConfigurationSetCommand({ ConfigurationSetName }));
  const EventDestination = { Enabled: true, MatchingEventTypes, SnsDestination: { TopicArn } };
  const input = { ConfigurationSetName, EventDestinationName: 'topic', EventDestination };
  await lab.ses.send(new CreateConfigurationSetEventDestinationCommand(input));
  await received();
}

interface EventRecord {
  eventType: string;
  mail: { messageId: string };
  open?: Record<string, string>;
  click?: Record<string, unknown>;
}

async function received(): Promise<EventRecord[]> {
  await lab.orrery.clock.wind(2000);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const texts = Messages.map(({ Body = '' }) => Body).filter((text) => text.startsWith('{'));
  return texts.map((text) => JSON.parse(text));
}

async function send(ConfigurationSetName: string | undefined, Html: string, Text = 'http://text.example/') {
  const Content = { Simple: { Subject: { Data: 'Hi' }, Body: { Text: { Data: Text }, Html: { Data: Html } } } };
  const input = { FromEmailAddress: desk, Destination: { ToAddresses: [guest] }, Content, ConfigurationSetName };
  await lab.ses.send(new SendEmailCommand(input));
  const mail = lab.last(guest);
  const pixel = /<img src="([^"]+)"/.exec(mail.html)?.[1];
  return { ...mail, pixel, links: [...mail.html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href) };
}

/** The zone of a verified domain. */
async function verifiedDomain(Name: string): Promise<string | undefined> {
  const { HostedZone } = await route53.send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
  const { DkimAttributes } = await lab.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: Name }));
  for (const token of DkimAttributes?.Tokens ?? [])
    await cname(HostedZone?.Id, `${token}._domainkey.${Name}`, `${token}.dkim.amazonses.com`);
  return HostedZone?.Id;
}

async function cname(HostedZoneId: string | undefined, Name: string, Value: string): Promise<void> {
  const ResourceRecordSet = { Name, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value }] };
  const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet }];
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
}

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** As a mail program would. */
function ask(address: string | undefined, { method = 'GET', headers = {} } = {}): Promise<Answer> {
  const { protocol, port, host, hostname, pathname } = new URL(address ?? assert.fail('no address'));
  const agent = { 'user-agent': 'Mail/1.0' };
  const to = { host: '127.0.0.1', port, path: pathname, method, headers: { ...agent, ...headers, host } };
  const secure = { ...to, servername: hostname, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const asked = protocol === 'https:' ? requestSecurely(secure) : request(to);
    asked.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.end();
  });
}

test('whoever opens the mail is told of, with a picture of one pixel', async () => {
  await set('opens', ['OPEN']);
  const mail = await send('opens', html);
  assert.match(mail.pixel ?? '', /^http:\/\/r\.us-east-1\.awstrack\.me\.localhost:\d+\/I0\/[\w-]{32}$/);
  assert.deepEqual(mail.links, ['https://www.tracks.example/menu?a=1&amp;b=2', 'http://b.example/']);
  assert.deepEqual(await received(), []);
  const { status, headers, body } = await ask(mail.pixel);
  assert.deepEqual(
    [status, headers['content-type'], body.toString('latin1', 0, 10)],
    [200, 'image/gif', 'GIF89a\x01\0\x01\0'],
  );
  const [event, ...more] = await received();
  assert.deepEqual([event?.eventType, more.length], ['Open', 0]);
  const { timestamp, ...open } = event?.open ?? assert.fail('no open');
  assert.deepEqual(open, { ipAddress: '127.0.0.1', userAgent: 'Mail/1.0' });
  assert.ok(!Number.isNaN(Date.parse(timestamp ?? '')));
  assert.equal(event?.mail.messageId, mail.id);
  assert.ok(metrics.some(({ name, dimensions }) => name === 'Open' && Object.keys(dimensions).length === 0));
});

test('links lead on to where they led, and the click is told with the link’s tags', async () => {
  await set('clicks', ['CLICK']);
  const mail = await send('clicks', html);
  assert.equal(mail.pixel, undefined);
  assert.equal(mail.text, 'http://text.example/');
  const [menu = '', other] = mail.links;
  assert.match(menu, /^https:\/\/r\.us-east-1\.awstrack\.me\.localhost:\d+\/L0\/[\w-]{32}\/1$/);
  assert.equal(other, 'http://b.example/');
  assert.doesNotMatch(mail.html, /ses:/);
  const { status, headers } = await ask(menu);
  assert.deepEqual([status, headers.location], [302, 'https://www.tracks.example/menu?a=1&b=2']);
  const [event] = await received();
  const { link, linkTags, ipAddress, userAgent } = event?.click ?? assert.fail('no click');
  assert.deepEqual(
    [event?.eventType, link, linkTags, ipAddress, userAgent],
    ['Click', 'https://www.tracks.example/menu?a=1&b=2', { dish: ['crab'] }, '127.0.0.1', 'Mail/1.0'],
  );
  assert.equal(metrics.filter(({ name }) => name === 'Click').length, 1);
});

test('an address that was never written leads nowhere, and looking is no opening', async () => {
  const { links } = await send('clicks', html);
  const { origin, pathname } = new URL(links[0] ?? '');
  for (const path of [
    `${pathname}0`,
    '/L0/nonsense/1',
    '/I0/nonsense',
    `${pathname.slice(0, -1)}0`,
    '/',
    '/L0/https:%2F%2Fevil.example',
  ])
    assert.equal((await ask(origin + path)).status, 404, path);
  assert.equal((await ask(links[0], { method: 'HEAD' })).status, 302);
  assert.equal((await ask(links[0], { method: 'POST' })).status, 405);
  assert.equal((await ask(links[0], { headers: { cookie: 'x'.repeat(8192) } })).status, 400);
  assert.deepEqual(await received(), []);
  const icon = await ask(`${origin}/favicon.ico`, { method: 'HEAD' });
  assert.deepEqual(
    [icon.status, icon.headers['x-amz-ses-region'], icon.headers['x-amz-ses-request-protocol']],
    [200, 'us-east-1', 'https'],
  );
});

test('60 days after it was sent nobody counts any more, and the link still leads on', async () => {
  const { links } = await send('clicks', html);
  await lab.orrery.restart();
  lab.orrery.kernel.events.on('metric', (metric) => void (metric.namespace === 'AWS/SES' && metrics.push(metric)));
  // The port is another one after a restart.
  const url = (links[0] ?? '').replace(/:\d+\//, `:${lab.orrery.httpsPort}/`);
  await lab.orrery.clock.wind(59 * 24 * 60 * 60_000);
  assert.equal((await ask(url)).status, 302);
  assert.equal((await received())[0]?.eventType, 'Click');
  await lab.orrery.clock.wind(2 * 24 * 60 * 60_000);
  assert.equal((await ask(url)).headers.location, 'https://www.tracks.example/menu?a=1&b=2');
  assert.deepEqual(await received(), []);
});

test('mail without a set, or with one that wants neither, goes out as it was given; 250 links are tracked', async () => {
  assert.equal((await send(undefined, html)).html, html);
  await set('sends', ['SEND']);
  assert.equal((await send('sends', html)).html, html);
  const many = await send('clicks', '<a href="http://a.example/">A</a>'.repeat(251));
  assert.equal(many.links.filter((link) => link === 'http://a.example/').length, 1);
  assert.equal(new Set(many.links).size, 251);
});

test('raw mail is tracked too, in the encoding it came in', async () => {
  const Data = Buffer.from(
    [
      `From: ${desk}`,
      `To: ${guest}`,
      'Subject: raw',
      'MIME-Version: 1.0',
      'X-SES-CONFIGURATION-SET: clicks',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<a href="http://a.example/é">no</a><a href="http://a.example/">A – B</a>').toString('base64'),
      '',
    ].join('\r\n'),
  );
  await lab.ses.send(new SendEmailCommand({ Content: { Raw: { Data } } }));
  const mail = lab.last(guest);
  const [, first, second = ''] = /href="([^"]+)".*href="([^"]+)"/.exec(mail.html) ?? [];
  assert.equal(first, 'http://a.example/é');
  assert.match(mail.html, />A – B</);
  assert.equal((await ask(second)).headers.location, 'http://a.example/');
  assert.match(lab.orrery.kernel.engine(mailbox).raw(mail.id)?.toString() ?? '', /Content-Transfer-Encoding: base64/);
});

test('the pixel stands where a template wants it, once', async () => {
  const HtmlPart = '<p>{{ses:openTracker}}Hi {{name}}</p>';
  const create = (TemplateName: string, Html: string) =>
    lab.ses.send(new CreateEmailTemplateCommand({ TemplateName, TemplateContent: { Subject: 'S', Html } }));
  await create('once', HtmlPart);
  await assert.rejects(create('twice', `${HtmlPart}${HtmlPart}`), {
    name: 'BadRequestException',
    message: /openTracker/,
  });
  const Template = { TemplateName: 'once', TemplateData: '{"name": "Ada"}' };
  const input = { FromEmailAddress: desk, Destination: { ToAddresses: [guest] }, ConfigurationSetName: 'opens' };
  await lab.ses.send(new SendEmailCommand({ ...input, Content: { Template } }));
  assert.match(lab.last(guest).html, /^<p><img [^>]+>Hi Ada<\/p>\s*$/);
});

test('a domain of one’s own stands in the links once it is verified, by the HTTPS policy that is asked for', async () => {
  const options = {
    ConfigurationSetName: 'clicks',
    CustomRedirectDomain: 'go.mine.example',
    HttpsPolicy: 'REQUIRE' as const,
  };
  const put = () => lab.ses.send(new PutConfigurationSetTrackingOptionsCommand(options));
  await assert.rejects(put(), { name: 'BadRequestException', message: /<go\.mine\.example> is not verified/ });
  const zone = await verifiedDomain('mine.example');
  await put();
  const { TrackingOptions } = await lab.ses.send(new GetConfigurationSetCommand({ ConfigurationSetName: 'clicks' }));
  assert.deepEqual(TrackingOptions, { CustomRedirectDomain: 'go.mine.example', HttpsPolicy: 'REQUIRE' });
  const [link = ''] = (await send('clicks', '<a href="http://a.example/">A</a>')).links;
  assert.match(link, /^https:\/\/go\.mine\.example\.localhost:\d+\/L0\//);
  assert.equal((await ask(link)).status, 404, 'its DNS is here, and leads nowhere yet');
  await cname(zone, 'go.mine.example', 'r.us-east-1.awstrack.me');
  assert.equal((await ask(link)).headers.location, 'http://a.example/');
});

test('the first API has tracking options of its own', async () => {
  const ses = lab.orrery.client(v1.SESClient);
  const ConfigurationSetName = 'opens';
  const input = { ConfigurationSetName, TrackingOptions: { CustomRedirectDomain: 'mine.example' } };
  await assert.rejects(ses.send(new v1.UpdateConfigurationSetTrackingOptionsCommand(input)), {
    name: 'TrackingOptionsDoesNotExistException',
  });
  await ses.send(new v1.CreateConfigurationSetTrackingOptionsCommand(input));
  await assert.rejects(ses.send(new v1.CreateConfigurationSetTrackingOptionsCommand(input)), {
    name: 'TrackingOptionsAlreadyExistsException',
  });
  const ConfigurationSetAttributeNames: v1.ConfigurationSetAttribute[] = ['trackingOptions'];
  const described = await ses.send(
    new v1.DescribeConfigurationSetCommand({ ConfigurationSetName, ConfigurationSetAttributeNames }),
  );
  assert.deepEqual(described.TrackingOptions, input.TrackingOptions);
  const bad = { ConfigurationSetName, TrackingOptions: { CustomRedirectDomain: 'other.example' } };
  await assert.rejects(ses.send(new v1.UpdateConfigurationSetTrackingOptionsCommand(bad)), {
    name: 'InvalidTrackingOptionsException',
  });
  await ses.send(new v1.DeleteConfigurationSetTrackingOptionsCommand({ ConfigurationSetName }));
  await lab.ses.send(
    new DeleteConfigurationSetEventDestinationCommand({ ConfigurationSetName, EventDestinationName: 'topic' }),
  );
  assert.equal((await send(ConfigurationSetName, html)).html, html);
});
