import type { Case, Place } from '../case.ts';
import { jsonCall, queryCall } from '../wire.ts';

const message = 'An order: '.padEnd(200, 'x');

export const messages: Case[] = [
  {
    name: 'SNS publish, no subscription',
    budget: '≤ 200 µs',
    peer: 'moto',
    async prepare(at) {
      const call = publish(await topic(at, 'bench-quiet'));
      return (send) => send(call);
    },
  },
  {
    // Delivery is part of what is measured: a second message is sent, with its envelope signed.
    name: 'SNS publish to a queue',
    peer: 'moto',
    async prepare(at) {
      const call = publish(await topicWithQueue(at, 'bench-heard', {}));
      return (send) => send(call);
    },
  },
  {
    name: 'SNS publish to a queue, raw',
    peer: 'moto',
    async prepare(at) {
      const raw = { 'Attributes.entry.1.key': 'RawMessageDelivery', 'Attributes.entry.1.value': 'true' };
      const call = publish(await topicWithQueue(at, 'bench-raw', raw));
      return (send) => send(call);
    },
  },
];

function sns(action: string, input: Record<string, string>) {
  return queryCall('sns', '2010-03-31', action, input);
}

function publish(TopicArn: string) {
  return sns('Publish', { TopicArn, Message: message });
}

async function topic({ driver }: Place, Name: string): Promise<string> {
  const answer = (await driver.send(sns('CreateTopic', { Name }))).toString();
  return /<TopicArn>([^<]+)</.exec(answer)?.[1] ?? '';
}

async function topicWithQueue(at: Place, name: string, attributes: Record<string, string>): Promise<string> {
  const TopicArn = await topic(at, name);
  const Endpoint = TopicArn.replace(':sns:', ':sqs:');
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Endpoint },
    ],
  });
  await at.driver.send(jsonCall('sqs', 'AmazonSQS.CreateQueue', { QueueName: name, Attributes: { Policy } }));
  await at.driver.send(sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint, ...attributes }));
  return TopicArn;
}
