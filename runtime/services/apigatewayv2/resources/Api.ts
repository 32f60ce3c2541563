import {
  defineResource,
  type ReadProperties,
  type ResourceContext,
  type ResourceState,
} from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';
import { type BodyProperties, importInput } from './imported-body.ts';

interface ApiProperties extends BodyProperties {
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
    RouteSelectionExpression: 'executed',
    IpAddressType: 'stored',
    Tags: 'stored',
    Body: 'executed',
    BodyS3Location: 'executed',
    BasePath: 'executed',
    FailOnWarnings: 'executed',
  },
  async create(ctx, properties) {
    const Tags = { ...ctx.stackTags, ...properties.Tags };
    const imported = await importInput(ctx, properties);
    if (!imported) return state(await ctx.call<Named>('apigatewayv2', 'CreateApi', { ...own(properties), Tags }));
    const { ApiId } = await ctx.call<Named>('apigatewayv2', 'ImportApi', imported);
    const ResourceArn = `arn:aws:apigateway:${ctx.region}::/apis/${ApiId}`;
    await ctx.call('apigatewayv2', 'TagResource', { ResourceArn, Tags });
    return change(ctx, ApiId, properties);
  },
  async update(ctx, ApiId, properties, previous) {
    if (previous.CorsConfiguration && !properties.CorsConfiguration)
      await ctx.call('apigatewayv2', 'DeleteCorsConfiguration', { ApiId });
    const imported = await importInput(ctx, properties);
    if (imported) await ctx.call('apigatewayv2', 'ReimportApi', { ...imported, ApiId });
    return change(ctx, ApiId, properties);
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
      CorsConfiguration,
    } as ReadProperties<ApiProperties>;
  },
});

async function change(ctx: ResourceContext, ApiId: string, properties: ApiProperties): Promise<ResourceState> {
  const { ProtocolType: _protocol, Target: _target, RouteKey: _routeKey, ...changes } = own(properties);
  return state(await ctx.call<Named>('apigatewayv2', 'UpdateApi', { ...changes, ApiId }));
}

/** Without what says what to import, and the tags. */
function own(properties: ApiProperties): Record<string, unknown> {
  const { Body: _body, BodyS3Location: _s3, BasePath: _base, FailOnWarnings: _fail, Tags: _tags, ...rest } = properties;
  return rest;
}

interface Named {
  ApiId: string;
  ApiEndpoint: string;
}

function state({ ApiId, ApiEndpoint }: Named): ResourceState {
  return { physicalId: ApiId, attributes: { ApiId, ApiEndpoint } };
}
