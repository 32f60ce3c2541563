import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Group, ofGroup, type Policy, policies } from '../state.ts';
import { asAutoScaling } from './as-autoscaling.ts';

interface Opinion {
  wanted: number;
  atMs: number;
}

/** What each target tracking policy last wanted; its low alarm repeats itself every minute as long as it lasts. */
const opinions = defineEngine('autoscaling.opinions', () => new Map<string, Opinion>());
const freshMs = 2 * 60_000;

/**
 * "Multiple scaling policies": a group grows as soon as one policy asks for it, and shrinks only when all that may shrink it
 * are ready to, to the largest capacity that any of them wants.
 */
export async function agreed(kernel: Kernel, group: Group, policy: Policy, wanted: number): Promise<number> {
  const known = kernel.engine(opinions);
  const nowMs = kernel.clock.now();
  known.set(policy.PolicyARN, { wanted, atMs: nowMs });
  // At its least a group does not shrink whatever the others want: nobody need be asked.
  if (Math.max(wanted, group.MinSize) >= group.DesiredCapacity) return wanted;
  let largest = wanted;
  for (const other of othersOf(kernel, group, policy)) {
    const opinion = known.get(other.PolicyARN);
    if (opinion && opinion.atMs + freshMs > nowMs) largest = Math.max(largest, opinion.wanted);
    else if (!(await isSilent(kernel, group, other))) return group.DesiredCapacity;
  }
  return largest;
}

function othersOf(kernel: Kernel, group: Group, { PolicyARN }: Policy): Policy[] {
  const where = { store: kernel.store, account: group.account, region: group.region };
  return ofGroup(policies(where), group.AutoScalingGroupName).filter(
    (other) =>
      other.PolicyARN !== PolicyARN &&
      other.Enabled &&
      other.PolicyType === 'TargetTrackingScaling' &&
      !other.TargetTrackingConfiguration?.DisableScaleIn,
  );
}

/**
 * A policy without data holds a scale-in back, but for one that counts requests: AWS's load balancers report when there are
 * none, here a load balancer is silent after an hour without any.
 */
async function isSilent(kernel: Kernel, group: Group, { alarmNames, TargetTrackingConfiguration }: Policy) {
  const { PredefinedMetricType } = TargetTrackingConfiguration?.PredefinedMetricSpecification ?? {};
  if (PredefinedMetricType !== 'ALBRequestCountPerTarget') return false;
  const ctx = asAutoScaling(kernel, group);
  try {
    const AlarmNames = alarmNames.filter((name) => name.includes('-AlarmLow-'));
    const { MetricAlarms } = await ctx.call<{ MetricAlarms: { StateValue?: string }[] }>(
      'cloudwatch',
      'DescribeAlarms',
      { AlarmNames },
    );
    return MetricAlarms[0]?.StateValue === 'INSUFFICIENT_DATA';
  } finally {
    ctx.trace.end();
  }
}
