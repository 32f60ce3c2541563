import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface QueuePolicyProperties {
  PolicyDocument: object;
  Queues: string[];
}

/** AWS::SQS::QueuePolicy: one policy put on each of the queues. */
export const QueuePolicy = defineResource<QueuePolicyProperties>({
  type: 'AWS::SQS::QueuePolicy',
  properties: { PolicyDocument: 'executed', Queues: 'executed' },
  async create(ctx, properties) {
    await put(ctx, properties.Queues, JSON.stringify(properties.PolicyDocument));
    const physicalId = ctx.generateName();
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update(ctx, physicalId, properties, previous) {
    await put(
      ctx,
      previous.Queues.filter((queue) => !properties.Queues.includes(queue)),
      '',
    );
    await put(ctx, properties.Queues, JSON.stringify(properties.PolicyDocument));
    return { physicalId, attributes: { Id: physicalId } };
  },
  async delete(ctx, _physicalId, properties) {
    await put(ctx, properties.Queues, '');
  },
});

async function put(ctx: ResourceContext, queues: string[], Policy: string): Promise<void> {
  for (const QueueUrl of queues) {
    try {
      await ctx.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
    } catch (error) {
      if (Policy !== '' || (error as { code?: string }).code !== 'QueueDoesNotExist') throw error;
    }
  }
}
