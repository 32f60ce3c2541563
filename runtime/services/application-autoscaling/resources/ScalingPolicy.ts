import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { keyOf } from './ScalableTarget.ts';

interface Properties {
  PolicyName: string;
  ScalingTargetId?: string;
  ServiceNamespace?: string;
  ResourceId?: string;
  ScalableDimension?: string;
  [setting: string]: unknown;
}

/** AWS::ApplicationAutoScaling::ScalingPolicy. Ref is the ARN, which alarms take as an action. */
export const ScalingPolicy = defineResource<Properties>({
  type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
  properties: {
    PolicyName: 'executed',
    PolicyType: 'executed',
    PredictiveScalingPolicyConfiguration: { refused: 'nothing forecasts load here.' },
    ResourceId: 'executed',
    ScalableDimension: 'executed',
    ScalingTargetId: 'executed',
    ServiceNamespace: 'executed',
    StepScalingPolicyConfiguration: 'executed',
    'StepScalingPolicyConfiguration.MetricAggregationType': 'stored',
    TargetTrackingScalingPolicyConfiguration: 'executed',
  },
  create: put,
  update: (ctx, _arn, properties) => put(ctx, properties),
  async delete(ctx, arn, properties) {
    const PolicyName = arn.split(':policyName/')[1] ?? properties.PolicyName;
    try {
      await ctx.call('application-autoscaling', 'DeleteScalingPolicy', { ...targetOf(properties), PolicyName });
    } catch (error) {
      // Its target is gone, and it with it.
      if (!(error instanceof AwsError) || error.code !== 'ObjectNotFoundException') throw error;
    }
  },
  async read(ctx, arn) {
    const [, namespace = '', name = ''] = /:resource\/([^/]+)\/.*:policyName\/(.+)$/.exec(arn) ?? [];
    const { ScalingPolicies } = await ctx.call<{ ScalingPolicies: (Properties & { PolicyARN: string })[] }>(
      'application-autoscaling',
      'DescribeScalingPolicies',
      { ServiceNamespace: namespace, PolicyNames: [name] },
    );
    const found = ScalingPolicies.find(({ PolicyARN }) => PolicyARN === arn);
    if (!found) return undefined;
    const { PolicyName, PolicyType, StepScalingPolicyConfiguration, TargetTrackingScalingPolicyConfiguration } = found;
    return { PolicyName, PolicyType, StepScalingPolicyConfiguration, TargetTrackingScalingPolicyConfiguration };
  },
});

/** Of ScalingTargetId, or of the three that name a target. */
function targetOf({ ScalingTargetId, ServiceNamespace, ResourceId, ScalableDimension }: Properties) {
  return ScalingTargetId === undefined ? { ServiceNamespace, ResourceId, ScalableDimension } : keyOf(ScalingTargetId);
}

async function put(ctx: ResourceContext, properties: Properties): Promise<ResourceState> {
  const { ScalingTargetId: _id, ...settings } = properties;
  const { PolicyARN } = await ctx.call<{ PolicyARN: string }>('application-autoscaling', 'PutScalingPolicy', {
    ...settings,
    ...targetOf(properties),
  });
  return { physicalId: PolicyARN, attributes: { Arn: PolicyARN } };
}
