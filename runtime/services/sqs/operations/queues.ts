import type {
  CreateQueueCommandInput,
  DeleteQueueCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueUrlCommandInput,
  ListDeadLetterSourceQueuesCommandInput,
  ListQueuesCommandInput,
  PurgeQueueCommandInput,
  SetQueueAttributesCommandInput,
} from '@aws-sdk/client-sqs';
import { pageAfter } from '../../../kernel/pages.ts';
import type { Context } from '../../../kernel/service.ts';
import { availability } from '../behaviour/availability.ts';
import { inFlight } from '../behaviour/in-flight.ts';
import { messageTable } from '../behaviour/message-table.ts';
import { checkAttributes, checkName } from '../behaviour/queue-rules.ts';
import {
  invalidAttributeName,
  invalidParameter,
  purgeQueueInProgress,
  queueDeletedRecently,
  queueDoesNotExist,
  queueNameExists,
} from '../errors.ts';
import {
  attributeDefaults,
  isFifo,
  type Queue,
  queueArn,
  queueAt,
  queues,
  queueUrl,
  redrivePolicy,
  urlFor,
} from '../state.ts';

/** A name is free again a minute after its queue was deleted; a queue can be purged once a minute. */
const oneMinuteMs = 60_000;

export function CreateQueue(ctx: Context, input: CreateQueueCommandInput) {
  const name = input.QueueName ?? '';
  checkName(name, input.Attributes ?? {});
  const collection = queues(ctx, ctx);
  const existing = collection.get(name);
  if (existing) {
    for (const [attribute, value] of Object.entries(input.Attributes ?? {})) {
      if ((existing.attributes[attribute] ?? attributeDefaults[attribute]) !== value) throw queueNameExists();
    }
    return { QueueUrl: urlFor(ctx, existing) };
  }
  const deleted = ctx.collection<{ deletedMs: number }>('sqs.deleted-queues').get(name);
  if (deleted && ctx.clock.now() - deleted.deletedMs < oneMinuteMs) throw queueDeletedRecently();
  checkAttributes(ctx, name, input.Attributes ?? {});
  const queue: Queue = {
    QueueName: name,
    QueueUrl: queueUrl(ctx.region, ctx.account, name),
    QueueArn: queueArn(ctx.region, ctx.account, name),
    account: ctx.account,
    region: ctx.region,
    createdMs: ctx.clock.now(),
    modifiedMs: ctx.clock.now(),
    attributes: encryptionOf({ ...attributeDefaults, ...input.Attributes }),
    tags: { ...input.tags },
  };
  collection.put(name, queue);
  return { QueueUrl: urlFor(ctx, queue) };
}

/** A key of KMS takes the place of SQS's own ("SqsManagedSseEnabled", CreateQueue); FIFO queues say so. */
function encryptionOf(attributes: Record<string, string>): Record<string, string> {
  const result = { ...attributes };
  if (result.KmsMasterKeyId) {
    result.SqsManagedSseEnabled = 'false';
    result.KmsDataKeyReusePeriodSeconds ??= '300';
  }
  for (const [name, value] of Object.entries(result)) if (value === '') delete result[name];
  return result;
}

export function DeleteQueue(ctx: Context, input: DeleteQueueCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  queues(ctx, queue).delete(queue.QueueName);
  ctx.collection<{ deletedMs: number }>('sqs.deleted-queues').put(queue.QueueName, { deletedMs: ctx.clock.now() });
  ctx.engine(messageTable).purge(queue.QueueArn);
  ctx.engine(availability).forget(queue.QueueArn);
  ctx.engine(inFlight).forget(queue.QueueArn);
  return {};
}

export function GetQueueUrl(ctx: Context, input: GetQueueUrlCommandInput) {
  const account = input.QueueOwnerAWSAccountId ?? ctx.account;
  const queue = queues(ctx, { account, region: ctx.region }).get(input.QueueName ?? '');
  if (!queue) throw queueDoesNotExist();
  return { QueueUrl: urlFor(ctx, queue) };
}

export function ListQueues(ctx: Context, input: ListQueuesCommandInput) {
  const prefix = input.QueueNamePrefix ?? '';
  return page(
    ctx,
    queues(ctx, ctx)
      .values()
      .filter((queue) => queue.QueueName.startsWith(prefix)),
    input,
    'QueueUrls',
  );
}

export function ListDeadLetterSourceQueues(ctx: Context, input: ListDeadLetterSourceQueuesCommandInput) {
  const target = queueAt(ctx, input.QueueUrl ?? '');
  const sources = queues(ctx, target)
    .values()
    .filter((queue) => redrivePolicy(queue)?.deadLetterTargetArn === target.QueueArn);
  return page(ctx, sources, input, 'queueUrls');
}

function page(
  ctx: Context,
  found: Queue[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  member: string,
) {
  const limit = input.MaxResults ?? 1000;
  if (limit < 1 || limit > 1000)
    throw invalidParameter(
      `Value ${limit} for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.`,
    );
  const unknown = (token: string) => invalidParameter(`Value ${token} for parameter NextToken is invalid.`);
  const asked = { token: input.NextToken, size: limit, unknown };
  const { items, next } = pageAfter(found, ({ QueueName }) => QueueName, asked);
  // "You must set MaxResults to receive a value for NextToken in the response" (ListQueues, SQS API Reference).
  return {
    [member]: items.map((queue) => urlFor(ctx, queue)),
    ...(next && input.MaxResults ? { NextToken: next } : {}),
  };
}

export function GetQueueAttributes(ctx: Context, input: GetQueueAttributesCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const wanted: string[] = input.AttributeNames ?? [];
  if (wanted.length === 0) return {};
  const counts = ctx.engine(messageTable).counts(queue.QueueArn, ctx.clock.now());
  const all: Record<string, string> = {
    ...queue.attributes,
    QueueArn: queue.QueueArn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
    ...(isFifo(queue) ? { FifoQueue: 'true' } : {}),
  };
  const known = new Set([...Object.keys(all), ...optionalAttributes, 'All']);
  const Attributes: Record<string, string> = {};
  for (const name of wanted) if (!known.has(name)) throw invalidAttributeName(name);
  for (const [name, value] of Object.entries(all))
    if (wanted.includes('All') || wanted.includes(name)) Attributes[name] = value;
  return { Attributes };
}

const optionalAttributes = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

export function SetQueueAttributes(ctx: Context, input: SetQueueAttributesCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const given = (input.Attributes ?? {}) as Record<string, string>;
  if ('FifoQueue' in given && given.FifoQueue !== String(isFifo(queue))) throw invalidAttributeName('FifoQueue');
  checkAttributes(ctx, queue.QueueName, given);
  const attributes = { ...queue.attributes, ...given };
  if (given.SqsManagedSseEnabled === 'true') delete attributes.KmsMasterKeyId;
  queues(ctx, queue).put(queue.QueueName, {
    ...queue,
    attributes: encryptionOf(attributes),
    modifiedMs: ctx.clock.now(),
  });
  return {};
}

export function PurgeQueue(ctx: Context, input: PurgeQueueCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const purges = ctx.collection<{ purgedMs: number }>('sqs.purges');
  const last = purges.get(queue.QueueName);
  if (last && ctx.clock.now() - last.purgedMs < oneMinuteMs) throw purgeQueueInProgress(queue.QueueName);
  purges.put(queue.QueueName, { purgedMs: ctx.clock.now() });
  ctx.engine(messageTable).purge(queue.QueueArn);
  return {};
}
