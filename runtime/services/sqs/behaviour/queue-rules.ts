import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { compilePolicy } from '../../../engines/iam/policy.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidAttributeName, invalidAttributeValue, invalidParameter } from '../errors.ts';
import { queues } from '../state.ts';

/** Least and most of each numeric attribute ("CreateQueue", Amazon SQS API Reference; MaximumMessageSize 1 MiB since August 2025). */
const ranges: Record<string, [number, number]> = lookupTable({
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
});

const choices: Record<string, string[]> = lookupTable({
  FifoQueue: ['true', 'false'],
  ContentBasedDeduplication: ['true', 'false'],
  SqsManagedSseEnabled: ['true', 'false'],
  DeduplicationScope: ['messageGroup', 'queue'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
});

const fifoOnly = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];

export function checkName(name: string, attributes: Record<string, string>): void {
  const fifo = name.endsWith('.fifo');
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(fifo ? name.slice(0, -5) : name) || name.length > 80) {
    throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
  }
  if ((attributes.FifoQueue === 'true') !== fifo) {
    throw invalidParameter(
      fifo
        ? 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'
        : 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
}

export function checkAttributes(ctx: Context, queueName: string, attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) {
    const range = ranges[name];
    const choice = choices[name];
    if (range) checkRange(name, value, range);
    else if (choice) {
      if (!choice.includes(value)) throw invalidAttributeValue(name);
      if (fifoOnly.includes(name) && !queueName.endsWith('.fifo')) throw invalidAttributeName(name);
    } else if (name === 'RedrivePolicy') checkRedrivePolicy(ctx, queueName, value);
    else if (name === 'RedriveAllowPolicy') checkRedriveAllowPolicy(value);
    else if (name === 'Policy') checkPolicy(value);
    else if (name !== 'KmsMasterKeyId') throw invalidAttributeName(name);
  }
}

/** What the authorizer could not read would be asked of every request, and refuse it. */
function checkPolicy(text: string): void {
  if (text === '') return;
  try {
    compilePolicy(text, 'resource');
  } catch (error) {
    throw error instanceof MalformedPolicy ? invalidAttributeValue('Policy') : error;
  }
}

function checkRange(name: string, value: string, [least, most]: [number, number]): void {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) throw invalidAttributeValue(name);
}

function checkRedrivePolicy(ctx: Context, queueName: string, text: string): void {
  if (text === '') return;
  const policy = parseObject('RedrivePolicy', text);
  const unknown = Object.keys(policy).find((name) => name !== 'deadLetterTargetArn' && name !== 'maxReceiveCount');
  const receives = Number(policy.maxReceiveCount);
  const reason = (why: string): Error =>
    invalidParameter(`Value ${text} for parameter RedrivePolicy is invalid. Reason: ${why}`);
  if (unknown) throw reason('Redrive policy contains an unknown attribute.');
  if (!policy.deadLetterTargetArn || !policy.maxReceiveCount)
    throw reason('Redrive policy does not contain mandatory attribute: deadLetterTargetArn and maxReceiveCount.');
  if (!Number.isInteger(receives) || receives < 1 || receives > 1000)
    throw reason('Invalid value for maxReceiveCount: must be an integer from 1 to 1000.');
  const arn = parseArn(String(policy.deadLetterTargetArn));
  const target = arn && queues(ctx, { account: arn.account, region: arn.region }).get(arn.resource);
  if (!target) throw reason('Dead letter target does not exist.');
  if (target.QueueName.endsWith('.fifo') !== queueName.endsWith('.fifo')) {
    throw reason('Dead-letter queue must be same type of queue as the source.');
  }
  if (!allowsSource(target.attributes.RedriveAllowPolicy, ctx, queueName)) {
    throw reason('Queue does not have permission to use the dead-letter queue: see its RedriveAllowPolicy.');
  }
}

function allowsSource(text: string | undefined, ctx: Context, queueName: string): boolean {
  if (!text) return true;
  const policy = JSON.parse(text) as { redrivePermission: string; sourceQueueArns?: string[] };
  if (policy.redrivePermission === 'denyAll') return false;
  const source = `arn:aws:sqs:${ctx.region}:${ctx.account}:${queueName}`;
  return policy.redrivePermission === 'allowAll' || (policy.sourceQueueArns ?? []).includes(source);
}

function checkRedriveAllowPolicy(text: string): void {
  if (text === '') return;
  const policy = parseObject('RedriveAllowPolicy', text);
  if (!['allowAll', 'denyAll', 'byQueue'].includes(String(policy.redrivePermission)))
    throw invalidAttributeValue('RedriveAllowPolicy');
  const sources = policy.sourceQueueArns;
  if ((policy.redrivePermission === 'byQueue') !== Array.isArray(sources))
    throw invalidAttributeValue('RedriveAllowPolicy');
  if (Array.isArray(sources) && sources.length > 10) throw invalidAttributeValue('RedriveAllowPolicy');
}

function parseObject(name: string, text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the same refusal: what is not JSON is not a policy either.
  }
  throw invalidAttributeValue(name);
}
