import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface ResourcePolicyProperties {
  PolicyName: string;
  PolicyDocument: string | object;
}

/** AWS::Logs::ResourcePolicy. Ref is the policy's name. */
export const ResourcePolicy = defineResource<ResourcePolicyProperties>({
  type: 'AWS::Logs::ResourcePolicy',
  properties: { PolicyName: 'executed', PolicyDocument: 'executed' },
  async create(ctx, properties) {
    await put(ctx, properties);
    return { physicalId: properties.PolicyName };
  },
  async update(ctx, policyName, properties) {
    await put(ctx, properties);
    return { physicalId: policyName };
  },
  async delete(ctx, policyName) {
    await ctx.call('logs', 'DeleteResourcePolicy', { policyName }).catch((error: { code?: string }) => {
      if (error.code !== 'ResourceNotFoundException') throw error;
    });
  },
});

async function put(ctx: ResourceContext, { PolicyName, PolicyDocument }: ResourcePolicyProperties): Promise<void> {
  const policyDocument = typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument);
  await ctx.call('logs', 'PutResourcePolicy', { policyName: PolicyName, policyDocument });
}
