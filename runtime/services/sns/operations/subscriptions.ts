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
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { sendMail } from '../behaviour/outbox.ts';
import { invalidParameter, notFound } from '../errors.ts';
import { type Subscription, subscriptions, subscriptionsOf, topicAt } from '../state.ts';

const executedAttributes = ['RawMessageDelivery'];

export function Subscribe(ctx: Context, input: SubscribeCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const Protocol = input.Protocol ?? '';
  const Endpoint = input.Endpoint ?? '';
  checkEndpoint(Protocol, Endpoint);
  checkAttributes((input.Attributes ?? {}) as Record<string, string>);
  const existing = subscriptionsOf(ctx, topic).find((one) => one.Protocol === Protocol && one.Endpoint === Endpoint);
  if (existing)
    return {
      SubscriptionArn:
        existing.confirmed || input.ReturnSubscriptionArn ? existing.SubscriptionArn : 'pending confirmation',
    };
  const confirmed = Protocol === 'sqs' || Protocol === 'lambda';
  const subscription: Subscription = {
    SubscriptionArn: `${topic.TopicArn}:${ctx.ids.uuid()}`,
    TopicArn: topic.TopicArn,
    Protocol,
    Endpoint,
    Owner: ctx.account,
    confirmed,
    token: confirmed ? undefined : ctx.ids.hex(64),
    attributes: (input.Attributes ?? {}) as Record<string, string>,
  };
  subscriptions(ctx, topic).put(subscription.SubscriptionArn, subscription);
  if (!confirmed) {
    sendMail(ctx, topic, {
      to: Endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      text: `You have chosen to subscribe to the topic:\n${topic.TopicArn}\n\nTo confirm this subscription, call ConfirmSubscription with the token:\n${subscription.token}\n`,
    });
  }
  return {
    SubscriptionArn: confirmed || input.ReturnSubscriptionArn ? subscription.SubscriptionArn : 'pending confirmation',
  };
}

function checkEndpoint(protocol: string, endpoint: string): void {
  if (['http', 'https', 'sms', 'application', 'firehose', 'email-json'].includes(protocol))
    throw refused(`sns Subscribe with Protocol ${protocol}`, 'sqs, lambda and email are done.');
  if (!['sqs', 'lambda', 'email'].includes(protocol))
    throw invalidParameter(`Protocol Reason: Does not support this protocol string: ${protocol}`);
  if (protocol === 'email' && !/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalidParameter('Email address');
  if (protocol !== 'email' && parseArn(endpoint)?.service !== protocol)
    throw invalidParameter(`${protocol === 'sqs' ? 'SQS' : 'Lambda'} endpoint ARN`);
}

function checkAttributes(attributes: Record<string, string>): void {
  for (const name of Object.keys(attributes)) {
    if (
      [
        'FilterPolicy',
        'FilterPolicyScope',
        'RedrivePolicy',
        'DeliveryPolicy',
        'SubscriptionRoleArn',
        'ReplayPolicy',
      ].includes(name)
    )
      throw refused(`sns subscription attribute ${name}`);
    if (!executedAttributes.includes(name)) throw invalidParameter(`Attributes Reason: Unknown attribute: ${name}`);
  }
}

export function ConfirmSubscription(ctx: Context, input: ConfirmSubscriptionCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const subscription = subscriptionsOf(ctx, topic).find((one) => one.token === input.Token);
  if (!subscription) throw invalidParameter('Token');
  subscriptions(ctx, topic).put(subscription.SubscriptionArn, { ...subscription, confirmed: true });
  return { SubscriptionArn: subscription.SubscriptionArn };
}

function subscriptionAt(ctx: Context, arn: string | undefined): Subscription {
  const parsed = parseArn(arn ?? '');
  const found = parsed && subscriptions(ctx, { account: parsed.account, region: parsed.region }).get(arn ?? '');
  if (!found) throw notFound('Subscription');
  return found;
}

export function Unsubscribe(ctx: Context, input: UnsubscribeCommandInput) {
  const parsed = parseArn(input.SubscriptionArn ?? '');
  if (parsed)
    subscriptions(ctx, { account: parsed.account, region: parsed.region }).delete(input.SubscriptionArn ?? '');
}

export function GetSubscriptionAttributes(ctx: Context, input: GetSubscriptionAttributesCommandInput) {
  const { confirmed, token: _token, attributes, ...subscription } = subscriptionAt(ctx, input.SubscriptionArn);
  return {
    Attributes: {
      ...subscription,
      RawMessageDelivery: 'false',
      ...attributes,
      PendingConfirmation: String(!confirmed),
      ConfirmationWasAuthenticated: String(confirmed),
      SubscriptionPrincipal: `arn:aws:iam::${subscription.Owner}:root`,
    },
  };
}

export function SetSubscriptionAttributes(ctx: Context, input: SetSubscriptionAttributesCommandInput) {
  const subscription = subscriptionAt(ctx, input.SubscriptionArn);
  const attributes = { [input.AttributeName ?? '']: input.AttributeValue ?? '' };
  checkAttributes(attributes);
  const parsed = parseArn(subscription.SubscriptionArn);
  subscriptions(ctx, { account: parsed?.account ?? ctx.account, region: parsed?.region ?? ctx.region }).put(
    subscription.SubscriptionArn,
    { ...subscription, attributes: { ...subscription.attributes, ...attributes } },
  );
}

export function ListSubscriptions(ctx: Context, input: ListSubscriptionsCommandInput) {
  return page(subscriptions(ctx, ctx).values(), input.NextToken);
}

export function ListSubscriptionsByTopic(ctx: Context, input: ListSubscriptionsByTopicCommandInput) {
  return page(subscriptionsOf(ctx, topicAt(ctx, input.TopicArn)), input.NextToken);
}

function page(all: Subscription[], token: string | undefined) {
  const start = Number(token ?? 0);
  const Subscriptions = all
    .slice(start, start + 100)
    .map(({ SubscriptionArn, TopicArn, Protocol, Endpoint, Owner, confirmed }) => ({
      SubscriptionArn: confirmed ? SubscriptionArn : 'PendingConfirmation',
      TopicArn,
      Protocol,
      Endpoint,
      Owner,
    }));
  return { Subscriptions, ...(all.length > start + 100 ? { NextToken: String(start + 100) } : {}) };
}
