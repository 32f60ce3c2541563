import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface Transformation {
  MetricName: string;
  MetricNamespace: string;
  MetricValue: string;
  DefaultValue?: number;
  Dimensions?: { Key: string; Value: string }[];
  Unit?: string;
}

interface MetricFilterProperties {
  FilterName?: string;
  FilterPattern: string;
  LogGroupName: string;
  MetricTransformations: Transformation[];
}

/** AWS::Logs::MetricFilter. Ref is the filter's name. */
export const MetricFilter = defineResource<MetricFilterProperties>({
  type: 'AWS::Logs::MetricFilter',
  properties: {
    FilterName: 'executed',
    FilterPattern: 'executed',
    LogGroupName: 'executed',
    MetricTransformations: 'executed',
    ApplyOnTransformedLogs: { refused: 'log transformers do not run.' },
    FieldSelectionCriteria: { refused: 'system fields of centralized logs are not kept.' },
    EmitSystemFieldDimensions: { refused: 'system fields of centralized logs are not kept.' },
  },
  async create(ctx, properties) {
    const name = properties.FilterName ?? ctx.generateName({ maxLength: 512 });
    await put(ctx, name, properties);
    return { physicalId: name };
  },
  async update(ctx, name, properties) {
    await put(ctx, name, properties);
    return { physicalId: name };
  },
  async delete(ctx, filterName, { LogGroupName }) {
    await ctx
      .call('logs', 'DeleteMetricFilter', { logGroupName: LogGroupName, filterName })
      .catch((error: { code?: string }) => {
        if (error.code !== 'ResourceNotFoundException') throw error;
      });
  },
});

async function put(ctx: ResourceContext, filterName: string, properties: MetricFilterProperties): Promise<void> {
  await ctx.call('logs', 'PutMetricFilter', {
    logGroupName: properties.LogGroupName,
    filterName,
    filterPattern: properties.FilterPattern,
    metricTransformations: properties.MetricTransformations.map((to) => ({
      metricName: to.MetricName,
      metricNamespace: to.MetricNamespace,
      metricValue: String(to.MetricValue),
      ...(to.DefaultValue === undefined ? {} : { defaultValue: Number(to.DefaultValue) }),
      ...(to.Dimensions === undefined
        ? {}
        : { dimensions: Object.fromEntries(to.Dimensions.map(({ Key, Value }) => [Key, Value])) }),
      ...(to.Unit === undefined ? {} : { unit: to.Unit }),
    })),
  });
}
