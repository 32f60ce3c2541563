// For tests: the table and the queue at the boundary where the SDK's clients would send. Only the commands and the one
// condition the restaurant uses; anything else throws.
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';

export type InMemoryAws = {
  documents: Pick<DynamoDBDocumentClient, 'send'>;
  queue: Pick<SQSClient, 'send'>;
  items: Map<string, Record<string, unknown>>;
  messages: string[];
  /** Called before each command takes effect; a throw is the service's answer. */
  before: (command: string) => void;
  /** Called after each command took effect; a throw is an answer lost on its way back. */
  after: (command: string) => void;
};

export function inMemoryAws(): InMemoryAws {
  const aws = { items: new Map(), messages: [], before: () => {}, after: () => {} } as unknown as InMemoryAws;
  const send = async (command: unknown): Promise<unknown> => {
    const name = (command as object).constructor.name;
    aws.before(name);
    const output = execute(command, aws);
    aws.after(name);
    return output;
  };
  aws.documents = { send: send as DynamoDBDocumentClient['send'] };
  aws.queue = { send: send as SQSClient['send'] };
  return aws;
}

/** What the SDK throws: an error named by AWS's code, with `$metadata`. */
export function serviceError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400, requestId: 'request-1' } });
}

/** An SQS batch as Lambda's event source mapping hands it over. */
export function sqsEvent(bodies: string[]): SQSEvent {
  const Records = bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `handle-${index}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'AROAEXAMPLE',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
    awsRegion: 'eu-west-1',
  }));
  return { Records };
}

function execute(command: unknown, { items, messages }: InMemoryAws): unknown {
  if (command instanceof GetCommand) return { Item: structuredClone(items.get(String(command.input.Key?.pk))) };
  if (command instanceof PutCommand) return put(command.input, items);
  if (command instanceof SendMessageCommand) return messages.push(String(command.input.MessageBody));
  throw new Error(`The restaurant does not use ${(command as object).constructor.name}`);
}

function put({ Item, ConditionExpression }: PutCommand['input'], items: InMemoryAws['items']): unknown {
  const pk = String(Item?.pk);
  if (ConditionExpression !== 'attribute_not_exists(pk)')
    throw new Error('Every write of the restaurant is conditional');
  if (items.has(pk)) throw serviceError('ConditionalCheckFailedException', 'The conditional request failed');
  items.set(pk, structuredClone(Item ?? {}));
  return {};
}
