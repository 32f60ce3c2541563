import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { request } from 'undici';
import { eventually } from '../systems/system-fixture.ts';
import { CommandLine } from './command.fixture.ts';

const order = {
  customer: { name: 'Ada', email: 'ada@example.com', phone: '+44 20 7946 0000' },
  items: [{ sku: 'chowder', quantity: 1 }],
};

describe('a runtime that is killed', () => {
  const orrery = new CommandLine();
  after(() => orrery.close());

  test('S-C5 kill -9 under load loses no order that was acknowledged: after `up` every one is confirmed', async () => {
    await orrery.up('serverless-orders', '--port', '0', '--http-port', '0');
    const { pid, httpPort } = await orrery.json<{ pid: number; httpPort: number }>('status');
    const outputs = await orrery.json<Record<string, Record<string, { value: string }>>>('outputs');
    const host = new URL(outputs['serverless-orders']?.SiteUrl?.value ?? '').host;
    const acknowledged: string[] = [];
    let killed = false;
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!killed) {
          const id = await place(httpPort, host).catch(() => undefined);
          if (id) acknowledged.push(id);
        }
      }),
    );
    await eventually('orders are being taken', async () => (acknowledged.length >= 60 ? true : undefined));
    process.kill(pid, 'SIGKILL');
    killed = true;
    await load;
    assert.equal(await alive(pid), false);

    await orrery.up('serverless-orders', '--port', '0', '--http-port', '0');
    const again = await orrery.json<{ httpPort: number }>('status');
    const waiting = new Set(acknowledged);
    await eventually(
      'every acknowledged order is confirmed',
      async () => {
        for (const id of waiting) if ((await statusOf(again.httpPort, host, id)) === 'confirmed') waiting.delete(id);
        // What the killed processor held becomes visible again after the queue's time-out.
        if (waiting.size > 0) await orrery.run('wind', '31s');
        return waiting.size === 0 ? true : undefined;
      },
      60_000,
    );
    assert.ok(acknowledged.length >= 60);
  });
});

describe('a topic whose runtime is killed', () => {
  const orrery = new CommandLine();
  after(() => orrery.close());

  test('every message whose publish was answered reaches the queue after `up`', async () => {
    const clients = async () => {
      await orrery.up('--empty', '--port', '0', '--http-port', '0');
      const { pid, apiPort } = await orrery.json<{ pid: number; apiPort: number }>('status');
      const config = {
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${apiPort}`,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      };
      return { pid, sns: new SNSClient(config), sqs: new SQSClient(config) };
    };
    const before = await clients();
    const { TopicArn } = await before.sns.send(new CreateTopicCommand({ Name: 'news' }));
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:news';
    const Statement = [
      { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Endpoint },
    ];
    const Attributes = { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
    await before.sqs.send(new CreateQueueCommand({ QueueName: 'news', Attributes }));
    await before.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    const answered = new Set<string>();
    let killed = false;
    const load = Promise.all(
      Array.from({ length: 16 }, async () => {
        while (!killed) {
          const answer = await before.sns
            .send(new PublishCommand({ TopicArn, Message: 'text' }))
            .catch(() => undefined);
          if (answer?.MessageId) answered.add(answer.MessageId);
        }
      }),
    );
    await eventually('messages are being taken', async () => (answered.size >= 200 ? true : undefined));
    process.kill(before.pid, 'SIGKILL');
    killed = true;
    await load;
    assert.equal(await alive(before.pid), false);

    const { sqs } = await clients();
    const missing = new Set(answered);
    await eventually(
      'every answered message is in the queue',
      async () => {
        for (let more = true; more; ) {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({ QueueUrl: 'news', MaxNumberOfMessages: 10 }),
          );
          for (const { Body = '' } of Messages) missing.delete((JSON.parse(Body) as { MessageId: string }).MessageId);
          more = Messages.length > 0;
        }
        return missing.size === 0 ? true : undefined;
      },
      30_000,
    );
    assert.ok(answered.size >= 200);
  });
});

async function place(port: number, host: string): Promise<string | undefined> {
  const answer = await request(`http://127.0.0.1:${port}/api/orders`, {
    method: 'POST',
    headers: { host, 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const text = await answer.body.text();
  return answer.statusCode === 202 ? (JSON.parse(text) as { orderId: string }).orderId : undefined;
}

async function statusOf(port: number, host: string, id: string): Promise<string> {
  const answer = await request(`http://127.0.0.1:${port}/api/orders/${id}`, { headers: { host } });
  return ((await answer.body.json()) as { status: string }).status;
}

async function alive(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 200; turn += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
