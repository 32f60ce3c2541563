import { defineResource } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface DeploymentProperties {
  ApiId: string;
  StageName?: string;
  Description?: string;
}

export const Deployment = defineResource<DeploymentProperties>({
  type: 'AWS::ApiGatewayV2::Deployment',
  properties: { ApiId: 'executed', StageName: 'executed', Description: 'stored' },
  async create(ctx, properties) {
    const { DeploymentId } = await ctx.call<{ DeploymentId: string }>('apigatewayv2', 'CreateDeployment', properties);
    return { physicalId: DeploymentId, attributes: { DeploymentId } };
  },
  async delete(ctx, DeploymentId, { ApiId }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteDeployment', { ApiId, DeploymentId }));
  },
});
