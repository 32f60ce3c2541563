import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adjusted, stepFor, trackedCapacity } from './capacity-rules.ts';

/** "Step and simple scaling policies for Amazon EC2 Auto Scaling" (User Guide) has the examples. */
describe('what a capacity becomes', () => {
  const percent = (MinAdjustmentMagnitude = 0) => ({
    AdjustmentType: 'PercentChangeInCapacity' as const,
    MinAdjustmentMagnitude,
  });

  test('changes by a number, or to one', () => {
    assert.equal(adjusted(3, { AdjustmentType: 'ChangeInCapacity' }, 5), 8);
    assert.equal(adjusted(3, { AdjustmentType: 'ExactCapacity' }, 5), 5);
  });

  test('changes by a part that is rounded towards zero, but is at least one instance', () => {
    assert.equal(adjusted(10, percent(), 10), 11);
    assert.equal(adjusted(12, percent(), 70 / 3), 14);
    assert.equal(adjusted(3, percent(), 10), 4);
    assert.equal(adjusted(3, percent(), -10), 2);
    assert.equal(adjusted(10, percent(), -66.7), 4);
    assert.equal(adjusted(4, percent(2), 25), 6);
    assert.equal(adjusted(0, percent(2), 25), 0);
  });

  test('takes the step in whose interval the metric is', () => {
    const steps = [
      { MetricIntervalUpperBound: -10, ScalingAdjustment: -2 },
      { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 10, ScalingAdjustment: 3 },
    ];
    const at = (distance: number) => stepFor(steps, distance)?.ScalingAdjustment;
    assert.deepEqual([0, 9.9, 10, 50].map(at), [1, 1, 3, 3]);
    assert.deepEqual([-0.1, -9.9, -10, -50].map(at), [-1, -1, -2, -2]);
    assert.equal(stepFor(steps.slice(2), -1), undefined);
  });

  test('tracks a target so that it is not beyond it again', () => {
    assert.equal(trackedCapacity(2, { value: 90, target: 50 }), 4);
    assert.equal(trackedCapacity(4, { value: 50, target: 50 }), 4);
    assert.equal(trackedCapacity(10, { value: 33, target: 30 }), 11);
    assert.equal(trackedCapacity(4, { value: 10, target: 50 }), 1);
  });
});
