import { parseArn } from '../../kernel/arn.ts';
import type { Principal, ServicePrincipal } from '../../kernel/principal.ts';
import { type Access, type Context, defineService } from '../../kernel/service.ts';
import { meterCall } from './behaviour/usage.ts';
import * as publishing from './operations/publish.ts';
import * as subscriptionOperations from './operations/subscriptions.ts';
import {
  CreateTopic,
  DeleteTopic,
  defaultPolicy,
  GetTopicAttributes,
  ListTagsForResource,
  ListTopics,
  SetTopicAttributes,
  TagResource,
  UntagResource,
} from './operations/topics.ts';
import { Subscription } from './resources/Subscription.ts';
import { Topic } from './resources/Topic.ts';
import { TopicPolicy } from './resources/TopicPolicy.ts';
import { topicArn, topics } from './state.ts';

export default defineService({
  name: 'sns',
  actionPrefix: 'sns',
  operations: {
    CreateTopic,
    DeleteTopic,
    GetTopicAttributes,
    SetTopicAttributes,
    ListTopics,
    TagResource,
    UntagResource,
    ListTagsForResource,
    ...publishing,
    ...subscriptionOperations,
  },
  resources: [Topic, TopicPolicy, Subscription],
  authorization: authorize,
  usage: { calls: meterCall },
  accessDenied: { code: 'AuthorizationError', status: 403 },
  fidelity: {
    'CreateTopic.Attributes.KmsMasterKeyId': 'stored',
    'CreateTopic.Attributes.DeliveryPolicy': 'stored',
    'CreateTopic.Attributes.SignatureVersion': 'stored',
    'CreateTopic.DataProtectionPolicy': { refused: 'data protection is not done.' },
    'Publish.PhoneNumber': { refused: 'text messages are not done.' },
    'Publish.MessageGroupId': { refused: 'FIFO topics are not done.' },
    'Publish.MessageDeduplicationId': { refused: 'FIFO topics are not done.' },
  },
});

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
    resourcePolicy: topic.attributes.Policy ?? defaultPolicy(topic),
    resourceAccount: topic.account,
    ...(isAlarm(ctx.principal) ? { conditions: { 'aws:SourceOwner': ctx.principal.account } } : {}),
  };
}

/** Alarms publish under a topic's default policy: of the services, only they give AWS:SourceOwner, which it asks for. */
function isAlarm(principal: Principal): principal is ServicePrincipal {
  return principal.kind === 'service' && principal.service === 'cloudwatch.amazonaws.com';
}
