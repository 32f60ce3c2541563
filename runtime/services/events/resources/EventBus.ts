import { defineResource } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { retag } from './retag.ts';

interface EventBusProperties {
  Name: string;
  Description?: string;
  KmsKeyIdentifier?: string;
  Policy?: object | string;
  Tags?: { Key: string; Value: string }[];
}

/** Ref is the name. */
export const EventBus = defineResource<EventBusProperties>({
  type: 'AWS::Events::EventBus',
  properties: {
    Name: 'executed',
    Description: 'stored',
    KmsKeyIdentifier: 'stored',
    Policy: 'executed',
    Tags: 'stored',
    DeadLetterConfig: { refused: 'dead letters are of targets.' },
    EventSourceName: { refused: 'there are no partner event sources.' },
    LogConfig: { refused: 'event buses do not log.' },
  },
  async create(ctx, { Policy, Tags, ...properties }) {
    const input = { ...properties, Tags: tagListOf(ctx, Tags) };
    const { EventBusArn } = await ctx.call<{ EventBusArn: string }>('events', 'CreateEventBus', input);
    if (Policy !== undefined) {
      const text = typeof Policy === 'string' ? Policy : JSON.stringify(Policy);
      await ctx.call('events', 'PutPermission', { EventBusName: properties.Name, Policy: text });
    }
    return stateOf(properties.Name, EventBusArn);
  },
  async update(ctx, Name, { Policy, Description, KmsKeyIdentifier, Tags }, previous) {
    const input = { Name, Description: Description ?? '', ...(KmsKeyIdentifier ? { KmsKeyIdentifier } : {}) };
    const { Arn } = await ctx.call<{ Arn: string }>('events', 'UpdateEventBus', input);
    await retag(ctx, Arn, Tags, previous.Tags);
    if (Policy === undefined)
      await ctx.call('events', 'RemovePermission', { EventBusName: Name, RemoveAllPermissions: true });
    else {
      const text = typeof Policy === 'string' ? Policy : JSON.stringify(Policy);
      await ctx.call('events', 'PutPermission', { EventBusName: Name, Policy: text });
    }
    return stateOf(Name, Arn);
  },
  async delete(ctx, Name) {
    await ctx.call('events', 'DeleteEventBus', { Name });
  },
});

function stateOf(Name: string, Arn: string) {
  return { physicalId: Name, attributes: { Arn, Name } };
}
