import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { invalidParameter, notFound } from './errors.ts';

export interface Topic {
  TopicArn: string;
  Name: string;
  account: string;
  region: string;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

export interface Subscription {
  SubscriptionArn: string;
  TopicArn: string;
  Protocol: string;
  Endpoint: string;
  Owner: string;
  confirmed: boolean;
  /** Sent to the endpoint to confirm by. */
  token: string | undefined;
  createdMs?: number;
  /** Confirmed with AuthenticateOnUnsubscribe: only the owner may unsubscribe. */
  authenticated?: boolean;
  attributes: Record<string, string>;
}

export function topics(kernel: Kernel, scope: Scope): Collection<Topic> {
  return kernel.store.collection<Topic>('sns.topics', scope);
}

export function subscriptions(kernel: Kernel, scope: Scope): Collection<Subscription> {
  return kernel.store.collection<Subscription>('sns.subscriptions', scope);
}

export function topicArn(region: string, account: string, name: string): string {
  return formatArn('sns', region, account, name);
}

export function topicAt(ctx: Context, arn: string | undefined): Topic {
  const parsed = parseArn(arn ?? '');
  if (parsed?.service !== 'sns') throw invalidParameter('TopicArn Reason: An ARN must have at least 6 elements, not 1');
  const topic = topics(ctx, { account: parsed.account, region: parsed.region }).get(parsed.resource);
  if (!topic) throw notFound('Topic');
  return topic;
}

export function subscriptionsOf(kernel: Kernel, topic: Topic): Subscription[] {
  return subscriptions(kernel, topic)
    .values()
    .filter((subscription) => subscription.TopicArn === topic.TopicArn);
}
