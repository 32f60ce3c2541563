import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface TopicPolicyProperties {
  PolicyDocument: object;
  Topics: string[];
}

export const TopicPolicy = defineResource<TopicPolicyProperties>({
  type: 'AWS::SNS::TopicPolicy',
  properties: { PolicyDocument: 'executed', Topics: 'executed' },
  async create(ctx, { PolicyDocument, Topics }) {
    await put(ctx, Topics, JSON.stringify(PolicyDocument));
    const physicalId = ctx.generateName();
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update(ctx, physicalId, { PolicyDocument, Topics }, previous) {
    await put(
      ctx,
      previous.Topics.filter((topic) => !Topics.includes(topic)),
      '',
    );
    await put(ctx, Topics, JSON.stringify(PolicyDocument));
    return { physicalId, attributes: { Id: physicalId } };
  },
  async delete(ctx, _physicalId, { Topics }) {
    await put(ctx, Topics, '');
  },
});

async function put(ctx: ResourceContext, topics: string[], AttributeValue: string): Promise<void> {
  for (const TopicArn of topics) {
    try {
      await ctx.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
    } catch (error) {
      if (AttributeValue !== '' || !(error instanceof AwsError) || error.code !== 'NotFound') throw error;
    }
  }
}
