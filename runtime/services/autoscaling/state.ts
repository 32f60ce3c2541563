import type { DesiredConfiguration, TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling';
import type { AdjustmentType, StepAdjustment } from '../../engines/scaling/capacity-rules.ts';
import { formatArn } from '../../kernel/arn.ts';
import type { Context } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope, Store } from '../../kernel/store/store.ts';

/** An account and region, and the store that keeps its records. A Context is one. */
export type Where = Scope & { readonly store: Store };

/** "Amazon EC2 Auto Scaling instance lifecycle" (User Guide). */
export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'EnteringStandby'
  | 'Standby'
  | 'Detaching'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | 'Warmed:Pending'
  | 'Warmed:Pending:Wait'
  | 'Warmed:Pending:Proceed'
  | 'Warmed:Running'
  | 'Warmed:Stopped'
  | 'Warmed:Terminating'
  | 'Warmed:Terminating:Wait'
  | 'Warmed:Terminating:Proceed';

/** In the warm pool, which is no part of the group's capacity. */
export const isWarmed = (state: LifecycleState): boolean => state.startsWith('Warmed:');
export const isTerminating = (state: LifecycleState): boolean => state.includes('Terminating');

export interface TemplateChoice {
  LaunchTemplateId: string;
  LaunchTemplateName: string;
  /** As asked for: a number, $Latest or $Default. */
  Version: string;
}

export interface Override {
  InstanceType?: string;
  WeightedCapacity?: string;
  LaunchTemplateSpecification?: TemplateChoice;
}

/** Beside the group's launch template, which is the policy's. */
export interface MixedInstances {
  InstancesDistribution: {
    OnDemandAllocationStrategy: string;
    OnDemandBaseCapacity: number;
    OnDemandPercentageAboveBaseCapacity: number;
    SpotAllocationStrategy: string;
    SpotInstancePools: number;
    SpotMaxPrice: string;
  };
  Overrides: Override[];
}

export interface WarmPool {
  MinSize: number;
  MaxGroupPreparedCapacity?: number;
  PoolState: 'Stopped' | 'Running';
  ReuseOnScaleIn: boolean;
  deleting?: boolean;
}

/** In percent of the desired capacity. */
export interface Maintenance {
  MinHealthyPercentage: number;
  MaxHealthyPercentage: number;
}

export interface Member {
  InstanceId: string;
  AvailabilityZone: string;
  InstanceType: string;
  LifecycleState: LifecycleState;
  HealthStatus: 'Healthy' | 'Unhealthy';
  /** What found it unhealthy, as an activity's cause says it. */
  unhealthyBecause?: string;
  ProtectedFromScaleIn: boolean;
  /** What it was started from: the version is a number. */
  LaunchTemplate: TemplateChoice;
  /** Units of capacity, where a mixed instances policy weighs instances. */
  weight?: number;
  launchedMs: number;
  inServiceMs?: number;
  /** Its launch or its termination, while under way. */
  activityId?: string;
  /** Of the life-cycle action it waits for. */
  token?: string;
  /** Until when its warm-up lasts. */
  warmUntilMs?: number;
  /** On its way from the warm pool into the group, or back. */
  fromPool?: boolean;
  returning?: boolean;
  /** Stands beside the desired capacity until it is gone: an instance refresh or an unhealthy one being replaced. */
  leaving?: boolean;
}

export interface Group {
  AutoScalingGroupName: string;
  AutoScalingGroupARN: string;
  account: string;
  region: string;
  createdMs: number;
  LaunchTemplate: TemplateChoice;
  MixedInstancesPolicy?: MixedInstances | undefined;
  InstanceMaintenancePolicy?: Maintenance | undefined;
  WarmPool?: WarmPool | undefined;
  MinSize: number;
  MaxSize: number;
  DesiredCapacity: number;
  DefaultCooldown: number;
  DefaultInstanceWarmup: number | undefined;
  HealthCheckType: string[];
  HealthCheckGracePeriod: number;
  subnets: { SubnetId: string; AvailabilityZone: string; VpcId: string }[];
  TargetGroupARNs: string[];
  TerminationPolicies: string[];
  NewInstancesProtectedFromScaleIn: boolean;
  ServiceLinkedRoleARN: string;
  Context?: string | undefined;
  /** Name of a process to why it is suspended. */
  suspended: Record<string, string>;
  EnabledMetrics: string[];
  Tags: { Key: string; Value: string; PropagateAtLaunch: boolean }[];
  members: Member[];
  /** What last changed the desired capacity, for the next activities' causes. */
  cause: string;
  cooldownUntilMs: number;
  deleting: boolean;
}

export interface Activity {
  ActivityId: string;
  AutoScalingGroupName: string;
  AutoScalingGroupARN: string;
  Description: string;
  Cause: string;
  startMs: number;
  /** Among the group's activities, for those that began in the same millisecond. */
  order: number;
  endMs?: number;
  StatusCode:
    | 'PreInService'
    | 'InProgress'
    | 'Successful'
    | 'Failed'
    | 'Cancelled'
    | 'MidLifecycleAction'
    | 'WaitingForELBConnectionDraining';
  StatusMessage?: string;
  Progress: number;
  Details: string;
}

