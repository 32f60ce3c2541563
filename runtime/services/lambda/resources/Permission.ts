import { defineResource } from '../../../kernel/resource.ts';
import { unlessMissing } from './unless-missing.ts';

interface PermissionProperties {
  FunctionName: string;
  Action: string;
  Principal: string;
  [member: string]: unknown;
}

/** AWS::Lambda::Permission. Ref is the statement's id. */
export const Permission = defineResource<PermissionProperties>({
  type: 'AWS::Lambda::Permission',
  properties: {
    FunctionName: 'executed',
    Action: 'executed',
    Principal: 'executed',
    SourceArn: 'executed',
    SourceAccount: 'executed',
    EventSourceToken: 'executed',
    FunctionUrlAuthType: 'executed',
    PrincipalOrgID: 'executed',
    InvokedViaFunctionUrl: 'executed',
  },
  async create(ctx, properties) {
    const StatementId = ctx.generateName({ maxLength: 100 });
    await ctx.call('lambda', 'AddPermission', { ...properties, StatementId });
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  async delete(ctx, StatementId, { FunctionName }) {
    await unlessMissing(() => ctx.call('lambda', 'RemovePermission', { FunctionName, StatementId }));
  },
});
