import type {
  CreateOrUpdateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DisableMetricsCollectionCommandInput,
  EnableMetricsCollectionCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../../kernel/service.ts';
import { groupMetrics } from '../behaviour/group-metrics.ts';
import { mustFind, tagList } from '../behaviour/input.ts';
import { paged } from '../behaviour/paging.ts';
import { validationError } from '../errors.ts';
import { groups } from '../state.ts';

export function CreateOrUpdateTags(ctx: Context, input: CreateOrUpdateTagsCommandInput) {
  for (const tag of input.Tags ?? []) {
    const group = mustFind(ctx, tag.ResourceId);
    const others = group.Tags.filter(({ Key }) => Key !== tag.Key);
    groups(ctx).put(group.AutoScalingGroupName, { ...group, Tags: [...others, ...tagList([tag])] });
  }
  return {};
}

export function DeleteTags(ctx: Context, input: DeleteTagsCommandInput) {
  for (const { ResourceId, Key, Value } of input.Tags ?? []) {
    const group = mustFind(ctx, ResourceId);
    const Tags = group.Tags.filter(
      (tag) => tag.Key !== Key || (Value !== undefined && Value !== '' && tag.Value !== Value),
    );
    groups(ctx).put(group.AutoScalingGroupName, { ...group, Tags });
  }
  return {};
}

export function DescribeTags(ctx: Context, input: DescribeTagsCommandInput) {
  const all = groups(ctx)
    .values()
    .flatMap(({ AutoScalingGroupName, Tags }) =>
      Tags.map((tag) => ({ ResourceId: AutoScalingGroupName, ResourceType: 'auto-scaling-group', ...tag })),
    );
  const fields: Record<string, (tag: (typeof all)[number]) => string> = {
    'auto-scaling-group': ({ ResourceId }) => ResourceId,
    key: ({ Key }) => Key,
    value: ({ Value }) => Value,
    'propagate-at-launch': ({ PropagateAtLaunch }) => String(PropagateAtLaunch),
  };
  const found = all.filter((tag) =>
    (input.Filters ?? []).every(({ Name = '', Values = [] }) => {
      const field = fields[Name];
      if (!field)
        throw validationError(
          `Filter type ${Name} is not correct. Allowed Filter types are: ${Object.keys(fields).join(', ')}`,
        );
      return Values.includes(field(tag));
    }),
  );
  const { page, ...rest } = paged(found, input);
  return { Tags: page, ...rest };
}

export function EnableMetricsCollection(ctx: Context, input: EnableMetricsCollectionCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  if (input.Granularity !== '1Minute') throw validationError('Granularity must be 1Minute');
  const added = metricsNamed(input.Metrics);
  groups(ctx).put(group.AutoScalingGroupName, {
    ...group,
    EnabledMetrics: [...new Set([...group.EnabledMetrics, ...added])],
  });
  return {};
}

export function DisableMetricsCollection(ctx: Context, input: DisableMetricsCollectionCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const removed = metricsNamed(input.Metrics);
  const EnabledMetrics = group.EnabledMetrics.filter((name) => !removed.includes(name));
  groups(ctx).put(group.AutoScalingGroupName, { ...group, EnabledMetrics });
  return {};
}

export function DescribeMetricCollectionTypes() {
  return {
    Metrics: Object.keys(groupMetrics).map((Metric) => ({ Metric })),
    Granularities: [{ Granularity: '1Minute' }],
  };
}

function metricsNamed(names: readonly string[] | undefined): string[] {
  const wanted = names?.length ? [...names] : Object.keys(groupMetrics);
  const unknown = wanted.find((name) => !(name in groupMetrics));
  if (unknown) throw validationError(`Invalid metric(s) specified: ${unknown}`);
  return wanted;
}
