import { defineResource } from '../../../kernel/resource.ts';
import { named } from './LayerVersion.ts';
import { unlessMissing } from './unless-missing.ts';

interface LayerPermissionProperties {
  LayerVersionArn: string;
  Action: string;
  Principal: string;
  OrganizationId?: string;
}

/** AWS::Lambda::LayerVersionPermission. Ref is ARN#statement. */
export const LayerVersionPermission = defineResource<LayerPermissionProperties>({
  type: 'AWS::Lambda::LayerVersionPermission',
  properties: { LayerVersionArn: 'executed', Action: 'executed', Principal: 'executed', OrganizationId: 'executed' },
  async create(ctx, { LayerVersionArn, ...properties }) {
    const StatementId = ctx.generateName({ maxLength: 100 });
    await ctx.call('lambda', 'AddLayerVersionPermission', { ...named(LayerVersionArn), ...properties, StatementId });
    const physicalId = `${LayerVersionArn}#${StatementId}`;
    return { physicalId, attributes: { Id: physicalId } };
  },
  async delete(ctx, physicalId) {
    const [arn = '', StatementId] = physicalId.split('#');
    await unlessMissing(() => ctx.call('lambda', 'RemoveLayerVersionPermission', { ...named(arn), StatementId }));
  },
});
