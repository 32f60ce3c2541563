import { isDeepStrictEqual } from 'node:util';
import { signalKey, signals } from '../../../engines/cloudformation/deployment/creation-signals.ts';
import { stackMachines } from '../../../engines/cloudformation/deployment/stack-machines.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';
import { findByName, isGone, untilGone, untilInService } from './group-waits.ts';
import { replaceInstances } from './rolling-update.ts';

export interface GroupProperties {
  AutoScalingGroupName?: string;
  MinSize: string | number;
  MaxSize: string | number;
  DesiredCapacity?: string | number;
  Cooldown?: string | number;
  VPCZoneIdentifier?: string[];
  LaunchTemplate?: object;
  TargetGroupARNs?: string[];
  MetricsCollection?: { Metrics?: string[]; Granularity: string }[];
  NotificationConfigurations?: NotificationConfiguration[];
  Tags?: { Key: string; Value: string; PropagateAtLaunch: boolean }[];
  [setting: string]: unknown;
}

const notDone = { refused: 'Orrery does not run it yet.' };
const onlyTemplates = { refused: 'instances are started from launch templates here; name one in LaunchTemplate.' };

/** AWS::AutoScaling::AutoScalingGroup. Ref is the name; it is there once its instances are in service. */
export const AutoScalingGroup = defineResource<GroupProperties>({
  type: 'AWS::AutoScaling::AutoScalingGroup',
  properties: {
    AutoScalingGroupName: 'executed',
    AvailabilityZones: 'executed',
    Cooldown: 'executed',
    Context: 'stored',
    DefaultInstanceWarmup: 'executed',
    DesiredCapacity: 'executed',
    HealthCheckGracePeriod: 'executed',
    HealthCheckType: 'executed',
    LaunchTemplate: 'executed',
    LifecycleHookSpecificationList: 'executed',
    MaxSize: 'executed',
    MetricsCollection: 'executed',
    MinSize: 'executed',
    NewInstancesProtectedFromScaleIn: 'executed',
    ServiceLinkedRoleARN: 'stored',
    Tags: 'executed',
    TargetGroupARNs: 'executed',
    TerminationPolicies: 'executed',
    VPCZoneIdentifier: 'executed',
    InstanceId: onlyTemplates,
    LaunchConfigurationName: onlyTemplates,
    MixedInstancesPolicy: 'executed',
    'MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy': 'stored',
    'MixedInstancesPolicy.InstancesDistribution.SpotInstancePools': 'stored',
    'MixedInstancesPolicy.InstancesDistribution.SpotMaxPrice': 'stored',
    'MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceRequirements': {
      refused: 'instance types are named here, not chosen by attributes.',
    },
    AvailabilityZoneDistribution: notDone,
    AvailabilityZoneIds: notDone,
    AvailabilityZoneImpairmentPolicy: notDone,
    CapacityRebalance: notDone,
    CapacityReservationSpecification: notDone,
    DeletionProtection: notDone,
    DesiredCapacityType: notDone,
    InstanceLifecyclePolicy: notDone,
    InstanceMaintenancePolicy: 'executed',
    LoadBalancerNames: { refused: 'there are no Classic Load Balancers here.' },
    MaxInstanceLifetime: notDone,
    NotificationConfiguration: { refused: 'name NotificationConfigurations, which took its place.' },
    NotificationConfigurations: 'executed',
    PlacementGroup: notDone,
    SkipZonalShiftValidation: notDone,
    TrafficSources: notDone,
  },
  create: make,
  async update(ctx, name, properties, previous) {
    const { AutoScalingReplacingUpdate: replacing } = ctx.policies.UpdatePolicy ?? {};
    if ((replacing as { WillReplace?: unknown } | undefined)?.WillReplace && startsOthers(properties, previous))
      return make(ctx, properties);
    await ctx.call('autoscaling', 'UpdateAutoScalingGroup', {
      ...sizesToKeep(ctx, settings(ctx, properties), settings(ctx, previous)),
      AutoScalingGroupName: name,
    });
    await targetGroups(ctx, name, properties.TargetGroupARNs, previous.TargetGroupARNs);
    await collectMetrics(ctx, name, properties, previous.MetricsCollection ?? []);
    await notify(ctx, name, properties.NotificationConfigurations, previous.NotificationConfigurations);
    await retag(ctx, name, properties, previous);
    if (startsOthers(properties, previous)) await replaceInstances(ctx, name);
    return state(ctx, name);
  },
  async delete(ctx, name) {
    ctx.engine(stackMachines).forget(ctx, name);
    if (!(await findByName(ctx, name))) return;
    const gone = untilGone(ctx, name);
    await ctx.call('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: name, ForceDelete: true });
    await gone;
  },
  async read(ctx, name) {
    const found = await findByName(ctx, name);
    if (!found) return undefined;
    const { MinSize = 0, MaxSize = 0, DesiredCapacity, VPCZoneIdentifier = '', DefaultCooldown } = found;
    return {
      AutoScalingGroupName: name,
      MinSize: String(MinSize),
      MaxSize: String(MaxSize),
      DesiredCapacity: String(DesiredCapacity),
      Cooldown: String(DefaultCooldown),
      VPCZoneIdentifier: VPCZoneIdentifier.split(','),
      TargetGroupARNs: found.TargetGroupARNs ?? [],
      HealthCheckGracePeriod: found.HealthCheckGracePeriod,
    };
  },
});

async function make(ctx: ResourceContext, properties: GroupProperties): Promise<ResourceState> {
  const name = properties.AutoScalingGroupName ?? ctx.generateName({ maxLength: 255 });
  if (ctx.policies.CreationPolicy) ctx.engine(signals).open(signalKey(ctx.stackId, ctx.logicalId));
  ctx.engine(stackMachines).belongs(ctx, name, ctx.stackId);
  await ctx.call('autoscaling', 'CreateAutoScalingGroup', {
    ...settings(ctx, properties),
    AutoScalingGroupName: name,
    TargetGroupARNs: properties.TargetGroupARNs ?? [],
    LifecycleHookSpecificationList: properties.LifecycleHookSpecificationList,
    Tags: tags(ctx, properties),
  });
  try {
    await collectMetrics(ctx, name, properties, []);
    await notify(ctx, name, properties.NotificationConfigurations, []);
    await untilInService(ctx, name);
  } catch (error) {
    throw Object.assign(error as Error, { physicalId: name });
  }
  return state(ctx, name);
}

/** Everything the template says of sizes is text there and a number to Auto Scaling. */
function settings(_ctx: ResourceContext, properties: GroupProperties): Record<string, unknown> {
  const {
    MinSize,
    MaxSize,
    DesiredCapacity,
    Cooldown,
    VPCZoneIdentifier,
    TargetGroupARNs: _groups,
    MetricsCollection: _metrics,
    LifecycleHookSpecificationList: _hooks,
    NotificationConfigurations: _notifications,
    Tags: _tags,
    ...rest
  } = properties;
  return {
    ...rest,
    MinSize: Number(MinSize),
    MaxSize: Number(MaxSize),
    ...(DesiredCapacity === undefined ? {} : { DesiredCapacity: Number(DesiredCapacity) }),
    ...(Cooldown === undefined ? {} : { DefaultCooldown: Number(Cooldown) }),
    ...(VPCZoneIdentifier ? { VPCZoneIdentifier: VPCZoneIdentifier.join(',') } : {}),
  };
}

/** "UpdatePolicy attribute", IgnoreUnmodifiedGroupSizeProperties: scheduled actions may have changed them meanwhile. */
function sizesToKeep(
  ctx: ResourceContext,
  now: Record<string, unknown>,
  before: Record<string, unknown>,
): Record<string, unknown> {
  const { AutoScalingScheduledAction: scheduled } = ctx.policies.UpdatePolicy ?? {};
  if (
    !(scheduled as { IgnoreUnmodifiedGroupSizeProperties?: unknown } | undefined)?.IgnoreUnmodifiedGroupSizeProperties
  )
    return now;
  const sizes = ['MinSize', 'MaxSize', 'DesiredCapacity'];
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => !sizes.includes(key) || value !== before[key]),
  );
}

