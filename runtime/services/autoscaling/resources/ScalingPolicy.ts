import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';

interface Properties {
  AutoScalingGroupName: string;
  Cooldown?: string | number;
  [setting: string]: unknown;
}

const notForecast = { refused: 'nothing forecasts load here.' };

/** AWS::AutoScaling::ScalingPolicy. Ref is the ARN, which alarms take as an action. */
export const ScalingPolicy = defineResource<Properties>({
  type: 'AWS::AutoScaling::ScalingPolicy',
  properties: {
    AdjustmentType: 'executed',
    AutoScalingGroupName: 'executed',
    Cooldown: 'executed',
    EstimatedInstanceWarmup: 'executed',
    MetricAggregationType: 'stored',
    MinAdjustmentMagnitude: 'executed',
    PolicyType: 'executed',
    PredictiveScalingConfiguration: notForecast,
    ScalingAdjustment: 'executed',
    StepAdjustments: 'executed',
    TargetTrackingConfiguration: 'executed',
  },
  create: (ctx, properties) => put(ctx, ctx.generateName({ maxLength: 255 }), properties),
  update: (ctx, arn, properties) => put(ctx, arn.split(':policyName/')[1] ?? arn, properties),
  async delete(ctx, PolicyName) {
    try {
      await ctx.call('autoscaling', 'DeletePolicy', { PolicyName });
    } catch (error) {
      // Its group is gone, and it with it.
      if (!/not found/.test((error as Error).message)) throw error;
    }
  },
  async read(ctx, arn) {
    const { ScalingPolicies } = await ctx.call<{ ScalingPolicies: Properties[] }>('autoscaling', 'DescribePolicies', {
      PolicyNames: [arn],
    });
    const [found] = ScalingPolicies;
    if (!found) return undefined;
    const { AutoScalingGroupName, PolicyType, AdjustmentType, TargetTrackingConfiguration } = found;
    return { AutoScalingGroupName, PolicyType, AdjustmentType, TargetTrackingConfiguration };
  },
});

async function put(
  ctx: ResourceContext,
  PolicyName: string,
  { Cooldown, ...properties }: Properties,
): Promise<ResourceState> {
  const { PolicyARN } = await ctx.call<{ PolicyARN: string }>('autoscaling', 'PutScalingPolicy', {
    ...properties,
    PolicyName,
    ...(Cooldown === undefined ? {} : { Cooldown: Number(Cooldown) }),
  });
  return { physicalId: PolicyARN, attributes: { Arn: PolicyARN, PolicyName } };
}
