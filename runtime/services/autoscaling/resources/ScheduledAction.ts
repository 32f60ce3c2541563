import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';

interface Properties {
  AutoScalingGroupName: string;
  StartTime?: string;
  EndTime?: string;
  [setting: string]: unknown;
}

/** AWS::AutoScaling::ScheduledAction. Ref is the name. */
export const ScheduledAction = defineResource<Properties>({
  type: 'AWS::AutoScaling::ScheduledAction',
  properties: {
    AutoScalingGroupName: 'executed',
    DesiredCapacity: 'executed',
    EndTime: 'executed',
    MaxSize: 'executed',
    MinSize: 'executed',
    Recurrence: 'executed',
    StartTime: 'executed',
    TimeZone: 'executed',
  },
  create: (ctx, properties) => put(ctx, ctx.generateName({ maxLength: 255 }), properties),
  update: (ctx, name, properties) => put(ctx, name, properties),
  async delete(ctx, ScheduledActionName, { AutoScalingGroupName }) {
    try {
      await ctx.call('autoscaling', 'DeleteScheduledAction', { AutoScalingGroupName, ScheduledActionName });
    } catch (error) {
      // It has run for the last time, or its group is gone.
      if (!/not found/.test((error as Error).message)) throw error;
    }
  },
  async read(ctx, ScheduledActionName) {
    const { ScheduledUpdateGroupActions } = await ctx.call<{ ScheduledUpdateGroupActions: Properties[] }>(
      'autoscaling',
      'DescribeScheduledActions',
      { ScheduledActionNames: [ScheduledActionName] },
    );
    const [found] = ScheduledUpdateGroupActions;
    if (!found) return undefined;
    const { MinSize, MaxSize, DesiredCapacity, Recurrence, TimeZone } = found;
    return { MinSize, MaxSize, DesiredCapacity, Recurrence, TimeZone };
  },
});

async function put(
  ctx: ResourceContext,
  ScheduledActionName: string,
  { StartTime, EndTime, ...properties }: Properties,
): Promise<ResourceState> {
  await ctx.call('autoscaling', 'PutScheduledUpdateGroupAction', {
    ...properties,
    ScheduledActionName,
    ...(StartTime === undefined ? {} : { StartTime: new Date(StartTime) }),
    ...(EndTime === undefined ? {} : { EndTime: new Date(EndTime) }),
  });
  return { physicalId: ScheduledActionName, attributes: { ScheduledActionName } };
}
