import {
  EventBridgeClient,
  PutRuleCommand,
  type PutRuleCommandInput,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FixtureOptions, type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

export const arnOf = (queue: string): string => `arn:aws:sqs:us-east-1:000000000000:${queue}`;

export interface EventsCloud {
  orrery: Orrery;
  events: EventBridgeClient;
  sqs: SQSClient;
  /** A queue that rules may send to; its ARN. */
  queue(name: string, attributes?: Record<string, string>): Promise<string>;
  /** A rule with these targets. */
  rule(rule: Partial<PutRuleCommandInput> & { Name: string }, ...targets: Partial<Target>[]): Promise<void>;
  /** What is in the queue, taken out. */
  take(queue: string): Promise<Message[]>;
  /** The same as JSON. */
  taken(queue: string): Promise<Record<string, unknown>[]>;
}

const policy = (service: string, Resource: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sqs:SendMessage', Resource }],
  });

/** A cloud for EventBridge's own tests, seen from queues. */
export async function startEvents(options: FixtureOptions = {}): Promise<EventsCloud> {
  const orrery = await startOrrery({ services: ['events', 'iam', 'sqs', 'sts'], ...options });
  const events = orrery.client(EventBridgeClient);
  const sqs = orrery.client(SQSClient);
  const take = async (queue: string): Promise<Message[]> => {
    await orrery.clock.wind(0);
    const QueueUrl = `${orrery.url}/000000000000/${queue}`;
    const found: Message[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return found;
      found.push(...Messages);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
  return {
    orrery,
    events,
    sqs,
    take,
    async queue(QueueName, Attributes = {}) {
      const Policy = policy('events.amazonaws.com', arnOf(QueueName));
      await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy, ...Attributes } }));
      return arnOf(QueueName);
    },
    async rule(rule, ...targets) {
      await events.send(new PutRuleCommand(rule));
      const { EventBusName, Name: Rule } = rule;
      const Targets = targets.map((target, index) => ({ Id: String(index + 1), Arn: undefined, ...target }));
      if (Targets.length > 0) await events.send(new PutTargetsCommand({ Rule, EventBusName, Targets }));
    },
    taken: async (queue) => (await take(queue)).map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>),
  };
}
