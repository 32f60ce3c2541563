import type { AdjustmentType, Group, Member, Policy, StepAdjustment } from '../state.ts';
import { counted } from './capacity.ts';

/** What a capacity becomes; not yet held to the group's bounds. */
export function adjusted(
  capacity: number,
  { AdjustmentType: type, MinAdjustmentMagnitude = 0 }: Pick<Policy, 'AdjustmentType' | 'MinAdjustmentMagnitude'>,
  adjustment: number,
): number {
  return adjusters[type ?? 'ChangeInCapacity'](capacity, adjustment, MinAdjustmentMagnitude);
}

/** "Scaling adjustment types" (Amazon EC2 Auto Scaling User Guide). */
const adjusters: Record<AdjustmentType, (capacity: number, adjustment: number, least: number) => number> = {
  ChangeInCapacity: (capacity, adjustment) => capacity + adjustment,
  ExactCapacity: (_capacity, adjustment) => adjustment,
  PercentChangeInCapacity: (capacity, adjustment, least) => {
    const change = (capacity * adjustment) / 100;
    // Towards zero, but never to it: 0.3 is one instance, -6.67 is six.
    const whole = Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change);
    return capacity + Math.sign(whole) * Math.max(Math.abs(whole), least);
  },
};

/** The step whose interval a metric is in, by its distance from the threshold ("Step adjustments for scaling policies"). */
export function stepFor(steps: readonly StepAdjustment[], distance: number): StepAdjustment | undefined {
  return steps.find(({ MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper }) => {
    const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
    // Above the threshold the lower bound is in the interval, below it the upper one.
    return distance >= 0
      ? distance >= (lower ?? NEGATIVE_INFINITY) && distance < (upper ?? POSITIVE_INFINITY)
      : distance > (lower ?? NEGATIVE_INFINITY) && distance <= (upper ?? POSITIVE_INFINITY);
  });
}

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

/**
 * The capacity at which the metric would be at its target, if load spreads evenly: rounded up, so that it is not beyond it
 * again ("How target tracking scaling works": scales out fast, in gradually).
 */
export function trackedCapacity(ready: number, { value, target }: { value: number; target: number }): number {
  // 3 * 1.1 is 3.3000000000000003: what is only the arithmetic's does not start an instance.
  return Math.ceil(Number(((ready * value) / target).toFixed(6)));
}
