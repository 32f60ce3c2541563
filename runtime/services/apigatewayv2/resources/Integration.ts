import { defineResource } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface IntegrationProperties {
  ApiId: string;
  ResponseParameters?: Record<string, { ResponseParameters?: { Destination: string; Source: string }[] }>;
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
    IntegrationSubtype: 'executed',
    CredentialsArn: 'executed',
    RequestParameters: 'executed',
    ResponseParameters: 'executed',
  },
  async create(ctx, properties) {
    return state(await ctx.call<{ IntegrationId: string }>('apigatewayv2', 'CreateIntegration', input(properties)));
  },
  async update(ctx, IntegrationId, properties) {
    return state(
      await ctx.call<{ IntegrationId: string }>('apigatewayv2', 'UpdateIntegration', {
        ...input(properties),
        IntegrationId,
      }),
    );
  },
  async delete(ctx, IntegrationId, { ApiId }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteIntegration', { ApiId, IntegrationId }));
  },
});

function state({ IntegrationId }: { IntegrationId: string }) {
  return { physicalId: IntegrationId, attributes: { IntegrationId } };
}

/** A template lists a status's response parameters as pairs; the API takes a map. */
function input({ ResponseParameters, ...properties }: IntegrationProperties): object {
  if (!ResponseParameters) return properties;
  const mapped = Object.entries(ResponseParameters).map(([status, { ResponseParameters: pairs }]) => [
    status,
    Object.fromEntries((pairs ?? []).map(({ Destination, Source }) => [Destination, Source])),
  ]);
  return { ...properties, ResponseParameters: Object.fromEntries(mapped) };
}
