/** How policies of EC2 Auto Scaling and of Application Auto Scaling reckon. */

export type AdjustmentType = 'ChangeInCapacity' | 'ExactCapacity' | 'PercentChangeInCapacity';

export interface Adjustment {
  AdjustmentType?: AdjustmentType;
  MinAdjustmentMagnitude?: number;
}

export interface StepAdjustment {
  MetricIntervalLowerBound?: number;
  MetricIntervalUpperBound?: number;
  ScalingAdjustment: number;
}

/** What a capacity becomes; not yet held to its bounds. */
export function adjusted(
  capacity: number,
  { AdjustmentType: type, MinAdjustmentMagnitude = 0 }: Adjustment,
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

/** Whether steps follow one another without gap or overlap; the first may have no lower bound, the last no upper one. */
export function stepsInOrder(steps: readonly StepAdjustment[]): boolean {
  const { NEGATIVE_INFINITY } = Number;
  const sorted = [...steps].sort(
    (a, b) => (a.MetricIntervalLowerBound ?? NEGATIVE_INFINITY) - (b.MetricIntervalLowerBound ?? NEGATIVE_INFINITY),
  );
  const empty = ({ MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper }: StepAdjustment): boolean =>
    lower !== undefined && upper !== undefined && lower >= upper;
  return (
    !steps.some(empty) &&
    sorted.slice(1).every((step, index) => {
      const before = sorted[index]?.MetricIntervalUpperBound;
      return before !== undefined && before === step.MetricIntervalLowerBound;
    })
  );
}

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

/**
 * The capacity at which the metric would be at its target, if load spreads evenly: rounded up, so that it is not beyond it
 * again ("How target tracking scaling works": scales out fast, in gradually).
 */
export function trackedCapacity(ready: number, { value, target }: { value: number; target: number }): number {
  // 3 * 1.1 is 3.3000000000000003: what is only the arithmetic's does not start an instance.
  return Math.ceil(Number(((ready * value) / target).toFixed(6)));
}
