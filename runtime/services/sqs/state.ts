import { formatArn, parseArn } from '../../kernel/arn.ts';
import { defineEngine } from '../../kernel/engine.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { queueDoesNotExist } from './errors.ts';

/** A queue as configured. Attributes in AWS's names and as AWS gives them: text. */
export interface Queue {
  QueueName: string;
  QueueUrl: string;
  QueueArn: string;
  account: string;
  region: string;
  createdMs: number;
  modifiedMs: number;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

/** What a queue has when nothing is said ("CreateQueue", Amazon SQS API Reference). */
export const attributeDefaults: Readonly<Record<string, string>> = lookupTable({
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
  SqsManagedSseEnabled: 'true',
});

/** SQS gives at most 120,000 messages in flight ("Amazon SQS message quotas", Developer Guide). */
export const inFlightLimit = 120_000;

export function queues(kernel: Kernel, scope: Scope): Collection<Queue> {
  return kernel.store.collection<Queue>('sqs.queues', scope);
}

/** Hot look-ups by ARN, over every account and region of the runtime. */
export const queuesByArn = defineEngine('sqs.queues-by-arn', (kernel) => {
  const find = (arn: string): Queue | undefined => {
    const parsed = parseArn(arn);
    return parsed && queues(kernel, { account: parsed.account, region: parsed.region }).get(parsed.resource);
  };
  return { find };
});

export function queueArn(region: string, account: string, name: string): string {
  return formatArn('sqs', region, account, name);
}

export function queueUrl(region: string, account: string, name: string): string {
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

/**
 * The queue's URL as the caller can use it. SDKs send to the URL's host, so a client that came by a loopback name is told
 * that name; templates and functions, for which AWS's names are this machine, are told AWS's.
 */
export function urlFor(ctx: Context, queue: Queue): string {
  const host = ctx.origin === 'wire' ? ctx.http?.headers.host : undefined;
  if (host === undefined || !/^(localhost|127\.\d+\.\d+\.\d+|[a-z0-9.-]+\.localhost)(:\d+)?$/i.test(host))
    return queue.QueueUrl;
  return `http://${host}/${queue.account}/${queue.QueueName}`;
}

/** The queue a QueueUrl names. Only the account and name in its path count: a client may have been pointed here by any host. */
export function queueAt(ctx: Context, url: string): Queue {
  const { account, name, region } = parseQueueUrl(ctx, url);
  const queue = queues(ctx, { account, region }).get(name);
  if (!queue) throw queueDoesNotExist();
  return queue;
}

export function parseQueueUrl(ctx: Context, url: string): { account: string; name: string; region: string } {
  const match = /^(?:https?:\/\/([^/]+))?\/?(\d{12})\/([^/?#]+)$/.exec(url);
  if (!match) return { account: ctx.account, region: ctx.region, name: url.split('/').pop() ?? url };
  const [, host = '', account = ctx.account, name = ''] = match;
  const region = /(?:^|\.)sqs\.([a-z]{2}-[a-z]+-\d)\.|^([a-z]{2}-[a-z]+-\d)\.queue\./.exec(host);
  return { account, name, region: region?.[1] ?? region?.[2] ?? ctx.region };
}

export function isFifo(queue: Queue): boolean {
  return queue.QueueName.endsWith('.fifo');
}

export function numberAttribute(queue: Queue, name: string): number {
  return Number(queue.attributes[name] ?? attributeDefaults[name] ?? 0);
}

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

export function redrivePolicy(queue: Queue): RedrivePolicy | undefined {
  const text = queue.attributes.RedrivePolicy;
  if (!text) return undefined;
  const policy = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  return { deadLetterTargetArn: policy.deadLetterTargetArn, maxReceiveCount: Number(policy.maxReceiveCount) };
}

export type { Context };