export interface Hook {
  AutoScalingGroupName: string;
  LifecycleHookName: string;
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
  HeartbeatTimeout: number;
  DefaultResult: 'CONTINUE' | 'ABANDON';
  NotificationTargetARN?: string;
  RoleARN?: string;
  NotificationMetadata?: string;
}

export function groups(where: Where): Collection<Group> {
  return where.store.collection<Group>('autoscaling.groups', { account: where.account, region: where.region });
}

/** By a key that begins with the group's name and sorts by time. */
export function activities(where: Where): Collection<Activity> {
  return where.store.collection<Activity>('autoscaling.activities', { account: where.account, region: where.region });
}

export function hooks(where: Where): Collection<Hook> {
  return where.store.collection<Hook>('autoscaling.hooks', { account: where.account, region: where.region });
}

export const keyOf = (group: string, name: string): string => `${group}\n${name}`;

export function ofGroup<T extends { AutoScalingGroupName: string }>(records: Collection<T>, name: string): T[] {
  return records.values().filter(({ AutoScalingGroupName }) => AutoScalingGroupName === name);
}

/** "Actions, resources, and condition keys for Amazon EC2 Auto Scaling": arn:…:autoScalingGroup:<id>:autoScalingGroupName/<name> */
export function groupArn({ account, region }: Scope, id: string, name: string): string {
  return formatArn('autoscaling', region, account, `autoScalingGroup:${id}:autoScalingGroupName/${name}`);
}

export function findGroup(ctx: Context | Where, name: string | undefined): Group | undefined {
  return name === undefined ? undefined : groups(ctx).get(name);
}

/** In the API's own names; what does not belong to its type is not there. */
export interface Policy {
  AutoScalingGroupName: string;
  PolicyName: string;
  PolicyARN: string;
  PolicyType: 'SimpleScaling' | 'StepScaling' | 'TargetTrackingScaling';
  AdjustmentType?: AdjustmentType;
  MinAdjustmentMagnitude?: number;
  ScalingAdjustment?: number;
  Cooldown?: number;
  StepAdjustments?: StepAdjustment[];
  MetricAggregationType?: string;
  EstimatedInstanceWarmup?: number;
  TargetTrackingConfiguration?: TargetTrackingConfiguration;
  /** Names of the alarms that target tracking made for itself. */
  alarmNames: string[];
  Enabled: boolean;
}

/** A policy's name is its group's own. */
export function policies(where: Where): Collection<Policy> {
  return where.store.collection<Policy>('autoscaling.policies', { account: where.account, region: where.region });
}

/** arn:…:scalingPolicy:<id>:autoScalingGroupName/<group>:policyName/<name> */
export function policyArn({ account, region }: Scope, id: string, group: string, name: string): string {
  return formatArn(
    'autoscaling',
    region,
    account,
    `scalingPolicy:${id}:autoScalingGroupName/${group}:policyName/${name}`,
  );
}

/** A change of a group's sizes at a time, or by a cron expression. */
export interface ScheduledAction {
  AutoScalingGroupName: string;
  ScheduledActionName: string;
  ScheduledActionARN: string;
  startMs?: number;
  endMs?: number;
  Recurrence?: string;
  TimeZone?: string;
  MinSize?: number;
  MaxSize?: number;
  DesiredCapacity?: number;
}

export function scheduledActions(where: Where): Collection<ScheduledAction> {
  const { account, region } = where;
  return where.store.collection<ScheduledAction>('autoscaling.scheduled-actions', { account, region });
}

/** Whom a group tells of what becomes of its instances. */
export interface Notification {
  AutoScalingGroupName: string;
  TopicARN: string;
  NotificationTypes: string[];
}

export function notifications(where: Where): Collection<Notification> {
  const { account, region } = where;
  return where.store.collection<Notification>('autoscaling.notifications', { account, region });
}

export interface Refresh {
  InstanceRefreshId: string;
  AutoScalingGroupName: string;
  Status:
    | 'Pending'
    | 'InProgress'
    | 'Successful'
    | 'Failed'
    | 'Cancelling'
    | 'Cancelled'
    | 'RollbackInProgress'
    | 'RollbackSuccessful'
    | 'RollbackFailed';
  StatusReason?: string;
  startMs: number;
  endMs?: number;
  Preferences: RefreshPreferences;
  DesiredConfiguration?: DesiredConfiguration;
  /** What the group was started from before; what a rollback goes back to. */
  previous: TemplateChoice;
  /** Ids of the instances that are still to be replaced, and how many there were. */
  outdated: string[];
  total: number;
  /** Among the group's refreshes, for those that began in the same millisecond. */
  order: number;
}

export interface RefreshPreferences {
  MinHealthyPercentage: number;
  MaxHealthyPercentage: number;
  InstanceWarmup: number;
  SkipMatching: boolean;
  AutoRollback: boolean;
  ScaleInProtectedInstances: 'Refresh' | 'Ignore' | 'Wait';
  StandbyInstances: 'Ignore' | 'Wait';
}

export function refreshes(where: Where): Collection<Refresh> {
  const { account, region } = where;
  return where.store.collection<Refresh>('autoscaling.refreshes', { account, region });
}
