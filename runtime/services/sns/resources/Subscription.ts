import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';

interface SubscriptionProperties {
  TopicArn: string;
  Protocol: string;
  Endpoint: string;
  Region?: string;
  [attribute: string]: unknown;
}

const attributes = ['RawMessageDelivery', 'FilterPolicy', 'FilterPolicyScope', 'RedrivePolicy', 'DeliveryPolicy'];

/** Ref is the ARN. */
export const Subscription = defineResource<SubscriptionProperties>({
  type: 'AWS::SNS::Subscription',
  properties: {
    TopicArn: 'executed',
    Protocol: 'executed',
    Endpoint: 'executed',
    RawMessageDelivery: 'executed',
    FilterPolicy: 'executed',
    FilterPolicyScope: 'executed',
    RedrivePolicy: 'executed',
    DeliveryPolicy: 'executed',
    Region: 'executed',
    SubscriptionRoleArn: { refused: 'Firehose is not done.' },
    ReplayPolicy: { refused: 'the message archive is not done.' },
  },
  async create(ctx, properties) {
    const { TopicArn, Protocol, Endpoint, Region } = properties;
    const { SubscriptionArn } = await ctx.call<{ SubscriptionArn: string }>(
      'sns',
      'Subscribe',
      { TopicArn, Protocol, Endpoint, Attributes: attributesOf(properties), ReturnSubscriptionArn: true },
      Region === undefined ? {} : { region: Region },
    );
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  /** The scope goes with the policy it is for, so a policy is taken off before the scope changes and put on after. */
  async update(ctx, SubscriptionArn, properties, previous) {
    const set = (AttributeName: string, AttributeValue: string) =>
      ctx.call('sns', 'SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
    const now = attributesOf(properties);
    const before = attributesOf(previous);
    const rescoped = now.FilterPolicyScope !== before.FilterPolicyScope;
    if (rescoped && before.FilterPolicy) await set('FilterPolicy', '');
    if (rescoped) await set('FilterPolicyScope', now.FilterPolicyScope ?? '');
    for (const name of attributes.filter((one) => one !== 'FilterPolicyScope')) {
      if (now[name] === before[name] && !(rescoped && name === 'FilterPolicy')) continue;
      await set(name, now[name] ?? (name === 'RawMessageDelivery' ? 'false' : ''));
    }
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  async delete(ctx, SubscriptionArn) {
    await ctx.call('sns', 'Unsubscribe', { SubscriptionArn });
  },
  async read(ctx, SubscriptionArn) {
    try {
      const { Attributes } = await ctx.call<{ Attributes: Record<string, string> }>(
        'sns',
        'GetSubscriptionAttributes',
        { SubscriptionArn },
      );
      const { TopicArn = '', Protocol = '', Endpoint = '', RawMessageDelivery } = Attributes;
      return { TopicArn, Protocol, Endpoint, RawMessageDelivery: RawMessageDelivery === 'true' };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'NotFound') return undefined;
      throw error;
    }
  },
});

function attributesOf(properties: SubscriptionProperties): Record<string, string> {
  const given = attributes.filter((name) => properties[name] !== undefined);
  return Object.fromEntries(
    given.map((name) => {
      const value = properties[name];
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}
