import type {
  StepScalingPolicyConfiguration,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { formatArn } from '../../kernel/arn.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope, Store } from '../../kernel/store/store.ts';

/** An account and region, and the store that keeps its records. A Context is one. */
export type Where = Scope & { readonly store: Store };

export interface TargetKey {
  ServiceNamespace: string;
  ResourceId: string;
  ScalableDimension: string;
}

export interface Target extends TargetKey {
  account: string;
  region: string;
  ScalableTargetARN: string;
  MinCapacity: number;
  MaxCapacity: number;
  RoleARN: string;
  createdMs: number;
  SuspendedState: Required<{ [Key in keyof SuspendedState]: boolean }>;
  Tags: Record<string, string>;
  /** Until when a scale-out's cooldown lasts, and from what capacity it began. */
  scaledOut?: { untilMs: number; from: number };
  scaledInUntilMs?: number;
}

export interface Policy extends TargetKey {
  PolicyARN: string;
  PolicyName: string;
  PolicyType: 'StepScaling' | 'TargetTrackingScaling';
  StepScalingPolicyConfiguration?: StepScalingPolicyConfiguration;
  TargetTrackingScalingPolicyConfiguration?: TargetTrackingScalingPolicyConfiguration;
  /** Names of the alarms that target tracking made for itself. */
  alarmNames: string[];
  createdMs: number;
}

export interface ScheduledAction extends TargetKey {
  ScheduledActionARN: string;
  ScheduledActionName: string;
  Schedule: string;
  Timezone?: string;
  startMs?: number;
  endMs?: number;
  MinCapacity?: number;
  MaxCapacity?: number;
  createdMs: number;
}

export interface Activity extends TargetKey {
  ActivityId: string;
  Description: string;
  Cause: string;
  startMs: number;
  /** For those that began in the same millisecond. */
  order: number;
  endMs?: number;
  StatusCode: 'InProgress' | 'Successful' | 'Failed';
  StatusMessage?: string;
}

const kept =
  <T extends object>(name: string) =>
  ({ store, account, region }: Where): Collection<T> =>
    store.collection<T>(`application-autoscaling.${name}`, { account, region });

export const targets = kept<Target>('targets');
export const policies = kept<Policy>('policies');
export const scheduledActions = kept<ScheduledAction>('scheduled-actions');
/** By their ids, oldest first. */
export const activities = kept<Activity>('activities');

export const keyOf = ({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey, ...more: string[]): string =>
  [ServiceNamespace, ScalableDimension, ResourceId, ...more].join('\n');

export const isOf = (one: TargetKey, target: TargetKey): boolean => keyOf(one) === keyOf(target);

export function targetKey({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): TargetKey {
  return { ServiceNamespace, ResourceId, ScalableDimension };
}

/** "Actions, resources, and condition keys for Application Auto Scaling". */
export const targetArn = ({ account, region }: Scope, id: string): string =>
  formatArn('application-autoscaling', region, account, `scalable-target/${id}`);

/** Policies and scheduled actions are named as those of EC2 Auto Scaling, with the resource in the group's place. */
export function belongingArn(
  { account, region }: Scope,
  kind: 'scalingPolicy' | 'scheduledAction',
  { id, name, of }: { id: string; name: string; of: TargetKey },
): string {
  const label = kind === 'scalingPolicy' ? 'policyName' : 'scheduledActionName';
  const resource = `${kind}:${id}:resource/${of.ServiceNamespace}/${of.ResourceId}:${label}/${name}`;
  return formatArn('autoscaling', region, account, resource);
}
