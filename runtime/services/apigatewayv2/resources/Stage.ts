import { defineResource } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface StageProperties {
  ApiId: string;
  StageName: string;
  Tags?: Record<string, string>;
  AccessLogSettings?: object;
  [member: string]: unknown;
}

/** Ref is the stage's name. */
export const Stage = defineResource<StageProperties>({
  type: 'AWS::ApiGatewayV2::Stage',
  properties: {
    ApiId: 'executed',
    StageName: 'executed',
    Description: 'stored',
    AutoDeploy: 'executed',
    DeploymentId: 'executed',
    StageVariables: 'executed',
    AccessLogSettings: 'executed',
    DefaultRouteSettings: 'executed',
    'DefaultRouteSettings.DataTraceEnabled': { refused: 'HTTP APIs have no execution logs.' },
    'DefaultRouteSettings.LoggingLevel': { refused: 'HTTP APIs have no execution logs.' },
    RouteSettings: 'executed',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    await ctx.call('apigatewayv2', 'CreateStage', { ...properties, Tags: { ...ctx.stackTags, ...properties.Tags } });
    return { physicalId: properties.StageName };
  },
  async update(ctx, StageName, properties, previous) {
    const { Tags: _tags, ...changes } = properties;
    if (previous.AccessLogSettings && !properties.AccessLogSettings) {
      await ctx.call('apigatewayv2', 'DeleteAccessLogSettings', { ApiId: properties.ApiId, StageName });
    }
    await ctx.call('apigatewayv2', 'UpdateStage', { ...changes, StageName });
    return { physicalId: StageName };
  },
  async delete(ctx, StageName, { ApiId }) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteStage', { ApiId, StageName }));
  },
});
