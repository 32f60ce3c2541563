import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface ApiMappingProperties {
  DomainName: string;
  ApiId: string;
  Stage: string;
  ApiMappingKey?: string;
}

export const ApiMapping = defineResource<ApiMappingProperties>({
  type: 'AWS::ApiGatewayV2::ApiMapping',
  properties: { DomainName: 'executed', ApiId: 'executed', Stage: 'executed', ApiMappingKey: 'executed' },
  async create(ctx, properties) {
    return state(await ctx.call<{ ApiMappingId: string }>('apigatewayv2', 'CreateApiMapping', properties));
  },
  async update(ctx, ApiMappingId, properties) {
    const changes = { ApiMappingKey: '', ...properties, ApiMappingId };
    return state(await ctx.call<{ ApiMappingId: string }>('apigatewayv2', 'UpdateApiMapping', changes));
  },
  async delete(ctx, ApiMappingId, { DomainName }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteApiMapping', { DomainName, ApiMappingId }));
  },
});

function state({ ApiMappingId }: { ApiMappingId: string }): ResourceState {
  return { physicalId: ApiMappingId, attributes: { ApiMappingId } };
}
