import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';

interface Properties {
  AutoScalingGroupName: string;
  LifecycleHookName?: string;
  [setting: string]: unknown;
}

/** AWS::AutoScaling::LifecycleHook. Ref is the name. */
export const LifecycleHook = defineResource<Properties>({
  type: 'AWS::AutoScaling::LifecycleHook',
  properties: {
    AutoScalingGroupName: 'executed',
    DefaultResult: 'executed',
    HeartbeatTimeout: 'executed',
    LifecycleHookName: 'executed',
    LifecycleTransition: 'executed',
    NotificationMetadata: 'executed',
    NotificationTargetARN: 'executed',
    RoleARN: 'stored',
  },
  create: (ctx, properties) =>
    put(ctx, properties.LifecycleHookName ?? ctx.generateName({ maxLength: 255 }), properties),
  update: (ctx, name, properties) => put(ctx, name, properties),
  async delete(ctx, LifecycleHookName, { AutoScalingGroupName }) {
    try {
      await ctx.call('autoscaling', 'DeleteLifecycleHook', { AutoScalingGroupName, LifecycleHookName });
    } catch (error) {
      // The group, or the hook with it, is gone.
      if (!/not found|No lifecycle hook/.test((error as Error).message)) throw error;
    }
  },
});

async function put(ctx: ResourceContext, LifecycleHookName: string, properties: Properties): Promise<ResourceState> {
  await ctx.call('autoscaling', 'PutLifecycleHook', { ...properties, LifecycleHookName });
  return { physicalId: LifecycleHookName };
}
