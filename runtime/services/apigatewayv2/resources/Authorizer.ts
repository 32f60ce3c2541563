import { defineResource } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface AuthorizerProperties {
  ApiId: string;
  [member: string]: unknown;
}

export const Authorizer = defineResource<AuthorizerProperties>({
  type: 'AWS::ApiGatewayV2::Authorizer',
  properties: {
    ApiId: 'executed',
    Name: 'executed',
    AuthorizerType: 'executed',
    AuthorizerUri: 'executed',
    AuthorizerPayloadFormatVersion: 'executed',
    AuthorizerResultTtlInSeconds: 'executed',
    EnableSimpleResponses: 'executed',
    IdentitySource: 'executed',
    JwtConfiguration: 'executed',
    AuthorizerCredentialsArn: 'executed',
  },
  async create(ctx, properties) {
    return state(await ctx.call<{ AuthorizerId: string }>('apigatewayv2', 'CreateAuthorizer', properties));
  },
  async update(ctx, AuthorizerId, properties) {
    return state(
      await ctx.call<{ AuthorizerId: string }>('apigatewayv2', 'UpdateAuthorizer', { ...properties, AuthorizerId }),
    );
  },
  async delete(ctx, AuthorizerId, { ApiId }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteAuthorizer', { ApiId, AuthorizerId }));
  },
});

function state({ AuthorizerId }: { AuthorizerId: string }) {
  return { physicalId: AuthorizerId, attributes: { AuthorizerId } };
}
