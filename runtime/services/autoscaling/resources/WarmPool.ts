import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';

interface Properties {
  AutoScalingGroupName: string;
  MaxGroupPreparedCapacity?: number | string;
  MinSize?: number | string;
  PoolState?: string;
  InstanceReusePolicy?: object;
}

/** AWS::AutoScaling::WarmPool. Ref is the name of its group. */
export const WarmPool = defineResource<Properties>({
  type: 'AWS::AutoScaling::WarmPool',
  properties: {
    AutoScalingGroupName: 'executed',
    InstanceReusePolicy: 'executed',
    MaxGroupPreparedCapacity: 'executed',
    MinSize: 'executed',
    PoolState: 'executed',
  },
  create: put,
  update: (ctx, _name, properties) => put(ctx, properties),
  async delete(ctx, AutoScalingGroupName) {
    try {
      await ctx.call('autoscaling', 'DeleteWarmPool', { AutoScalingGroupName, ForceDelete: true });
    } catch (error) {
      // The group is gone, and the pool with it.
      if (!(error instanceof AwsError) || !/not found|No warm pool/.test(error.message)) throw error;
    }
  },
  async read(ctx, AutoScalingGroupName) {
    const { WarmPoolConfiguration: found } = await ctx.call<{ WarmPoolConfiguration?: Partial<Properties> }>(
      'autoscaling',
      'DescribeWarmPool',
      { AutoScalingGroupName },
    );
    if (!found) return undefined;
    const { MinSize, MaxGroupPreparedCapacity, PoolState, InstanceReusePolicy } = found;
    return {
      AutoScalingGroupName,
      MinSize,
      MaxGroupPreparedCapacity,
      PoolState,
      InstanceReusePolicy,
    };
  },
});

/** A property that an update leaves out goes back to what holds where nothing is said. */
async function put(ctx: ResourceContext, properties: Properties): Promise<ResourceState> {
  const { AutoScalingGroupName, MinSize = 0, MaxGroupPreparedCapacity = -1 } = properties;
  await ctx.call('autoscaling', 'PutWarmPool', {
    AutoScalingGroupName,
    MinSize: Number(MinSize),
    MaxGroupPreparedCapacity: Number(MaxGroupPreparedCapacity),
    PoolState: properties.PoolState ?? 'Stopped',
    InstanceReusePolicy: properties.InstanceReusePolicy ?? { ReuseOnScaleIn: false },
  });
  return { physicalId: AutoScalingGroupName };
}