/** What a rolling or replacing update is done for ("UpdatePolicy attribute", AutoScalingRollingUpdate). */
function startsOthers(properties: GroupProperties, previous: GroupProperties): boolean {
  return ['LaunchTemplate', 'MixedInstancesPolicy', 'VPCZoneIdentifier'].some(
    (key) => !isDeepStrictEqual(properties[key], previous[key]),
  );
}

function tags(ctx: ResourceContext, { Tags = [] }: GroupProperties) {
  const propagated = new Map(Tags.map(({ Key, PropagateAtLaunch }) => [Key, PropagateAtLaunch]));
  // "Resource tag": CloudFormation's own tags go to the instances too, but nobody else may write names in aws:.
  return Object.entries(tagsOf(ctx, Tags))
    .filter(([Key]) => !Key.startsWith('aws:'))
    .map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: propagated.get(Key) ?? true }));
}

async function retag(ctx: ResourceContext, name: string, now: GroupProperties, before: GroupProperties): Promise<void> {
  const about = { ResourceId: name, ResourceType: 'auto-scaling-group' };
  const wanted = tags(ctx, now);
  const gone = tags(ctx, before).filter(({ Key }) => !wanted.some((tag) => tag.Key === Key));
  if (gone.length > 0)
    await ctx.call('autoscaling', 'DeleteTags', { Tags: gone.map(({ Key }) => ({ ...about, Key })) });
  if (wanted.length > 0)
    await ctx.call('autoscaling', 'CreateOrUpdateTags', { Tags: wanted.map((tag) => ({ ...about, ...tag })) });
}

