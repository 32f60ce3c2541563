import { defineResource } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface RouteProperties {
  ApiId: string;
  [member: string]: unknown;
}

export const Route = defineResource<RouteProperties>({
  type: 'AWS::ApiGatewayV2::Route',
  properties: {
    ApiId: 'executed',
    RouteKey: 'executed',
    Target: 'executed',
    AuthorizationType: 'executed',
    AuthorizationScopes: 'executed',
    AuthorizerId: 'executed',
    OperationName: 'stored',
  },
  async create(ctx, properties) {
    return state(await ctx.call<{ RouteId: string }>('apigatewayv2', 'CreateRoute', properties));
  },
  async update(ctx, RouteId, properties) {
    return state(await ctx.call<{ RouteId: string }>('apigatewayv2', 'UpdateRoute', { ...properties, RouteId }));
  },
  async delete(ctx, RouteId, { ApiId }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteRoute', { ApiId, RouteId }));
  },
});

function state({ RouteId }: { RouteId: string }) {
  return { physicalId: RouteId, attributes: { RouteId } };
}
