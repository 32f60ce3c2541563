import { lookupTable } from '../../../kernel/lookup-table.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface AlarmProperties {
  AlarmName?: string;
  Tags?: { Key: string; Value: string }[];
  [property: string]: unknown;
}

const fidelity: Record<string, Fidelity> = lookupTable({
  AlarmName: 'executed',
  AlarmDescription: 'executed',
  ActionsEnabled: 'executed',
  AlarmActions: 'executed',
  OKActions: 'executed',
  InsufficientDataActions: 'executed',
  MetricName: 'executed',
  Namespace: 'executed',
  Dimensions: 'executed',
  Statistic: 'executed',
  ExtendedStatistic: 'executed',
  Period: 'executed',
  Unit: 'executed',
  EvaluationPeriods: 'executed',
  DatapointsToAlarm: 'executed',
  Threshold: 'executed',
  ComparisonOperator: 'executed',
  TreatMissingData: 'executed',
  EvaluateLowSampleCountPercentile: 'executed',
  Metrics: 'executed',
  'Metrics.AccountId': { refused: 'there is no monitoring account over others.' },
  Tags: 'stored',
  ThresholdMetricId: { refused: 'anomaly detection does not run.' },
  EvaluationWindow: { refused: 'windows slide, which is the default.' },
  EvaluationInterval: { refused: 'alarms are evaluated every minute, or every ten seconds for shorter periods.' },
  WarmUpConfiguration: { refused: 'an alarm is evaluated from its first period on.' },
  EvaluationCriteria: { refused: 'PromQL does not run.' },
});

/** AWS::CloudWatch::Alarm. Ref is the alarm's name. */
export const Alarm = defineResource<AlarmProperties>({
  type: 'AWS::CloudWatch::Alarm',
  properties: fidelity,
  async create(ctx, properties) {
    const name = properties.AlarmName ?? ctx.generateName({ maxLength: 255 });
    await put(ctx, name, properties);
    return describe(ctx, name);
  },
  async update(ctx, name, properties, previous) {
    await put(ctx, name, properties);
    const { attributes } = describe(ctx, name);
    const Tags = tagListOf(ctx, properties.Tags);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !Tags.some(({ Key }) => Key === key));
    if (gone.length > 0) await ctx.call('cloudwatch', 'UntagResource', { ResourceARN: attributes?.Arn, TagKeys: gone });
    if (Tags.length > 0) await ctx.call('cloudwatch', 'TagResource', { ResourceARN: attributes?.Arn, Tags });
    return describe(ctx, name);
  },
  async delete(ctx, name) {
    await ctx.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] }).catch((error: { code?: string }) => {
      if (error.code !== 'ResourceNotFound') throw error;
    });
  },
  async read(ctx, name) {
    const { MetricAlarms } = await ctx.call<{ MetricAlarms: AlarmProperties[] }>('cloudwatch', 'DescribeAlarms', {
      AlarmNames: [name],
    });
    const [found] = MetricAlarms;
    if (!found) return undefined;
    const known = Object.entries(found).filter(([property]) => property in fidelity);
    return Object.fromEntries(known);
  },
});

/** Numbers arrive as text from some templates; the operation takes numbers. */
const numeric = ['Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold'];

async function put(ctx: ResourceContext, AlarmName: string, properties: AlarmProperties): Promise<void> {
  const input: Record<string, unknown> = { ...properties, AlarmName, Tags: tagListOf(ctx, properties.Tags) };
  for (const name of numeric) if (input[name] !== undefined) input[name] = Number(input[name]);
  await ctx.call('cloudwatch', 'PutMetricAlarm', input);
}

function describe(ctx: ResourceContext, name: string): ResourceState {
  return { physicalId: name, attributes: { Arn: `arn:aws:cloudwatch:${ctx.region}:${ctx.account}:alarm:${name}` } };
}
