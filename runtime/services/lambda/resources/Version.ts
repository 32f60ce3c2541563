import { defineResource } from '../../../kernel/resource.ts';
import { unlessMissing } from './unless-missing.ts';

interface VersionProperties {
  FunctionName: string;
  CodeSha256?: string;
  Description?: string;
}

/** AWS::Lambda::Version. Ref is the version's ARN. */
export const Version = defineResource<VersionProperties>({
  type: 'AWS::Lambda::Version',
  properties: {
    FunctionName: 'executed',
    CodeSha256: 'executed',
    Description: 'stored',
    ProvisionedConcurrencyConfig: {
      refused: 'no environments are kept ready by number; idle ones stay for ten minutes.',
    },
    RuntimePolicy: { refused: 'there is one version of each runtime here.' },
    FunctionScalingConfig: { refused: 'there are no capacity providers.' },
  },
  async create(ctx, properties) {
    const published = await ctx.call<{ FunctionArn: string; Version: string }>('lambda', 'PublishVersion', properties);
    return {
      physicalId: published.FunctionArn,
      attributes: { FunctionArn: published.FunctionArn, Version: published.Version },
    };
  },
  async delete(ctx, arn) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteFunction', { FunctionName: arn }));
  },
  async read(ctx, arn) {
    const found = await unlessMissing(() =>
      ctx.call<VersionProperties>('lambda', 'GetFunctionConfiguration', { FunctionName: arn }),
    );
    return found && { FunctionName: found.FunctionName };
  },
});
