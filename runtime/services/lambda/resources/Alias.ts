import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { unlessMissing } from './unless-missing.ts';

interface AliasProperties {
  FunctionName: string;
  FunctionVersion: string;
  Name: string;
  Description?: string;
  RoutingConfig?: { AdditionalVersionWeights?: { FunctionVersion: string; FunctionWeight: number }[] };
}

/** AWS::Lambda::Alias. Ref is the alias's ARN. */
export const Alias = defineResource<AliasProperties>({
  type: 'AWS::Lambda::Alias',
  properties: {
    FunctionName: 'executed',
    FunctionVersion: 'executed',
    Name: 'executed',
    Description: 'stored',
    RoutingConfig: 'executed',
    ProvisionedConcurrencyConfig: {
      refused: 'no environments are kept ready by number; idle ones stay for ten minutes.',
    },
  },
  create: (ctx, properties) => put(ctx, 'CreateAlias', properties),
  update: (ctx, _arn, properties) => put(ctx, 'UpdateAlias', properties),
  async delete(ctx, _arn, { FunctionName, Name }) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteAlias', { FunctionName, Name }));
  },
  async read(ctx, arn) {
    const [, , , , , , FunctionName = '', Name = ''] = arn.split(':');
    const found = await unlessMissing(() => ctx.call<AliasProperties>('lambda', 'GetAlias', { FunctionName, Name }));
    return found && { Name, FunctionVersion: found.FunctionVersion, Description: found.Description };
  },
});

async function put(ctx: ResourceContext, operation: string, { RoutingConfig, ...properties }: AliasProperties) {
  const weights = RoutingConfig?.AdditionalVersionWeights ?? [];
  const AdditionalVersionWeights = Object.fromEntries(
    weights.map(({ FunctionVersion, FunctionWeight }) => [FunctionVersion, FunctionWeight]),
  );
  const input = { Description: '', ...properties, RoutingConfig: { AdditionalVersionWeights } };
  const { AliasArn } = await ctx.call<{ AliasArn: string }>('lambda', operation, input);
  return { physicalId: AliasArn, attributes: { AliasArn } };
}
