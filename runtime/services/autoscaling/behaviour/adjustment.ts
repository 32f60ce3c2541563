import type { Group, Member, Policy } from '../state.ts';
import { counted } from './capacity.ts';

/** "DefaultInstanceWarmup" of the group, the policy's own, or the default cooldown. */
export function warmupSeconds(group: Group, policy: Pick<Policy, 'EstimatedInstanceWarmup'>): number {
  return policy.EstimatedInstanceWarmup ?? group.DefaultInstanceWarmup ?? group.DefaultCooldown;
}

/** On their way, or in service for less than the warm-up: they do not carry their part of the load yet. */
export function warming(group: Group, seconds: number, nowMs: number): Member[] {
  return counted(group).filter(
    ({ LifecycleState, inServiceMs }) =>
      LifecycleState !== 'InService' || inServiceMs === undefined || inServiceMs + seconds * 1000 > nowMs,
  );
}
