import { defineResource } from '../../../kernel/resource.ts';

interface SubscriptionProperties {
  TopicArn: string;
  Protocol: string;
  Endpoint: string;
  RawMessageDelivery?: boolean;
}

export const Subscription = defineResource<SubscriptionProperties>({
  type: 'AWS::SNS::Subscription',
  properties: { TopicArn: 'executed', Protocol: 'executed', Endpoint: 'executed', RawMessageDelivery: 'executed' },
  async create(ctx, { TopicArn, Protocol, Endpoint, RawMessageDelivery }) {
    const Attributes = RawMessageDelivery === undefined ? {} : { RawMessageDelivery: String(RawMessageDelivery) };
    const { SubscriptionArn } = await ctx.call<{ SubscriptionArn: string }>('sns', 'Subscribe', {
      TopicArn,
      Protocol,
      Endpoint,
      Attributes,
      ReturnSubscriptionArn: true,
    });
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  async update(ctx, SubscriptionArn, { RawMessageDelivery = false }) {
    await ctx.call('sns', 'SetSubscriptionAttributes', {
      SubscriptionArn,
      AttributeName: 'RawMessageDelivery',
      AttributeValue: String(RawMessageDelivery),
    });
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  async delete(ctx, SubscriptionArn) {
    await ctx.call('sns', 'Unsubscribe', { SubscriptionArn });
  },
});
