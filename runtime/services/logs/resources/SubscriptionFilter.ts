import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface SubscriptionFilterProperties {
  FilterName?: string;
  FilterPattern: string;
  LogGroupName: string;
  DestinationArn: string;
  Distribution?: string;
  RoleArn?: string;
}

/** AWS::Logs::SubscriptionFilter. Ref is the filter's name. */
export const SubscriptionFilter = defineResource<SubscriptionFilterProperties>({
  type: 'AWS::Logs::SubscriptionFilter',
  properties: {
    FilterName: 'executed',
    FilterPattern: 'executed',
    LogGroupName: 'executed',
    DestinationArn: 'executed',
    Distribution: 'stored',
    RoleArn: { refused: 'subscription filters deliver to Lambda functions, which need no role.' },
    ApplyOnTransformedLogs: { refused: 'log transformers do not run.' },
    FieldSelectionCriteria: { refused: 'system fields of centralized logs are not kept.' },
    EmitSystemFields: { refused: 'system fields of centralized logs are not kept.' },
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
      .call('logs', 'DeleteSubscriptionFilter', { logGroupName: LogGroupName, filterName })
      .catch((error: { code?: string }) => {
        if (error.code !== 'ResourceNotFoundException') throw error;
      });
  },
});

async function put(ctx: ResourceContext, filterName: string, properties: SubscriptionFilterProperties): Promise<void> {
  await ctx.call('logs', 'PutSubscriptionFilter', {
    logGroupName: properties.LogGroupName,
    filterName,
    filterPattern: properties.FilterPattern,
    destinationArn: properties.DestinationArn,
    distribution: properties.Distribution,
  });
}
