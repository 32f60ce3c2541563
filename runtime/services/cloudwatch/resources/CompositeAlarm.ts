import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface CompositeAlarmProperties {
  AlarmName?: string;
  AlarmRule: string;
  ActionsSuppressorWaitPeriod?: number;
  ActionsSuppressorExtensionPeriod?: number;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::CloudWatch::CompositeAlarm. Ref is the alarm's name. */
export const CompositeAlarm = defineResource<CompositeAlarmProperties>({
  type: 'AWS::CloudWatch::CompositeAlarm',
  properties: {
    AlarmName: 'executed',
    AlarmDescription: 'executed',
    AlarmRule: 'executed',
    ActionsEnabled: 'executed',
    AlarmActions: 'executed',
    OKActions: 'executed',
    InsufficientDataActions: 'executed',
    ActionsSuppressor: 'executed',
    ActionsSuppressorWaitPeriod: 'executed',
    ActionsSuppressorExtensionPeriod: 'executed',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const name = properties.AlarmName ?? ctx.generateName({ maxLength: 255 });
    await put(ctx, name, properties);
    return describe(ctx, name);
  },
  async update(ctx, name, properties, previous) {
    await put(ctx, name, properties);
    const ResourceARN = describe(ctx, name).attributes?.Arn;
    const Tags = tagListOf(ctx, properties.Tags);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !Tags.some(({ Key }) => Key === key));
    if (gone.length > 0) await ctx.call('cloudwatch', 'UntagResource', { ResourceARN, TagKeys: gone });
    if (Tags.length > 0) await ctx.call('cloudwatch', 'TagResource', { ResourceARN, Tags });
    return describe(ctx, name);
  },
  async delete(ctx, name) {
    await ctx.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] }).catch((error: { code?: string }) => {
      if (error.code !== 'ResourceNotFound') throw error;
    });
  },
});

async function put(ctx: ResourceContext, AlarmName: string, properties: CompositeAlarmProperties): Promise<void> {
  const { ActionsSuppressorWaitPeriod: wait, ActionsSuppressorExtensionPeriod: extension } = properties;
  await ctx.call('cloudwatch', 'PutCompositeAlarm', {
    ...properties,
    AlarmName,
    ...(wait === undefined ? {} : { ActionsSuppressorWaitPeriod: Number(wait) }),
    ...(extension === undefined ? {} : { ActionsSuppressorExtensionPeriod: Number(extension) }),
    Tags: tagListOf(ctx, properties.Tags),
  });
}

function describe(ctx: ResourceContext, name: string): ResourceState {
  return { physicalId: name, attributes: { Arn: `arn:aws:cloudwatch:${ctx.region}:${ctx.account}:alarm:${name}` } };
}
