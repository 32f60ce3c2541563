import { parseArn } from '../../kernel/arn.ts';
import type { Principal, ServicePrincipal } from '../../kernel/principal.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { deliveries } from './behaviour/delivery.ts';
import { serveLinks } from './behaviour/links.ts';
import { publicationTable } from './behaviour/publication-table.ts';
import { pendingMs } from './behaviour/subscribing.ts';
import { policyOf } from './behaviour/topic-policy.ts';
import { meterCall } from './behaviour/usage.ts';
import * as permissions from './operations/permissions.ts';
import * as publishing from './operations/publish.ts';
import * as subscriptionOperations from './operations/subscriptions.ts';
import * as tags from './operations/tags.ts';
import * as topicOperations from './operations/topics.ts';
import { Subscription } from './resources/Subscription.ts';
import { Topic } from './resources/Topic.ts';
import { TopicInlinePolicy } from './resources/TopicInlinePolicy.ts';
import { TopicPolicy } from './resources/TopicPolicy.ts';
import { subscriptions, topicArn, topics } from './state.ts';

export default defineService({
  name: 'sns',
  actionPrefix: 'sns',
  operations: { ...topicOperations, ...tags, ...permissions, ...publishing, ...subscriptionOperations },
  resources: [Topic, TopicPolicy, TopicInlinePolicy, Subscription],
  authorization: authorize,
  usage: { calls: meterCall },
  accessDenied: { code: 'AuthorizationError', status: 403 },
  start,
  fidelity: {
    'CreateTopic.Attributes.KmsMasterKeyId': 'stored',
    'CreateTopic.Attributes.TracingConfig': 'stored',
    'CreateTopic.Attributes.DisplayName': 'stored',
    'CreateTopic.DataProtectionPolicy': { refused: 'data protection is not done.' },
    'Publish.PhoneNumber': { refused: 'text messages are not done.' },
  },
});

const hourMs = 60 * 60_000;

function start(kernel: Kernel): Running {
  const links = serveLinks(kernel);
  kernel.engine(deliveries).resume();
  const sweep = kernel.clock.every(
    hourMs,
    'end of subscriptions that nobody confirmed',
    () => {
      const nowMs = kernel.clock.now();
      kernel.engine(publicationTable).forgetDuplicates(nowMs);
      for (const scope of kernel.store.scopes('sns.subscriptions')) {
        const held = subscriptions(kernel, scope);
        for (const { SubscriptionArn, confirmed, createdMs = 0 } of held.values())
          if (!confirmed && createdMs + pendingMs < nowMs) held.delete(SubscriptionArn);
      }
    },
    { kind: 'retention' },
  );
  return {
    stop() {
      sweep.cancel();
      links.stop();
    },
  };
}

/** "Actions, resources, and condition keys for Amazon SNS". */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `sns:${operation.replace(/Batch$/, '')}`;
  if (operation === 'ListTopics' || operation === 'ListSubscriptions') return { action, resource: '*' };
  const named = (input.TopicArn ?? input.TargetArn ?? input.ResourceArn ?? input.SubscriptionArn) as string | undefined;
  const arn =
    named === undefined
      ? topicArn(ctx.region, ctx.account, String(input.Name ?? '*'))
      : named.split(':').slice(0, 6).join(':');
  const parsed = parseArn(arn);
  const topic = parsed && topics(ctx, { account: parsed.account, region: parsed.region }).get(parsed.resource);
  if (!topic) return { action, resource: arn };
  return {
    action,
    resource: arn,
    resourcePolicy: policyOf(topic),
    resourceAccount: topic.account,
    ...(givesOwner(ctx.principal) ? { conditions: { 'aws:SourceOwner': ctx.principal.account } } : {}),
  };
}

/**
 * Alarms publish under a topic's default policy, and RDS does ("Granting permissions to publish notifications to an Amazon SNS
 * topic"): of the services, only they give AWS:SourceOwner, which it asks for.
 */
function givesOwner(principal: Principal): principal is ServicePrincipal {
  return principal.kind === 'service' && /^(cloudwatch|events\.rds)\.amazonaws\.com$/.test(principal.service);
}
