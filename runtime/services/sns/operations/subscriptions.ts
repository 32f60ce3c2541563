import type {
  ConfirmSubscriptionCommandInput,
  GetSubscriptionAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsCommandInput,
  SetSubscriptionAttributesCommandInput,
  SubscribeCommandInput,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { webPolicy } from '../behaviour/delivery-policy.ts';
import { page } from '../behaviour/pages.ts';
import { askToConfirm, checkEndpoint, pendingMs } from '../behaviour/subscribing.ts';
import { checkSubscriptionAttributes } from '../behaviour/subscription-attributes.ts';
import { checkLargeMessages } from '../behaviour/topic-attributes.ts';
import { authorizationError, invalidParameter, notFound } from '../errors.ts';
import { type Subscription, subscriptions, subscriptionsOf, type Topic, topicAt } from '../state.ts';

export function Subscribe(ctx: Context, input: SubscribeCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const { Protocol = '', Endpoint = '' } = input;
  checkEndpoint(ctx, topic, Protocol, Endpoint);
  const attributes = present((input.Attributes ?? {}) as Record<string, string>);
  checkSubscriptionAttributes(ctx, Protocol, attributes, attributes);
  const all = subscriptionsOf(ctx, topic);
  const existing = all.find((one) => one.Protocol === Protocol && one.Endpoint === Endpoint);
  if (existing) return { SubscriptionArn: subscribedAgain(ctx, topic, existing, attributes, input) };
  checkLargeMessages(topic.attributes.MaximumMessageSize, [...all, { Protocol }]);
  const confirmed = Protocol === 'sqs' || Protocol === 'lambda';
  const subscription: Subscription = {
    SubscriptionArn: `${topic.TopicArn}:${ctx.ids.uuid()}`,
    TopicArn: topic.TopicArn,
    Protocol,
    Endpoint,
    Owner: ctx.account,
    confirmed,
    token: confirmed ? undefined : ctx.ids.hex(128),
    createdMs: ctx.clock.now(),
    attributes,
  };
  subscriptions(ctx, topic).put(subscription.SubscriptionArn, subscription);
  if (!confirmed) askToConfirm(ctx, topic, subscription);
  return { SubscriptionArn: shownArn(subscription, input) };
}

/** "If the subscription already exists, Subscribe returns its ARN"; a pending one is asked once more. */
function subscribedAgain(
  ctx: Context,
  topic: Topic,
  existing: Subscription,
  attributes: Record<string, string>,
  input: SubscribeCommandInput,
): string {
  const differs = Object.entries(attributes).some(([name, value]) => existing.attributes[name] !== value);
  if (differs) throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
  if (!existing.confirmed) askToConfirm(ctx, topic, existing);
  return shownArn(existing, input);
}

function shownArn(subscription: Subscription, { ReturnSubscriptionArn }: SubscribeCommandInput): string {
  return subscription.confirmed || ReturnSubscriptionArn ? subscription.SubscriptionArn : 'pending confirmation';
}

function present(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
}

export function ConfirmSubscription(ctx: Context, input: ConfirmSubscriptionCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const subscription = subscriptionsOf(ctx, topic).find((one) => one.token === input.Token);
  if (!subscription || ctx.clock.now() > (subscription.createdMs ?? 0) + pendingMs) throw invalidParameter('Token');
  const authenticated = input.AuthenticateOnUnsubscribe === 'true';
  if (!subscription.confirmed)
    subscriptions(ctx, topic).put(subscription.SubscriptionArn, { ...subscription, confirmed: true, authenticated });
  return { SubscriptionArn: subscription.SubscriptionArn };
}

function subscriptionAt(ctx: Context, arn: string | undefined): Subscription {
  const found = findSubscription(ctx, arn);
  if (!found) throw notFound('Subscription');
  return found;
}

function findSubscription(ctx: Context, arn: string | undefined): Subscription | undefined {
  const parsed = parseArn(arn ?? '');
  return parsed && subscriptions(ctx, { account: parsed.account, region: parsed.region }).get(arn ?? '');
}

/** Nobody's signature is needed, unless the confirmation asked for it (AuthenticateOnUnsubscribe). */
export function Unsubscribe(ctx: Context, input: UnsubscribeCommandInput) {
  const arn = input.SubscriptionArn ?? '';
  if ((parseArn(arn)?.resource.split(':').length ?? 0) < 2)
    throw invalidParameter(
      `SubscriptionArn Reason: An ARN must have at least 6 elements, not ${arn.split(':').length}`,
    );
  const subscription = findSubscription(ctx, arn);
  if (!subscription) return;
  if (subscription.authenticated && ctx.principal.kind === 'service')
    throw authorizationError('The subscription was confirmed so that only its owner may unsubscribe.');
  subscriptions(ctx, scopeOf(subscription)).delete(arn);
}

function scopeOf({ SubscriptionArn }: Subscription): { account: string; region: string } {
  const { account = '', region = '' } = parseArn(SubscriptionArn) ?? {};
  return { account, region };
}

export function GetSubscriptionAttributes(ctx: Context, input: GetSubscriptionAttributesCommandInput) {
  const subscription = subscriptionAt(ctx, input.SubscriptionArn);
  const { SubscriptionArn, TopicArn, Protocol, Endpoint, Owner, confirmed, authenticated, attributes } = subscription;
  const ownerConfirmed = confirmed && (authenticated ?? !subscription.token);
  return {
    Attributes: {
      SubscriptionArn,
      TopicArn,
      Protocol,
      Endpoint,
      Owner,
      RawMessageDelivery: 'false',
      ...(attributes.FilterPolicy ? { FilterPolicyScope: 'MessageAttributes' } : {}),
      ...(Protocol.startsWith('http') ? { EffectiveDeliveryPolicy: effectivePolicy(ctx, subscription) } : {}),
      ...attributes,
      PendingConfirmation: String(!confirmed),
      ConfirmationWasAuthenticated: String(ownerConfirmed),
      SubscriptionPrincipal: `arn:aws:iam::${Owner}:root`,
    },
  };
}

function effectivePolicy(ctx: Context, subscription: Subscription): string {
  const { retries, contentType } = webPolicy(topicAt(ctx, subscription.TopicArn), subscription);
  return JSON.stringify({ healthyRetryPolicy: retries, requestPolicy: { headerContentType: contentType } });
}

export function SetSubscriptionAttributes(ctx: Context, input: SetSubscriptionAttributesCommandInput) {
  const subscription = subscriptionAt(ctx, input.SubscriptionArn);
  const changed = { [input.AttributeName ?? '']: input.AttributeValue ?? '' };
  const attributes = { ...subscription.attributes, ...changed };
  checkSubscriptionAttributes(ctx, subscription.Protocol, changed, attributes);
  subscriptions(ctx, scopeOf(subscription)).put(subscription.SubscriptionArn, {
    ...subscription,
    attributes: present(attributes),
  });
}

export function ListSubscriptions(ctx: Context, input: ListSubscriptionsCommandInput) {
  return listed(subscriptions(ctx, ctx).values(), input.NextToken);
}

export function ListSubscriptionsByTopic(ctx: Context, input: ListSubscriptionsByTopicCommandInput) {
  return listed(subscriptionsOf(ctx, topicAt(ctx, input.TopicArn)), input.NextToken);
}

function listed(all: Subscription[], token: string | undefined) {
  const { items, NextToken } = page(all, token);
  const Subscriptions = items.map(({ SubscriptionArn, TopicArn, Protocol, Endpoint, Owner, confirmed }) => ({
    SubscriptionArn: confirmed ? SubscriptionArn : 'PendingConfirmation',
    TopicArn,
    Protocol,
    Endpoint,
    Owner,
  }));
  return { Subscriptions, NextToken };
}
