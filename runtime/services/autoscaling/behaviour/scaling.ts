import { adjusted, stepFor, trackedCapacity } from '../../../engines/scaling/capacity-rules.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { scalingActivityInProgress, validationError } from '../errors.ts';
import type { Group, Policy } from '../state.ts';
import { at } from './activities.ts';
import { warming, warmupSeconds } from './adjustment.ts';
import { agreed } from './agreement.ts';
import { capacityOf } from './capacity.ts';
import { keeper } from './keeper.ts';

/** What a policy is carried out upon. Without an alarm, somebody asked for it. */
export interface Occasion {
  alarmName?: string;
  honorCooldown?: boolean;
  value?: number | undefined;
  threshold?: number | undefined;
}

/** Carries a policy out: the desired capacity changes within the group's bounds, and the group follows. */
export async function execute(kernel: Kernel, group: Group, policy: Policy, occasion: Occasion): Promise<void> {
  const nowMs = kernel.clock.now();
  const simple = policy.PolicyType === 'SimpleScaling';
  if (simple && cools(group, occasion, nowMs)) return;
  const own = kinds[policy.PolicyType](group, policy, occasion, nowMs);
  const wanted = policy.PolicyType === 'TargetTrackingScaling' ? await agreed(kernel, group, policy, own) : own;
  const DesiredCapacity = Math.min(Math.max(wanted, group.MinSize), group.MaxSize);
  if (DesiredCapacity === group.DesiredCapacity) return;
  const said = occasion.alarmName
    ? `a monitor alarm ${occasion.alarmName} in state ALARM triggered policy ${policy.PolicyName}`
    : `a user request executed policy ${policy.PolicyName}`;
  const cause = `At ${at(nowMs)} ${said} changing the desired capacity from ${group.DesiredCapacity} to ${DesiredCapacity}.`;
  const cooldownUntilMs = nowMs + (policy.Cooldown ?? group.DefaultCooldown) * 1000;
  const engine = kernel.engine(keeper);
  // Asking what other policies want took a turn: whoever changed the capacity meanwhile is not overruled.
  engine.change(group, (now) =>
    now.DesiredCapacity === group.DesiredCapacity
      ? { DesiredCapacity, cause, ...(simple ? { cooldownUntilMs } : {}) }
      : {},
  );
  engine.wake(group);
}

/** "Scaling cooldowns": an alarm's request is passed over, a person's is refused if it honours the cooldown. */
function cools(group: Group, { alarmName, honorCooldown }: Occasion, nowMs: number): boolean {
  if (group.cooldownUntilMs <= nowMs) return false;
  if (alarmName !== undefined) return true;
  if (honorCooldown)
    throw scalingActivityInProgress(`The group ${group.AutoScalingGroupName} is in its cooldown period.`);
  return false;
}

type Wanted = (group: Group, policy: Policy, occasion: Occasion, nowMs: number) => number;

const simpleScaling: Wanted = (group, policy) => adjusted(group.DesiredCapacity, policy, policy.ScalingAdjustment ?? 0);

/** Instances that warm up count for what was asked for already, and hold a scale-in back ("Set the default instance warmup"). */
const stepScaling: Wanted = (group, policy, { value, threshold }, nowMs) => {
  if (value === undefined || threshold === undefined)
    throw validationError('MetricValue and BreachThreshold are required for policies of type StepScaling.');
  const step = stepFor(policy.StepAdjustments ?? [], value - threshold);
  if (!step)
    throw validationError(`No step adjustment found for metric value ${value} and breach threshold ${threshold}`);
  const cold = capacityOf(warming(group, warmupSeconds(group, policy), nowMs));
  if (policy.AdjustmentType === 'ExactCapacity') return step.ScalingAdjustment;
  const wanted = adjusted(group.DesiredCapacity - cold, policy, step.ScalingAdjustment);
  if (step.ScalingAdjustment >= 0) return Math.max(wanted, group.DesiredCapacity);
  return cold > 0 ? group.DesiredCapacity : wanted;
};

const targetTracking: Wanted = (group, policy, { value, threshold }, nowMs) => {
  const { TargetValue: target = 0, DisableScaleIn } = policy.TargetTrackingConfiguration ?? {};
  if (value === undefined || threshold === undefined) return group.DesiredCapacity;
  const cold = capacityOf(warming(group, warmupSeconds(group, policy), nowMs));
  const wanted = trackedCapacity(group.DesiredCapacity - cold, { value, target });
  if (value > target) return Math.max(wanted, group.DesiredCapacity);
  if (DisableScaleIn || cold > 0) return group.DesiredCapacity;
  return Math.min(wanted, group.DesiredCapacity);
};

const kinds: Record<Policy['PolicyType'], Wanted> = {
  SimpleScaling: simpleScaling,
  StepScaling: stepScaling,
  TargetTrackingScaling: targetTracking,
};
