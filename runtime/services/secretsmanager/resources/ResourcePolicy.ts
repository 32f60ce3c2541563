import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface ResourcePolicyProperties {
  SecretId: string;
  ResourcePolicy: object | string;
  BlockPublicPolicy?: boolean;
}

/** Ref is the ARN of the secret. */
export const ResourcePolicy = defineResource<ResourcePolicyProperties>({
  type: 'AWS::SecretsManager::ResourcePolicy',
  properties: { SecretId: 'executed', ResourcePolicy: 'executed', BlockPublicPolicy: 'executed' },
  create: put,
  update: (ctx, _physicalId, properties) => put(ctx, properties),
  async delete(ctx, SecretId) {
    try {
      await ctx.call('secretsmanager', 'DeleteResourcePolicy', { SecretId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

async function put(ctx: ResourceContext, properties: ResourcePolicyProperties) {
  const { SecretId, ResourcePolicy: policy, BlockPublicPolicy = false } = properties;
  const { ARN } = await ctx.call<{ ARN: string }>('secretsmanager', 'PutResourcePolicy', {
    SecretId,
    ResourcePolicy: typeof policy === 'string' ? policy : JSON.stringify(policy),
    BlockPublicPolicy,
  });
  return { physicalId: ARN, attributes: { Id: ARN } };
}
