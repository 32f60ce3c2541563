import { defineResource } from '../../../kernel/resource.ts';
import { unlessMissing } from './unless-missing.ts';

interface EventInvokeProperties {
  FunctionName: string;
  Qualifier: string;
  [member: string]: unknown;
}

/** AWS::Lambda::EventInvokeConfig. Ref is name|qualifier. */
export const EventInvokeConfig = defineResource<EventInvokeProperties>({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: {
    FunctionName: 'executed',
    Qualifier: 'executed',
    MaximumRetryAttempts: 'executed',
    MaximumEventAgeInSeconds: 'executed',
    DestinationConfig: 'executed',
  },
  async create(ctx, properties) {
    await ctx.call('lambda', 'PutFunctionEventInvokeConfig', properties);
    return { physicalId: `${properties.FunctionName}|${properties.Qualifier}` };
  },
  async update(ctx, physicalId, properties) {
    await ctx.call('lambda', 'PutFunctionEventInvokeConfig', properties);
    return { physicalId };
  },
  async delete(ctx, _physicalId, { FunctionName, Qualifier }) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier }));
  },
});
