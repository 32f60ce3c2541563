import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface ApiProperties {
  Name?: string;
  Tags?: Record<string, string>;
  CorsConfiguration?: object;
  [member: string]: unknown;
}

export const Api = defineResource<ApiProperties>({
  type: 'AWS::ApiGatewayV2::Api',
  properties: {
    Name: 'executed',
    Description: 'stored',
    Version: 'stored',
    ProtocolType: 'executed',
    CorsConfiguration: 'executed',
    DisableExecuteApiEndpoint: 'executed',
    Target: 'executed',
    RouteKey: 'executed',
    RouteSelectionExpression: 'stored',
    IpAddressType: 'stored',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const Tags = { ...ctx.stackTags, ...properties.Tags };
    return state(
      await ctx.call<{ ApiId: string; ApiEndpoint: string }>('apigatewayv2', 'CreateApi', { ...properties, Tags }),
    );
  },
  async update(ctx, ApiId, properties, previous) {
    const { ProtocolType: _protocol, Target: _target, RouteKey: _routeKey, Tags: _tags, ...changes } = properties;
    if (previous.CorsConfiguration && !properties.CorsConfiguration)
      await ctx.call('apigatewayv2', 'DeleteCorsConfiguration', { ApiId });
    return state(
      await ctx.call<{ ApiId: string; ApiEndpoint: string }>('apigatewayv2', 'UpdateApi', { ...changes, ApiId }),
    );
  },
  async delete(ctx, ApiId) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteApi', { ApiId }));
  },
  async read(ctx: ResourceContext, ApiId) {
    const { Name, Description, ProtocolType, CorsConfiguration } = await ctx.call<ApiProperties>(
      'apigatewayv2',
      'GetApi',
      { ApiId },
    );
    return {
      Name,
      Description,
      ProtocolType,
      ...(CorsConfiguration ? { CorsConfiguration } : {}),
    } as Partial<ApiProperties>;
  },
});

function state({ ApiId, ApiEndpoint }: { ApiId: string; ApiEndpoint: string }): ResourceState {
  return { physicalId: ApiId, attributes: { ApiId, ApiEndpoint } };
}
