import type {
  AddPermissionCommandInput,
  ListQueueTagsCommandInput,
  RemovePermissionCommandInput,
  TagQueueCommandInput,
  UntagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter, missingParameter } from '../errors.ts';
import { type Queue, queueAt, queues } from '../state.ts';

interface PolicyDocument {
  Version: string;
  Id?: string;
  Statement: { Sid?: string; [member: string]: unknown }[];
}

export function AddPermission(ctx: Context, input: AddPermissionCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const policy = policyOf(queue);
  if (policy.Statement.some((statement) => statement.Sid === input.Label)) {
    throw invalidParameter(`Value ${input.Label} for parameter Label is invalid. Reason: Already exists.`);
  }
  checkGrant(input);
  policy.Statement.push({
    Sid: input.Label ?? '',
    Effect: 'Allow',
    Principal: { AWS: (input.AWSAccountIds ?? []).map((account) => `arn:aws:iam::${account}:root`) },
    Action: (input.Actions ?? []).map((action) => `SQS:${action}`),
    Resource: queue.QueueArn,
  });
  keep(ctx, queue, { ...queue.attributes, Policy: JSON.stringify(policy) });
  return {};
}

/** "AddPermission" (API Reference): accounts by their numbers, and actions by name or all of them. */
function checkGrant({ AWSAccountIds = [], Actions = [], Label = '' }: AddPermissionCommandInput): void {
  if (!/^[\w-]{1,80}$/.test(Label))
    throw invalidParameter(`Value ${Label} for parameter Label is invalid. Reason: Must be alphanumeric.`);
  if (AWSAccountIds.length === 0) throw missingParameter('The request must contain the parameter AWSAccountIds.');
  if (Actions.length === 0) throw missingParameter('The request must contain the parameter Actions.');
  if (!AWSAccountIds.every((account) => /^\d{12}$/.test(account)))
    throw invalidParameter(
      `Value [${AWSAccountIds.join(', ')}] for parameter PrincipalId is invalid. Reason: Unable to verify.`,
    );
  const unknown = Actions.find((action) => !/^(\*|[A-Za-z]{1,64})$/.test(action));
  if (unknown !== undefined)
    throw invalidParameter(`Value SQS:${unknown} for parameter ActionName is invalid. Reason: Not an action.`);
}

export function RemovePermission(ctx: Context, input: RemovePermissionCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const policy = policyOf(queue);
  const rest = policy.Statement.filter((statement) => statement.Sid !== input.Label);
  if (rest.length === policy.Statement.length) {
    throw invalidParameter(
      `Value ${input.Label} for parameter Label is invalid. Reason: can't find label on existing policy.`,
    );
  }
  const { Policy: _old, ...attributes } = queue.attributes;
  keep(
    ctx,
    queue,
    rest.length > 0 ? { ...attributes, Policy: JSON.stringify({ ...policy, Statement: rest }) } : attributes,
  );
  return {};
}

export function TagQueue(ctx: Context, input: TagQueueCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const tags = { ...queue.tags, ...input.Tags };
  if (Object.keys(tags).length > 50) throw invalidParameter('Too many tags added for queue: at most 50.');
  queues(ctx, queue).put(queue.QueueName, { ...queue, tags });
  return {};
}

export function UntagQueue(ctx: Context, input: UntagQueueCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const tags = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)));
  queues(ctx, queue).put(queue.QueueName, { ...queue, tags });
  return {};
}

export function ListQueueTags(ctx: Context, input: ListQueueTagsCommandInput) {
  return { Tags: queueAt(ctx, input.QueueUrl ?? '').tags };
}

function policyOf(queue: Queue): PolicyDocument {
  if (queue.attributes.Policy) return JSON.parse(queue.attributes.Policy) as PolicyDocument;
  return { Version: '2012-10-17', Id: `${queue.QueueArn}/SQSDefaultPolicy`, Statement: [] };
}

function keep(ctx: Context, queue: Queue, attributes: Record<string, string>): void {
  queues(ctx, queue).put(queue.QueueName, { ...queue, attributes, modifiedMs: ctx.clock.now() });
}
