import type { CustomizedMetricSpecification, PredefinedMetricSpecification } from '@aws-sdk/client-auto-scaling';
import { refused } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';
import type { Group, Policy } from '../state.ts';
import { asAutoScaling } from './as-autoscaling.ts';

/** What alarms on a policy's metric say of it; of PutMetricAlarm's parameters. */
type Measured = Record<string, unknown>;

/** "AWS/ApplicationELB", ResourceLabel: the load balancer's and the target group's parts of their ARNs. */
const resourceLabel = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/;

function measuredBy(group: Pick<Group, 'AutoScalingGroupName'>, policy: Policy): Measured {
  const { PredefinedMetricSpecification, CustomizedMetricSpecification } = policy.TargetTrackingConfiguration ?? {};
  if (PredefinedMetricSpecification) return predefined(group, PredefinedMetricSpecification);
  if (CustomizedMetricSpecification) return customized(CustomizedMetricSpecification);
  throw validationError('Either PredefinedMetricSpecification or CustomizedMetricSpecification must be specified.');
}

function predefined(
  { AutoScalingGroupName }: Pick<Group, 'AutoScalingGroupName'>,
  { PredefinedMetricType, ResourceLabel }: PredefinedMetricSpecification,
): Measured {
  if (PredefinedMetricType === 'ASGAverageCPUUtilization')
    return {
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: AutoScalingGroupName }],
      Statistic: 'Average',
      Period: 60,
    };
  if (PredefinedMetricType === 'ALBRequestCountPerTarget') {
    const [, , TargetGroup] = resourceLabel.exec(ResourceLabel ?? '') ?? [];
    if (!TargetGroup)
      throw validationError(
        'ResourceLabel must be specified as app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id> for the predefined metric type ALBRequestCountPerTarget.',
      );
    return {
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'RequestCountPerTarget',
      Dimensions: [{ Name: 'TargetGroup', Value: TargetGroup }],
      Statistic: 'Sum',
      Period: 60,
    };
  }
  throw refused(
    `autoscaling PutScalingPolicy PredefinedMetricType ${PredefinedMetricType}`,
    'what instances send and receive is not measured; ASGAverageCPUUtilization and ALBRequestCountPerTarget are.',
  );
}

function customized({ Metrics, MetricName, Namespace, Dimensions, ...rest }: CustomizedMetricSpecification): Measured {
  const { Statistic, Unit, Period = 60 } = rest;
  if (Metrics?.length) {
    const queries = Metrics.map(({ MetricStat, Period: own, ...query }) => ({
      ...query,
      ...(MetricStat ? { MetricStat: { ...MetricStat, Period: MetricStat.Period ?? own ?? 60 } } : {}),
    }));
    return { Metrics: queries };
  }
  if (!MetricName || !Namespace || !Statistic)
    throw validationError('A customized metric needs MetricName, Namespace and Statistic, or Metrics.');
  return { MetricName, Namespace, Dimensions: Dimensions ?? [], Statistic, ...(Unit ? { Unit } : {}), Period };
}

/**
 * The two alarms of a target tracking policy, as AWS makes them: over the target for three minutes, or nine tenths of it not
 * reached for fifteen ("Target tracking scaling policies", User Guide). Returns their names.
 */
export async function putAlarms(ctx: Context, group: Group, policy: Policy): Promise<string[]> {
  if (!ctx.engine(registry).services.has('cloudwatch'))
    throw refused(
      'autoscaling PutScalingPolicy TargetTrackingScaling',
      'CloudWatch, whose alarms it needs, is not running.',
    );
  const { TargetValue = 0, DisableScaleIn } = policy.TargetTrackingConfiguration ?? {};
  const measured = measuredBy(group, policy);
  const high = { EvaluationPeriods: 3, Threshold: TargetValue, ComparisonOperator: 'GreaterThanThreshold' };
  const low = { EvaluationPeriods: 15, Threshold: TargetValue * 0.9, ComparisonOperator: 'LessThanThreshold' };
  const wanted = DisableScaleIn ? { AlarmHigh: high } : { AlarmHigh: high, AlarmLow: low };
  const service = asAutoScaling(ctx, ctx);
  const names: string[] = [];
  try {
    for (const [kind, bounds] of Object.entries(wanted)) {
      const known = policy.alarmNames.find((name) => name.includes(`-${kind}-`));
      const AlarmName = known ?? `TargetTracking-${group.AutoScalingGroupName.slice(0, 200)}-${kind}-${ctx.ids.uuid()}`;
      await service.call('cloudwatch', 'PutMetricAlarm', {
        AlarmName,
        AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.PolicyARN}.`,
        AlarmActions: [policy.PolicyARN],
        ...measured,
        ...bounds,
      });
      names.push(AlarmName);
    }
  } finally {
    service.trace.end();
  }
  await deleteAlarms(
    ctx,
    policy.alarmNames.filter((name) => !names.includes(name)),
  );
  return names;
}

export async function deleteAlarms(ctx: Context, AlarmNames: readonly string[]): Promise<void> {
  if (AlarmNames.length === 0 || !ctx.engine(registry).services.has('cloudwatch')) return;
  const service = asAutoScaling(ctx, ctx);
  try {
    for (const name of AlarmNames)
      await service.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] }).catch((error: { code?: string }) => {
        if (error.code !== 'ResourceNotFound') throw error;
      });
  } finally {
    service.trace.end();
  }
}
