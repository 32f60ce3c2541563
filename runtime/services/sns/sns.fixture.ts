import assert from 'node:assert/strict';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

/** Topics with queues that listen to them, in a cloud whose clock stands. */
export class TopicLab {
  readonly orrery: Orrery;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly metrics: { name: string; value: number }[] = [];
  #count = 0;

  static async start(): Promise<TopicLab> {
    return new TopicLab(await startOrrery({ services: ['iam', 'sns', 'sqs', 'sts'] }));
  }

  constructor(orrery: Orrery) {
    this.orrery = orrery;
    this.sns = orrery.client(SNSClient);
    this.sqs = orrery.client(SQSClient);
    this.listen();
  }

  /** Again after a restart, whose events are another stream. */
  listen(): void {
    this.orrery.kernel.events.on('metric', ({ namespace, name, value }) => {
      if (namespace === 'AWS/SNS') this.metrics.push({ name, value });
    });
  }

  counted(name: string): number {
    return this.metrics.filter((metric) => metric.name === name).length;
  }

  async topic(Attributes: Record<string, string> = {}): Promise<string> {
    this.#count += 1;
    const Name = `topic-${this.#count}${Attributes.FifoTopic ? '.fifo' : ''}`;
    const { TopicArn } = await this.sns.send(new CreateTopicCommand({ Name, Attributes }));
    return TopicArn ?? assert.fail('no TopicArn');
  }

  /** A queue that topics may send to. */
  async queue(Attributes: Record<string, string> = {}): Promise<{ arn: string; url: string }> {
    this.#count += 1;
    const QueueName = `queue-${this.#count}${Attributes.FifoQueue ? '.fifo' : ''}`;
    const { QueueUrl = '' } = await this.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn },
      ],
    });
    await this.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    return { arn, url: QueueUrl };
  }

  async subscribe(TopicArn: string, Endpoint: string, Attributes: Record<string, string> = {}): Promise<string> {
    const Protocol = Endpoint.startsWith('arn:aws:sqs') ? 'sqs' : (Endpoint.split(':')[0] ?? '');
    const { SubscriptionArn } = await this.sns.send(
      new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true }),
    );
    return SubscriptionArn ?? assert.fail('no SubscriptionArn');
  }

  /** Everything in the queue, in the order it is given out. */
  async drain({ url }: { url: string }): Promise<Message[]> {
    await this.orrery.clock.wind(0);
    const all: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      for (const message of Messages) {
        all.push(message);
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
      }
    }
  }

  /** The texts of what the queue's messages carry. */
  async texts(queue: { url: string }): Promise<string[]> {
    return (await this.drain(queue)).map(({ Body = '' }) => (JSON.parse(Body) as { Message: string }).Message);
  }
}
