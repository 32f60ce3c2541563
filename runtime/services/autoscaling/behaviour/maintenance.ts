import type { InstanceMaintenancePolicy } from '@aws-sdk/client-auto-scaling';
import { validationError } from '../errors.ts';
import type { Group, Maintenance, Member } from '../state.ts';
import { capacityOf, counted } from './capacity.ts';

/** "InstanceMaintenancePolicy" (API Reference): both thresholds or none; -1 takes them away again. */
export function maintenanceOf(given: InstanceMaintenancePolicy): Maintenance | undefined {
  const { MinHealthyPercentage, MaxHealthyPercentage } = given;
  if (MinHealthyPercentage === -1 && MaxHealthyPercentage === -1) return undefined;
  if (MinHealthyPercentage === undefined || MaxHealthyPercentage === undefined)
    throw validationError('Both MinHealthyPercentage and MaxHealthyPercentage must be specified.');
  checkHealthyRange({ MinHealthyPercentage, MaxHealthyPercentage });
  return { MinHealthyPercentage, MaxHealthyPercentage };
}

export function checkHealthyRange({ MinHealthyPercentage: min, MaxHealthyPercentage: max }: Maintenance): void {
  if (min < 0 || min > 100) throw validationError('MinHealthyPercentage must be between 0 and 100.');
  if (max < 100 || max > 200) throw validationError('MaxHealthyPercentage must be between 100 and 200.');
  if (max - min > 100)
    throw validationError('The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be over 100.');
}

/** How long a new instance is not yet ready to take another's place ("Instance warmup"). */
export function readyAfterMs(group: Group): number {
  return (group.DefaultInstanceWarmup ?? group.HealthCheckGracePeriod) * 1000;
}

export interface Replacements {
  /** Whose replacements are started while they still stand. */
  supersede: Member[];
  terminate: Member[];
}

/**
 * Which unhealthy instances go now. Without a policy all at once, and others are started as they end; with one the group
 * stays between its thresholds of the desired capacity, but one at least is replaced at a time ("Instance maintenance policy
 * for Auto Scaling group").
 */
export function replacements(group: Group, nowMs: number): Replacements {
  const { InstanceMaintenancePolicy: policy, DesiredCapacity: desired, members } = group;
  const unhealthy = members.filter(
    ({ HealthStatus, LifecycleState }) => HealthStatus === 'Unhealthy' && LifecycleState === 'InService',
  );
  if (!policy) return { supersede: [], terminate: unhealthy };
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = policy;
  const healthy = counted(group).filter(({ HealthStatus }) => HealthStatus === 'Healthy');
  const ready = healthy.filter(
    ({ inServiceMs }) => inServiceMs !== undefined && inServiceMs + readyAfterMs(group) <= nowMs,
  );
  const superseded = unhealthy.filter(({ leaving }) => leaving);
  const untouched = unhealthy.filter(({ leaving }) => !leaving);
  if (max > 100) {
    const room = Math.max(1, Math.floor((desired * max) / 100) - desired) - capacityOf(superseded);
    const replaced = capacityOf(ready) - (desired - capacityOf(unhealthy));
    return { supersede: upTo(untouched, room), terminate: upTo(superseded, replaced) };
  }
  const underWay = capacityOf(healthy) - capacityOf(ready);
  const room = Math.max(1, desired - Math.ceil((desired * min) / 100)) - underWay;
  return { supersede: [], terminate: upTo(untouched, room) };
}

/** As many as begin within the room there is. */
function upTo(members: readonly Member[], room: number): Member[] {
  let left = room;
  return members.filter(({ weight = 1 }) => {
    const fits = left > 0;
    if (fits) left -= weight;
    return fits;
  });
}
