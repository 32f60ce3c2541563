import { alarmPolicies } from '../../engines/scaling/alarm-policies.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { carryOut } from './behaviour/execution.ts';
import { timetable } from './behaviour/timetable.ts';
import * as scalableTargets from './operations/scalable-targets.ts';
import { DescribeScalingActivities } from './operations/scaling-activities.ts';
import * as scalingPolicies from './operations/scaling-policies.ts';
import * as scheduledActionOperations from './operations/scheduled-actions.ts';
import { ListTagsForResource, TagResource, UntagResource } from './operations/tags.ts';
import { ScalableTarget } from './resources/ScalableTarget.ts';
import { ScalingPolicy } from './resources/ScalingPolicy.ts';
import { keyOf, scheduledActions, type TargetKey, targets } from './state.ts';

export default defineService({
  name: 'application-autoscaling',
  actionPrefix: 'application-autoscaling',
  operations: {
    ...scalableTargets,
    ...scalingPolicies,
    ...scheduledActionOperations,
    DescribeScalingActivities,
    TagResource,
    UntagResource,
    ListTagsForResource,
  },
  resources: [ScalableTarget, ScalingPolicy],
  authorization: authorize,
  start,
  fidelity: {
    'RegisterScalableTarget.RoleARN': 'stored',
    'PutScalingPolicy.PredictiveScalingPolicyConfiguration': { refused: 'nothing forecasts load here.' },
    'PutScalingPolicy.StepScalingPolicyConfiguration.MetricAggregationType': 'stored',
    'DescribeScalingActivities.IncludeNotScaledActivities': {
      refused: 'why a target did not scale is not kept; its alarms say when their policies were carried out.',
    },
  },
});

/** "Actions, resources, and condition keys for Application Auto Scaling" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `application-autoscaling:${operation}`;
  if (/^Describe|^Get/.test(operation)) return { action, resource: '*' };
  const { ServiceNamespace, ScalableDimension, ResourceARN } = input;
  if (ResourceARN !== undefined) return { action, resource: String(ResourceARN) };
  const known = targets(ctx).get(keyOf(input as unknown as TargetKey))?.ScalableTargetARN;
  return {
    action,
    resource: known ?? `arn:aws:application-autoscaling:${ctx.region}:${ctx.account}:scalable-target/*`,
    conditions: {
      'application-autoscaling:service-namespace': String(ServiceNamespace ?? ''),
      'application-autoscaling:scalable-dimension': String(ScalableDimension ?? ''),
    },
  };
}

function start(kernel: Kernel): Running {
  kernel.engine(alarmPolicies).carriedOutBy((occasion) => carryOut(kernel, occasion));
  for (const scope of kernel.store.scopes('application-autoscaling.scheduled-actions'))
    for (const action of scheduledActions({ store: kernel.store, ...scope }).values())
      kernel.engine(timetable).follow(scope, action);
  return { stop: () => kernel.engine(alarmPolicies).carriedOutBy(undefined) };
}