async function targetGroups(ctx: ResourceContext, name: string, now: string[] = [], before: string[] = []) {
  const gone = before.filter((arn) => !now.includes(arn));
  const added = now.filter((arn) => !before.includes(arn));
  const about = { AutoScalingGroupName: name };
  if (gone.length > 0)
    await ctx.call('autoscaling', 'DetachLoadBalancerTargetGroups', { ...about, TargetGroupARNs: gone });
  if (added.length > 0)
    await ctx.call('autoscaling', 'AttachLoadBalancerTargetGroups', { ...about, TargetGroupARNs: added });
}

interface NotificationConfiguration {
  TopicARN: string | string[];
  NotificationTypes?: string[];
}

/** Without types, all of them are told ("NotificationConfiguration" property). */
async function notify(
  ctx: ResourceContext,
  AutoScalingGroupName: string,
  now: NotificationConfiguration[] = [],
  before: NotificationConfiguration[] = [],
): Promise<void> {
  const topicOf = ({ TopicARN }: NotificationConfiguration): string => [TopicARN].flat()[0] ?? '';
  const gone = before.map(topicOf).filter((TopicARN) => !now.some((one) => topicOf(one) === TopicARN));
  for (const TopicARN of gone)
    await ctx.call('autoscaling', 'DeleteNotificationConfiguration', { AutoScalingGroupName, TopicARN });
  const all = ['LAUNCH', 'LAUNCH_ERROR', 'TERMINATE', 'TERMINATE_ERROR'].map(
    (name) => `autoscaling:EC2_INSTANCE_${name}`,
  );
  for (const configuration of now)
    await ctx.call('autoscaling', 'PutNotificationConfiguration', {
      AutoScalingGroupName,
      TopicARN: topicOf(configuration),
      NotificationTypes: configuration.NotificationTypes ?? all,
    });
}

async function collectMetrics(
  ctx: ResourceContext,
  AutoScalingGroupName: string,
  { MetricsCollection = [] }: GroupProperties,
  before: { Metrics?: string[] }[],
): Promise<void> {
  if (before.length > 0) await ctx.call('autoscaling', 'DisableMetricsCollection', { AutoScalingGroupName });
  for (const { Metrics, Granularity } of MetricsCollection)
    await ctx.call('autoscaling', 'EnableMetricsCollection', { AutoScalingGroupName, Metrics, Granularity });
}

async function state(ctx: ResourceContext, name: string): Promise<ResourceState> {
  const found = await findByName(ctx, name);
  if (!found) throw isGone(name);
  return { physicalId: name, attributes: { AutoScalingGroupARN: found.AutoScalingGroupARN } };
}
