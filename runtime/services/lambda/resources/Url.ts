import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { unlessMissing } from './unless-missing.ts';

interface UrlProperties {
  TargetFunctionArn: string;
  Qualifier?: string;
  AuthType: string;
  InvokeMode?: string;
  Cors?: object;
}

interface UrlConfig {
  FunctionArn: string;
  FunctionUrl: string;
}

/** AWS::Lambda::Url. Ref is the function's ARN, with the qualifier. */
export const Url = defineResource<UrlProperties>({
  type: 'AWS::Lambda::Url',
  properties: {
    TargetFunctionArn: 'executed',
    Qualifier: 'executed',
    AuthType: 'executed',
    InvokeMode: 'executed',
    Cors: 'executed',
  },
  async create(ctx, properties) {
    return describe(await ctx.call<UrlConfig>('lambda', 'CreateFunctionUrlConfig', input(properties)));
  },
  async update(ctx, _arn, properties) {
    return describe(
      await ctx.call<UrlConfig>('lambda', 'UpdateFunctionUrlConfig', {
        InvokeMode: 'BUFFERED',
        Cors: {},
        ...input(properties),
      }),
    );
  },
  async delete(ctx, arn) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteFunctionUrlConfig', { FunctionName: arn }));
  },
  async read(ctx, arn) {
    const found = await unlessMissing(() =>
      ctx.call<UrlProperties>('lambda', 'GetFunctionUrlConfig', { FunctionName: arn }),
    );
    return found && { AuthType: found.AuthType, InvokeMode: found.InvokeMode };
  },
});

function input({ TargetFunctionArn, ...properties }: UrlProperties): object {
  return { ...properties, FunctionName: TargetFunctionArn };
}

function describe({ FunctionArn, FunctionUrl }: UrlConfig): ResourceState {
  return { physicalId: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
}
