import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';

interface ScheduledAction {
  ScheduledActionName: string;
  StartTime?: string;
  EndTime?: string;
  [setting: string]: unknown;
}

interface Properties {
  ServiceNamespace: string;
  ResourceId: string;
  ScalableDimension: string;
  MinCapacity: number | string;
  MaxCapacity: number | string;
  RoleARN?: string;
  ScheduledActions?: ScheduledAction[];
  SuspendedState?: object;
}

/** AWS::ApplicationAutoScaling::ScalableTarget. Ref is ResourceId|ScalableDimension|ServiceNamespace. */
export const ScalableTarget = defineResource<Properties>({
  type: 'AWS::ApplicationAutoScaling::ScalableTarget',
  properties: {
    MaxCapacity: 'executed',
    MinCapacity: 'executed',
    ResourceId: 'executed',
    RoleARN: 'stored',
    ScalableDimension: 'executed',
    ScheduledActions: 'executed',
    ServiceNamespace: 'executed',
    SuspendedState: 'executed',
  },
  async create(ctx, properties) {
    const state = await register(ctx, properties);
    await schedule(ctx, properties, []);
    return state;
  },
  async update(ctx, _id, properties, previous) {
    const state = await register(ctx, properties);
    await schedule(ctx, properties, previous.ScheduledActions ?? []);
    return state;
  },
  async delete(ctx, id) {
    try {
      await ctx.call('application-autoscaling', 'DeregisterScalableTarget', keyOf(id));
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ObjectNotFoundException') throw error;
    }
  },
  async read(ctx, id) {
    const { ResourceId, ...rest } = keyOf(id);
    const { ScalableTargets } = await ctx.call<{ ScalableTargets: Properties[] }>(
      'application-autoscaling',
      'DescribeScalableTargets',
      { ...rest, ResourceIds: [ResourceId] },
    );
    const [found] = ScalableTargets;
    if (!found) return undefined;
    const { MinCapacity, MaxCapacity, RoleARN, SuspendedState } = found;
    return {
      ...keyOf(id),
      MinCapacity,
      MaxCapacity,
      ...(RoleARN ? { RoleARN } : {}),
      SuspendedState,
    };
  },
});

export function keyOf(id: string): { ServiceNamespace: string; ResourceId: string; ScalableDimension: string } {
  const [ResourceId = '', ScalableDimension = '', ServiceNamespace = ''] = id.split('|');
  return { ServiceNamespace, ResourceId, ScalableDimension };
}

async function register(ctx: ResourceContext, properties: Properties): Promise<ResourceState> {
  const { ScheduledActions: _actions, MinCapacity, MaxCapacity, ...rest } = properties;
  const { ScalableTargetARN } = await ctx.call<{ ScalableTargetARN: string }>(
    'application-autoscaling',
    'RegisterScalableTarget',
    { ...rest, MinCapacity: Number(MinCapacity), MaxCapacity: Number(MaxCapacity) },
  );
  const { ResourceId, ScalableDimension, ServiceNamespace } = properties;
  const physicalId = [ResourceId, ScalableDimension, ServiceNamespace].join('|');
  return { physicalId, attributes: { Id: physicalId, ScalableTargetARN } };
}

async function schedule(ctx: ResourceContext, properties: Properties, before: ScheduledAction[]): Promise<void> {
  const { ServiceNamespace, ResourceId, ScalableDimension, ScheduledActions = [] } = properties;
  const key = { ServiceNamespace, ResourceId, ScalableDimension };
  const kept = new Map(ScheduledActions.map((action) => [action.ScheduledActionName, action]));
  for (const action of before) {
    const { ScheduledActionName } = action;
    if (isDeepStrictEqual(kept.get(ScheduledActionName), action)) kept.delete(ScheduledActionName);
    // What the new one leaves out would stay: it begins anew.
    else await ctx.call('application-autoscaling', 'DeleteScheduledAction', { ...key, ScheduledActionName });
  }
  for (const { StartTime, EndTime, ...action } of kept.values())
    await ctx.call('application-autoscaling', 'PutScheduledAction', {
      ...key,
      ...action,
      ...(StartTime ? { StartTime: new Date(StartTime) } : {}),
      ...(EndTime ? { EndTime: new Date(EndTime) } : {}),
    });
}
