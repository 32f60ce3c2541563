import type {
  CustomizedMetricSpecification,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import type { ScalableDimension, TrackedMetric } from '../../../engines/scaling/scalable-dimensions.ts';
import { refused } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';
import { isOf, keyOf, type Policy, policies, type Target } from '../state.ts';
import { asApplicationAutoScaling, dimensionOf } from './dimension.ts';

export interface Tracked {
  /** Of PutMetricAlarm's parameters, what says which metric. */
  metric: Record<string, unknown>;
  measures: TrackedMetric['measures'];
}

export function trackedBy(
  dimension: ScalableDimension,
  ResourceId: string,
  { PredefinedMetricSpecification, CustomizedMetricSpecification }: TargetTrackingScalingPolicyConfiguration,
): Tracked {
  if (CustomizedMetricSpecification) return { metric: customized(CustomizedMetricSpecification), measures: 'average' };
  const { PredefinedMetricType = '', ResourceLabel } = PredefinedMetricSpecification ?? {};
  if (ResourceLabel !== undefined)
    throw validation(`ResourceLabel is not supported for the predefined metric type ${PredefinedMetricType}.`);
  const metric = dimension.metrics[PredefinedMetricType]?.(ResourceId);
  if (!metric) {
    const known = Object.keys(dimension.metrics).join(', ');
    throw refused(
      `application-autoscaling PredefinedMetricType ${PredefinedMetricType} for ${dimension.ScalableDimension}`,
      `predefined for it here: ${known}.`,
    );
  }
  const { measures, ...named } = metric;
  return { metric: { ...named, Statistic: measures === 'average' ? 'Average' : 'Sum', Period: 60 }, measures };
}

function customized(given: CustomizedMetricSpecification): Record<string, unknown> {
  const { Metrics, MetricName, Namespace, Dimensions, Statistic, Unit } = given;
  if (Metrics?.length) {
    const queries = Metrics.map(({ MetricStat, ...query }) => ({
      ...query,
      ...(MetricStat ? { MetricStat: { ...MetricStat, Period: 60 } } : {}),
    }));
    return { Metrics: queries };
  }
  if (!MetricName || !Namespace || !Statistic)
    throw validation('A customized metric needs MetricName, Namespace and Statistic, or Metrics.');
  return { MetricName, Namespace, Dimensions: Dimensions ?? [], Statistic, ...(Unit ? { Unit } : {}), Period: 60 };
}

interface Bounds {
  EvaluationPeriods: number;
  Threshold: number;
  ComparisonOperator: string;
}

/**
 * As AWS makes them: over the target for three minutes, or nine tenths of it not reached for fifteen. Where units are
 * consumed, over the target's part of what a minute has for two minutes, or twenty percent less for fifteen ("Managing
 * throughput capacity automatically with DynamoDB auto scaling").
 */
function boundsOf(measures: Tracked['measures'], target: number, capacity: number): Record<string, Bounds> {
  const consumed = measures === 'consumed units';
  const units = (percent: number): number => (Math.max(percent, 0) / 100) * capacity * 60;
  return {
    AlarmHigh: {
      EvaluationPeriods: consumed ? 2 : 3,
      Threshold: consumed ? units(target) : target,
      ComparisonOperator: 'GreaterThanThreshold',
    },
    AlarmLow: {
      EvaluationPeriods: 15,
      Threshold: consumed ? units(target - 20) : target * 0.9,
      ComparisonOperator: 'LessThanThreshold',
    },
  };
}

/** Makes a policy's alarms, or brings them up to date. Returns their names. */
export async function putAlarms(kernel: Kernel, target: Target, policy: Policy, capacity: number): Promise<string[]> {
  if (!kernel.engine(registry).services.has('cloudwatch'))
    throw refused(
      'application-autoscaling PutScalingPolicy TargetTrackingScaling',
      'CloudWatch, whose alarms it needs, is not running.',
    );
  const configuration = policy.TargetTrackingScalingPolicyConfiguration;
  if (!configuration) return [];
  const { metric, measures } = trackedBy(dimensionOf(kernel, target), target.ResourceId, configuration);
  const { AlarmLow, ...growing } = boundsOf(measures, configuration.TargetValue ?? 0, capacity);
  const wanted = configuration.DisableScaleIn || !AlarmLow ? growing : { ...growing, AlarmLow };
  const ctx = asApplicationAutoScaling(kernel, target, target);
  const names: string[] = [];
  try {
    for (const [kind, bounds] of Object.entries(wanted)) {
      const known = policy.alarmNames.find((name) => name.includes(`-${kind}-`));
      const AlarmName = known ?? `TargetTracking-${target.ResourceId.slice(0, 190)}-${kind}-${kernel.ids.uuid()}`;
      await ctx.call('cloudwatch', 'PutMetricAlarm', {
        AlarmName,
        AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.PolicyARN}.`,
        AlarmActions: [policy.PolicyARN],
        ...metric,
        ...bounds,
      });
      names.push(AlarmName);
    }
  } finally {
    ctx.trace.end();
  }
  await deleteAlarms(
    kernel,
    target,
    policy.alarmNames.filter((name) => !names.includes(name)),
  );
  return names;
}

/** What a minute has to give has changed: alarms over consumed units have other thresholds. */
export async function setThresholds(kernel: Kernel, target: Target, capacity: number): Promise<void> {
  const where = { ...target, store: kernel.store };
  for (const policy of policies(where).values()) {
    const { TargetTrackingScalingPolicyConfiguration: configuration } = policy;
    if (!configuration || !isOf(policy, target)) continue;
    const { measures } = trackedBy(dimensionOf(kernel, target), target.ResourceId, configuration);
    if (measures === 'average') continue;
    const alarmNames = await putAlarms(kernel, target, policy, capacity);
    const key = keyOf(policy, policy.PolicyName);
    if (policies(where).has(key)) policies(where).put(key, { ...policy, alarmNames });
  }
}

export async function deleteAlarms(kernel: Kernel, target: Target, names: readonly string[]): Promise<void> {
  if (names.length === 0 || !kernel.engine(registry).services.has('cloudwatch')) return;
  const ctx = asApplicationAutoScaling(kernel, target, target);
  try {
    for (const name of names)
      await ctx.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] }).catch((error: { code?: string }) => {
        if (error.code !== 'ResourceNotFound') throw error;
      });
  } finally {
    ctx.trace.end();
  }
}
