import { isRecord, type ResourceDefinition } from '../template/template.ts';
import { type FunctionEvent, permission, refuseEventOthers } from './events.ts';
import type { Expansion } from './expand-serverless.ts';
import { inPlace, made, type Properties, pick, refuseOthers } from './properties.ts';

const implicit = 'ServerlessHttpApi';

/** "AWS::Serverless::HttpApi": the API and its stage. Authorizers, domains and OpenAPI definitions are refused by name. */
export function expandHttpApi(logicalId: string, definition: ResourceDefinition, { resources }: Expansion): void {
  refuseOthers(logicalId, definition, [
    'Name',
    'Description',
    'CorsConfiguration',
    'StageName',
    'AccessLogSettings',
    'DefaultRouteSettings',
    'RouteSettings',
    'StageVariables',
    'DisableExecuteApiEndpoint',
    'Tags',
  ]);
  const properties = definition.Properties ?? {};
  resources[logicalId] = inPlace(definition, 'AWS::ApiGatewayV2::Api', {
    ProtocolType: 'HTTP',
    Name: properties.Name ?? { Ref: 'AWS::StackName' },
    ...pick(properties, ['Description', 'DisableExecuteApiEndpoint', 'Tags']),
    ...cors(properties.CorsConfiguration),
  });
  const StageName = properties.StageName ?? '$default';
  const stageId = `${logicalId}${StageName === '$default' ? 'ApiGatewayDefault' : String(StageName).replace(/[^A-Za-z0-9]/g, '')}Stage`;
  resources[stageId] = made(definition, 'AWS::ApiGatewayV2::Stage', {
    ApiId: { Ref: logicalId },
    StageName,
    AutoDeploy: true,
    ...pick(properties, ['AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings', 'StageVariables', 'Tags']),
  });
}

/** CorsConfiguration may be `true`: everything is allowed. */
function cors(configuration: unknown): Properties {
  if (isRecord(configuration)) return { CorsConfiguration: configuration };
  return configuration === true
    ? { CorsConfiguration: { AllowOrigins: ['*'], AllowHeaders: ['*'], AllowMethods: ['*'] } }
    : {};
}

/** The HttpApi event of a function: an integration, a route to it, and the permission to invoke. */
export function addRoute(event: FunctionEvent): void {
  const { resources, definition, id, properties, target } = event;
  refuseEventOthers(id, properties, ['ApiId', 'Method', 'Path', 'PayloadFormatVersion', 'TimeoutInMillis']);
  if (properties.ApiId === undefined && !resources[implicit]) {
    expandHttpApi(implicit, { Type: 'AWS::Serverless::HttpApi', Properties: {} }, event);
  }
  const ApiId = properties.ApiId ?? { Ref: implicit };
  const method = String(properties.Method ?? 'ANY').toUpperCase();
  const route =
    properties.Path === undefined
      ? '$default'
      : `${method === 'ANY' || method === 'X-AMAZON-APIGATEWAY-ANY-METHOD' ? 'ANY' : method} ${String(properties.Path)}`;
  resources[`${id}Integration`] = made(definition, 'AWS::ApiGatewayV2::Integration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: target.arn,
    PayloadFormatVersion: properties.PayloadFormatVersion ?? '2.0',
    ...pick(properties, ['TimeoutInMillis']),
  });
  resources[`${id}Route`] = made(definition, 'AWS::ApiGatewayV2::Route', {
    ApiId,
    RouteKey: route,
    Target: { 'Fn::Sub': ['integrations/${Integration}', { Integration: { Ref: `${id}Integration` } }] },
  });
  const SourceArn = {
    'Fn::Sub': ['arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*', { Api: ApiId }],
  };
  resources[`${id}Permission`] = permission(definition, target, 'apigateway.amazonaws.com', { SourceArn });
}
