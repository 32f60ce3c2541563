import type { AlarmOccasion } from '../../../engines/scaling/alarm-policies.ts';
import { type AdjustmentType, adjusted, stepFor, trackedCapacity } from '../../../engines/scaling/capacity-rules.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { isOf, keyOf, type Policy, policies, type Target, targets } from '../state.ts';
import { capacityOf, setCapacity } from './capacity.ts';
import { asApplicationAutoScaling, dimensionOf } from './dimension.ts';
import { stepsFor } from './policy-rules.ts';
import { trackedBy } from './tracking-alarms.ts';

/** What each policy that tracks a target last wanted, by its ARN. */
const opinions = defineEngine('application-autoscaling.opinions', () => new Map<string, number>());
/** Targets whose capacity is being changed: an alarm that repeats itself meanwhile is passed over. */
const busy = defineEngine('application-autoscaling.busy', () => new Set<string>());

/** An alarm went off whose action is a policy: the capacity changes within the target's bounds. */
export async function carryOut(kernel: Kernel, occasion: AlarmOccasion): Promise<void> {
  const [, , , region = '', account = ''] = occasion.policyArn.split(':');
  const where = { store: kernel.store, account, region };
  const policy = policies(where)
    .values()
    .find(({ PolicyARN }) => PolicyARN === occasion.policyArn);
  const target = policy && targets(where).get(keyOf(policy));
  const underWay = kernel.engine(busy);
  if (!policy || !target || underWay.has(target.ScalableTargetARN)) return;
  underWay.add(target.ScalableTargetARN);
  try {
    await scale(kernel, target, policy, occasion);
  } finally {
    underWay.delete(target.ScalableTargetARN);
  }
}

async function scale(kernel: Kernel, target: Target, policy: Policy, occasion: AlarmOccasion): Promise<void> {
  const nowMs = kernel.clock.now();
  const capacity = await capacityOf(kernel, target);
  if (capacity === undefined) return;
  const { scaledOut, scaledInUntilMs = 0, MinCapacity, MaxCapacity, SuspendedState } = target;
  const cools = scaledOut !== undefined && scaledOut.untilMs > nowMs;
  // "Cooldown periods": what the last scale-out added counts towards the next one while its cooldown lasts.
  const from = cools ? Math.min(scaledOut.from, capacity) : capacity;
  const own = wantedBy(kernel, target, policy, { ...occasion, from, capacity });
  if (own === undefined) return;
  const agreed = own < capacity ? await agreedBy(kernel, target, policy, own) : own;
  if (agreed === undefined) return;
  const wanted = Math.min(Math.max(agreed, MinCapacity), MaxCapacity);
  if (wanted === capacity) return;
  const out = wanted > capacity;
  if (out ? SuspendedState.DynamicScalingOutSuspended : SuspendedState.DynamicScalingInSuspended) return;
  if (!out && scaledInUntilMs > nowMs) return;
  const cause = `monitor alarm ${occasion.alarmName} in state ALARM triggered policy ${policy.PolicyName}`;
  if (!(await setCapacity(kernel, target, wanted, cause))) return;
  const seconds = cooldownSeconds(kernel, policy, out);
  const untilMs = nowMs + seconds * 1000;
  const now = targets({ ...target, store: kernel.store }).get(keyOf(target));
  if (!now) return;
  const { scaledInUntilMs: _in, ...rest } = now;
  // A scale-out ends the cooldown of a scale-in.
  const changed = out ? { ...rest, scaledOut: { untilMs, from } } : { ...now, scaledInUntilMs: untilMs };
  targets({ ...target, store: kernel.store }).put(keyOf(target), changed);
}

interface Reckoning {
  value: number | undefined;
  threshold: number | undefined;
  from: number;
  capacity: number;
}

function wantedBy(kernel: Kernel, target: Target, policy: Policy, at: Reckoning): number | undefined {
  const { value, threshold, from, capacity } = at;
  if (value === undefined || threshold === undefined) return undefined;
  if (policy.PolicyType === 'StepScaling') {
    const { AdjustmentType, MinAdjustmentMagnitude, ...rest } = policy.StepScalingPolicyConfiguration ?? {};
    const step = stepFor(stepsFor(rest.StepAdjustments), value - threshold);
    if (!step) return undefined;
    const how = {
      AdjustmentType: AdjustmentType as AdjustmentType,
      ...(MinAdjustmentMagnitude === undefined ? {} : { MinAdjustmentMagnitude }),
    };
    const wanted = adjusted(step.ScalingAdjustment > 0 ? from : capacity, how, step.ScalingAdjustment);
    return step.ScalingAdjustment > 0 && AdjustmentType !== 'ExactCapacity' ? Math.max(wanted, capacity) : wanted;
  }
  const configuration = policy.TargetTrackingScalingPolicyConfiguration;
  const { TargetValue = 0, DisableScaleIn } = configuration ?? {};
  if (!configuration || TargetValue <= 0) return undefined;
  const { measures } = trackedBy(dimensionOf(kernel, target), target.ResourceId, configuration);
  const consumed = measures === 'consumed units';
  const grows = value > threshold;
  const wanted = consumed
    ? Math.ceil(Number((value / 60 / (TargetValue / 100)).toFixed(6)))
    : trackedCapacity(grows ? from : capacity, { value, target: TargetValue });
  if (grows) return Math.max(wanted, capacity);
  return DisableScaleIn ? capacity : Math.min(wanted, capacity);
}

/** "Multiple target tracking policies": a target scales in only if all that may do so are ready to, to the most any wants. */
async function agreedBy(kernel: Kernel, target: Target, policy: Policy, wanted: number): Promise<number | undefined> {
  if (policy.PolicyType !== 'TargetTrackingScaling') return wanted;
  const known = kernel.engine(opinions);
  known.set(policy.PolicyARN, wanted);
  const others = policies({ ...target, store: kernel.store })
    .values()
    .filter((one) => isOf(one, target) && one.PolicyARN !== policy.PolicyARN)
    .filter(({ TargetTrackingScalingPolicyConfiguration: tracking }) => tracking && !tracking.DisableScaleIn);
  if (others.length === 0) return wanted;
  const AlarmNames = others.flatMap(({ alarmNames }) => alarmNames.filter((name) => name.includes('-AlarmLow-')));
  const ctx = asApplicationAutoScaling(kernel, target, target);
  try {
    const { MetricAlarms } = await ctx.call<{ MetricAlarms: { StateValue?: string }[] }>(
      'cloudwatch',
      'DescribeAlarms',
      { AlarmNames },
    );
    if (MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM').length < others.length) return undefined;
  } finally {
    ctx.trace.end();
  }
  return Math.max(wanted, ...others.map(({ PolicyARN }) => known.get(PolicyARN) ?? wanted));
}

function cooldownSeconds(kernel: Kernel, policy: Policy, out: boolean): number {
  const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: tracking } = policy;
  const usual = dimensionOf(kernel, policy).cooldownSeconds;
  if (step) return step.Cooldown ?? usual;
  return (out ? tracking?.ScaleOutCooldown : tracking?.ScaleInCooldown) ?? usual;
}
