import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface EventBusPolicyProperties {
  EventBusName?: string;
  StatementId: string;
  Statement?: object;
  Action?: string;
  Principal?: string;
  Condition?: { Type: string; Key: string; Value: string };
}

/** One statement of a bus's policy. */
export const EventBusPolicy = defineResource<EventBusPolicyProperties>({
  type: 'AWS::Events::EventBusPolicy',
  properties: {
    EventBusName: 'executed',
    StatementId: 'executed',
    Statement: 'executed',
    Action: 'executed',
    Principal: 'executed',
    Condition: 'executed',
  },
  async create(ctx, properties) {
    await put(ctx, properties);
    return { physicalId: ctx.generateName() };
  },
  async update(ctx, physicalId, properties) {
    await put(ctx, properties);
    return { physicalId };
  },
  async delete(ctx, _physicalId, { EventBusName, StatementId }) {
    try {
      await ctx.call('events', 'RemovePermission', { EventBusName, StatementId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

async function put(ctx: ResourceContext, { Statement, ...properties }: EventBusPolicyProperties): Promise<void> {
  const { EventBusName, StatementId } = properties;
  if (!Statement) {
    await ctx.call('events', 'PutPermission', properties);
    return;
  }
  const { Policy } = await ctx.call<{ Policy?: string }>('events', 'DescribeEventBus', { Name: EventBusName });
  const document = JSON.parse(Policy ?? '{"Version":"2012-10-17","Statement":[]}') as { Statement: { Sid?: string }[] };
  const others = [document.Statement].flat().filter(({ Sid }) => Sid !== StatementId);
  const changed = { ...document, Statement: [...others, { ...Statement, Sid: StatementId }] };
  await ctx.call('events', 'PutPermission', { EventBusName, Policy: JSON.stringify(changed) });
}
