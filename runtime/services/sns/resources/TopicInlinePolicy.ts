import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface TopicInlinePolicyProperties {
  PolicyDocument: object;
  TopicArn: string;
}

/** The policy of one topic. */
export const TopicInlinePolicy = defineResource<TopicInlinePolicyProperties>({
  type: 'AWS::SNS::TopicInlinePolicy',
  properties: { PolicyDocument: 'executed', TopicArn: 'executed' },
  create: put,
  update: (ctx, _physicalId, properties) => put(ctx, properties),
  async delete(ctx, TopicArn) {
    try {
      await ctx.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue: '' });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFound') throw error;
    }
  },
});

async function put(ctx: ResourceContext, { TopicArn, PolicyDocument }: TopicInlinePolicyProperties) {
  const AttributeValue = JSON.stringify(PolicyDocument);
  await ctx.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
  return { physicalId: TopicArn };
}
