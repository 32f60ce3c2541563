import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { aggregate } from './behaviour/aggregated-metrics.ts';
import { announce } from './behaviour/announcements.ts';
import { publishGroupMetrics } from './behaviour/group-metrics.ts';
import { keeper } from './behaviour/keeper.ts';
import { refresher } from './behaviour/refreshes.ts';
import { timetable } from './behaviour/timetable.ts';
import { watch } from './behaviour/watch.ts';
import * as activityOperations from './operations/activities.ts';
import * as groupOperations from './operations/groups.ts';
import * as hookOperations from './operations/hooks.ts';
import * as instanceRefreshOperations from './operations/instance-refreshes.ts';
import * as instanceOperations from './operations/instances.ts';
import * as notificationOperations from './operations/notifications.ts';
import * as policyOperations from './operations/policies.ts';
import * as scheduledActionOperations from './operations/scheduled-actions.ts';
import * as tagOperations from './operations/tags.ts';
import * as targetGroupOperations from './operations/target-groups.ts';
import * as warmPoolOperations from './operations/warm-pools.ts';
import { AutoScalingGroup } from './resources/AutoScalingGroup.ts';
import { LifecycleHook } from './resources/LifecycleHook.ts';
import { ScalingPolicy } from './resources/ScalingPolicy.ts';
import { ScheduledAction } from './resources/ScheduledAction.ts';
import { WarmPool } from './resources/WarmPool.ts';
import { findGroup, groups, refreshes, scheduledActions } from './state.ts';

export default defineService({
  name: 'autoscaling',
  actionPrefix: 'autoscaling',
  operations: {
    ...groupOperations,
    ...instanceOperations,
    ...activityOperations,
    ...targetGroupOperations,
    ...hookOperations,
    ...instanceRefreshOperations,
    ...notificationOperations,
    ...policyOperations,
    ...scheduledActionOperations,
    ...tagOperations,
    ...warmPoolOperations,
  },
  resources: [AutoScalingGroup, LifecycleHook, ScalingPolicy, ScheduledAction, WarmPool],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  dependencies: ['ec2', 'elbv2'],
  start,
  fidelity: {
    'CreateAutoScalingGroup.Context': 'stored',
    'UpdateAutoScalingGroup.Context': 'stored',
    'CreateAutoScalingGroup.ServiceLinkedRoleARN': 'stored',
    'UpdateAutoScalingGroup.ServiceLinkedRoleARN': 'stored',
    'CreateAutoScalingGroup.MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy': 'stored',
    'CreateAutoScalingGroup.MixedInstancesPolicy.InstancesDistribution.SpotInstancePools': 'stored',
    'CreateAutoScalingGroup.MixedInstancesPolicy.InstancesDistribution.SpotMaxPrice': 'stored',
    'PutScalingPolicy.MetricAggregationType': 'stored',
    'PutScalingPolicy.PredictiveScalingConfiguration': { refused: 'nothing forecasts load here.' },
    'CreateAutoScalingGroup.AvailabilityZoneDistribution': { refused: 'leave it out.' },
    'CreateAutoScalingGroup.AvailabilityZoneImpairmentPolicy': { refused: 'leave it out.' },
    'CreateAutoScalingGroup.CapacityReservationSpecification': { refused: 'leave it out.' },
    'CreateAutoScalingGroup.InstanceLifecyclePolicy': { refused: 'leave it out.' },
    'UpdateAutoScalingGroup.AvailabilityZoneDistribution': { refused: 'leave it out.' },
    'UpdateAutoScalingGroup.AvailabilityZoneImpairmentPolicy': { refused: 'leave it out.' },
    'UpdateAutoScalingGroup.CapacityReservationSpecification': { refused: 'leave it out.' },
    'UpdateAutoScalingGroup.InstanceLifecyclePolicy': { refused: 'leave it out.' },
    'CreateAutoScalingGroup.MixedInstancesPolicy.LaunchTemplate.Overrides.ImageId': {
      refused: 'name the image in the launch template.',
    },
    'CreateAutoScalingGroup.MixedInstancesPolicy.InstancesDistribution.DistributionSegments': {
      refused: 'capacity is not reserved.',
    },
    'UpdateAutoScalingGroup.MixedInstancesPolicy.LaunchTemplate.Overrides.ImageId': {
      refused: 'name the image in the launch template.',
    },
    'UpdateAutoScalingGroup.MixedInstancesPolicy.InstancesDistribution.DistributionSegments': {
      refused: 'capacity is not reserved.',
    },
    'DescribeScalingActivities.IncludeDeletedGroups': { refused: 'activities go with their group.' },
  },
});

/** "Actions, resources, and condition keys for Amazon EC2 Auto Scaling" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `autoscaling:${operation}`;
  if (operation.startsWith('Describe')) return { action, resource: '*' };
  const name = groupNameOf(input);
  const known = findGroup(ctx, name)?.AutoScalingGroupARN;
  const { account, region } = ctx;
  const arn = known ?? `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
  return { action, resource: name ? arn : '*' };
}

/** A policy's ARN names its group, too. */
function groupNameOf({ AutoScalingGroupName, PolicyName }: Record<string, unknown>): string {
  const [, ofPolicy = ''] = /:autoScalingGroupName\/([^:]+):policyName\//.exec(String(PolicyName ?? '')) ?? [];
  return AutoScalingGroupName === undefined ? ofPolicy : String(AutoScalingGroupName);
}

/** The engine hears of changes from here on; what waited for a warm-up is looked at again. */
function goOnWithRefreshes(kernel: Kernel): void {
  const engine = kernel.engine(refresher);
  for (const scope of kernel.store.scopes('autoscaling.refreshes')) {
    const where = { store: kernel.store, ...scope };
    for (const { endMs, AutoScalingGroupName } of refreshes(where).values()) {
      const group = endMs === undefined ? groups(where).get(AutoScalingGroupName) : undefined;
      if (group) engine.look(group);
    }
  }
}

function start(kernel: Kernel): Running {
  const metrics = publishGroupMetrics(kernel);
  const announcing = announce(kernel);
  goOnWithRefreshes(kernel);
  const stopAggregating = aggregate(kernel);
  const watching = watch(kernel);
  for (const scope of kernel.store.scopes('autoscaling.scheduled-actions'))
    for (const action of scheduledActions({ store: kernel.store, ...scope }).values())
      kernel.engine(timetable).follow(scope, action);
  return {
    async stop() {
      metrics.cancel();
      announcing.stop();
      stopAggregating();
      await watching.stop();
      await kernel.engine(keeper).stop();
    },
  };
}
