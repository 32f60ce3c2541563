import { defineResource } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface IntegrationProperties {
  ApiId: string;
  [member: string]: unknown;
}

export const Integration = defineResource<IntegrationProperties>({
  type: 'AWS::ApiGatewayV2::Integration',
  properties: {
    ApiId: 'executed',
    Description: 'stored',
    IntegrationType: 'executed',
    IntegrationUri: 'executed',
    IntegrationMethod: 'executed',
    PayloadFormatVersion: 'executed',
    TimeoutInMillis: 'executed',
    ConnectionType: 'executed',
  },
  async create(ctx, properties) {
    return state(await ctx.call<{ IntegrationId: string }>('apigatewayv2', 'CreateIntegration', properties));
  },
  async update(ctx, IntegrationId, properties) {
    return state(
      await ctx.call<{ IntegrationId: string }>('apigatewayv2', 'UpdateIntegration', { ...properties, IntegrationId }),
    );
  },
  async delete(ctx, IntegrationId, { ApiId }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteIntegration', { ApiId, IntegrationId }));
  },
});

function state({ IntegrationId }: { IntegrationId: string }) {
  return { physicalId: IntegrationId, attributes: { IntegrationId } };
}
