import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { hosts } from '../../data-planes/http/hosts.ts';
import { mailbox } from '../../engines/mail/mailbox.ts';
import { TopicLab } from './sns.fixture.ts';

interface Received {
  type: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

let lab: TopicLab;
let server: Server;
let received: Received[];
/** What the endpoint answers; the last one stays. */
let statuses: number[];

before(async () => {
  lab = await TopicLab.start();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const type = request.headers['x-amz-sns-message-type'] as string | undefined;
      received.push({ type, headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.statusCode = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await lab.orrery.stop();
});
beforeEach(() => {
  received = [];
  statuses = [200];
});

const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

async function confirmed(TopicArn: string, path: string, Attributes: Record<string, string> = {}): Promise<string> {
  const arn = await lab.subscribe(TopicArn, url(path), Attributes);
  await lab.orrery.clock.wind(0);
  const { SubscribeURL } = JSON.parse(received.at(-1)?.body ?? '') as { SubscribeURL: string };
  assert.equal((await fetch(SubscribeURL)).status, 200);
  received.length = 0;
  return arn;
}

test('an HTTP endpoint is asked to confirm, and gets messages once it followed the link', async () => {
  const TopicArn = await lab.topic();
  const { SubscriptionArn } = await lab.sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: url('/hook') }),
  );
  assert.equal(SubscriptionArn, 'pending confirmation');
  await lab.orrery.clock.wind(0);
  const [asked] = received;
  assert.equal(asked?.type, 'SubscriptionConfirmation');
  const question = JSON.parse(asked?.body ?? '') as Record<string, string>;
  assert.deepEqual([question.Type, question.TopicArn], ['SubscriptionConfirmation', TopicArn]);
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'too early' }));
  await lab.orrery.clock.wind(0);
  assert.equal(received.length, 1);
  const answer = await (await fetch(question.SubscribeURL ?? '')).text();
  assert.match(answer, /<ConfirmSubscriptionResult><SubscriptionArn>arn:aws:sns:/);
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  await lab.orrery.clock.wind(0);
  const { headers, body } = received[1] ?? assert.fail('nothing received');
  assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
  assert.equal(headers['x-amz-sns-topic-arn'], TopicArn);
  assert.equal((JSON.parse(body) as { Message: string }).Message, 'hello');
});

test('a failing endpoint is tried again by the delivery policy, and no more when it says the request is wrong', async () => {
  const TopicArn = await lab.topic();
  const dead = await lab.queue();
  const healthyRetryPolicy = {
    numRetries: 3,
    numNoDelayRetries: 1,
    minDelayTarget: 5,
    maxDelayTarget: 60,
    numMaxDelayRetries: 1,
  };
  const DeliveryPolicy = JSON.stringify({ healthyRetryPolicy });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn });
  await confirmed(TopicArn, '/flaky', { DeliveryPolicy, RedrivePolicy, RawMessageDelivery: 'true' });
  statuses = [500];
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'again' }));
  await lab.orrery.clock.wind(0);
  assert.equal(received.length, 2, 'the first retry has no delay');
  await lab.orrery.clock.wind(5000);
  assert.equal(received.length, 3);
  await lab.orrery.clock.wind(59_999);
  assert.equal(received.length, 3);
  await lab.orrery.clock.wind(1);
  assert.equal(received.length, 4);
  assert.equal(received[3]?.body, 'again');
  assert.equal(received[3]?.headers['x-amz-sns-rawdelivery'], 'true');
  assert.deepEqual(
    (await lab.drain(dead)).map(({ Body }) => Body),
    ['again'],
  );
  statuses = [404];
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'wrong' }));
  assert.equal((await lab.drain(dead)).length, 1);
  assert.equal(received.length, 5);
});

test('a retry that is due after a restart is made after it', async () => {
  const TopicArn = await lab.topic();
  await confirmed(TopicArn, '/later');
  statuses = [503, 200];
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'later' }));
  await lab.orrery.clock.wind(0);
  await lab.orrery.restart();
  lab.listen();
  await lab.orrery.clock.wind(19_999);
  assert.equal(received.length, 1);
  await lab.orrery.clock.wind(1);
  assert.equal(received.length, 2);
});

test('a name that is served here is reached without a socket', async () => {
  const bodies: string[] = [];
  lab.orrery.kernel.engine(hosts).set('hooks.example.test', async ({ body }) => {
    bodies.push(String(body));
    return { status: 200, headers: {}, body: undefined };
  });
  const TopicArn = await lab.topic();
  await lab.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'https', Endpoint: 'https://hooks.example.test/x' }));
  await lab.orrery.clock.wind(0);
  assert.match(bodies[0] ?? '', /SubscriptionConfirmation/);
});

test('mail is kept: a question with a link, and then the text', async () => {
  const TopicArn = await lab.topic();
  const { SubscriptionArn } = await lab.sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com', ReturnSubscriptionArn: true }),
  );
  await lab.orrery.clock.wind(0);
  const mails = () => [...lab.orrery.kernel.engine(mailbox).list()];
  const token = /token:\n([0-9a-f]+)/.exec(mails().at(-1)?.text ?? '')?.[1];
  await lab.sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: token }));
  const { Attributes } = await lab.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  assert.equal(Attributes?.PendingConfirmation, 'false');
  await lab.orrery.clock.wind(1000);
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'news', Subject: 'Today' }));
  await lab.orrery.clock.wind(0);
  const mail = mails().at(-1);
  assert.deepEqual([mail?.to, mail?.subject], [['a@example.com'], 'Today']);
  assert.match(mail?.text ?? '', /^news\n/);
  await mailInJson(TopicArn, mails);
});

/** email-json is the envelope that a queue would get. */
async function mailInJson(TopicArn: string, mails: () => { to: string[]; text: string }[]): Promise<void> {
  await lab.orrery.clock.wind(1000);
  await lab.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email-json', Endpoint: 'b@example.com' }));
  await lab.orrery.clock.wind(0);
  const question = JSON.parse(mails().at(-1)?.text ?? '') as Record<string, string>;
  assert.deepEqual([question.Type, question.TopicArn], ['SubscriptionConfirmation', TopicArn]);
  await lab.sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: question.Token }));
  await lab.sns.send(new PublishCommand({ TopicArn, Message: 'more' }));
  await lab.orrery.clock.wind(0);
  const mail = mails().find(({ to, text }) => to.includes('b@example.com') && text.includes('"more"'));
  assert.equal((JSON.parse(mail?.text ?? '') as { Type: string }).Type, 'Notification');
}

test('a subscription that nobody confirms is gone after two days', async () => {
  const TopicArn = await lab.topic();
  await lab.subscribe(TopicArn, url('/never'));
  const pending = async () =>
    (await lab.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions?.map(
      ({ SubscriptionArn }) => SubscriptionArn,
    );
  assert.deepEqual(await pending(), ['PendingConfirmation']);
  await lab.orrery.clock.wind(50 * 60 * 60_000);
  assert.deepEqual(await pending(), []);
});
