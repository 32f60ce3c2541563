import { type Access, type Context, defineService, type Kernel } from '../../kernel/service.ts';
import { publish } from './behaviour/compile.ts';
import { publishDomain } from './behaviour/compile-domain.ts';
import * as mappingOperations from './operations/api-mappings.ts';
import * as apiOperations from './operations/apis.ts';
import * as authorizerOperations from './operations/authorizers.ts';
import * as domainOperations from './operations/domain-names.ts';
import * as importOperations from './operations/imports.ts';
import * as integrationOperations from './operations/integrations.ts';
import * as routeOperations from './operations/routes.ts';
import * as stageOperations from './operations/stages.ts';
import * as tagOperations from './operations/tags.ts';
import { Api } from './resources/Api.ts';
import { ApiMapping } from './resources/ApiMapping.ts';
import { Authorizer } from './resources/Authorizer.ts';
import { Deployment } from './resources/Deployment.ts';
import { DomainName } from './resources/DomainName.ts';
import { Integration } from './resources/Integration.ts';
import { Route } from './resources/Route.ts';
import { Stage } from './resources/Stage.ts';
import { apis, domainNames } from './state.ts';

const { defined: _defined, ...ofApis } = apiOperations;

export default defineService({
  name: 'apigatewayv2',
  actionPrefix: 'apigateway',
  nestedMembers: 'own',
  operations: {
    ...ofApis,
    ...integrationOperations,
    ...routeOperations,
    ...stageOperations,
    ...authorizerOperations,
    ...domainOperations,
    ...mappingOperations,
    ...importOperations,
    ...tagOperations,
  },
  resources: [Api, Integration, Route, Stage, Deployment, Authorizer, DomainName, ApiMapping],
  authorization: authorize,
  accessDenied: { code: 'AccessDeniedException', status: 403 },
  start,
  fidelity: {
    'CreateDomainName.DomainNameConfigurations': 'stored',
    'UpdateDomainName.DomainNameConfigurations': 'stored',
    'CreateApi.CredentialsArn': { refused: 'give the function a resource policy for apigateway.amazonaws.com.' },
    'CreateApi.IpAddressType': 'stored',
    'CreateApi.ApiKeySelectionExpression': 'stored',
    'UpdateApi.ApiKeySelectionExpression': 'stored',
    'CreateIntegration.TlsConfig': { refused: 'only loopback and Orrery hosts are reached.' },
    'CreateStage.ClientCertificateId': { refused: 'HTTP APIs have no client certificates.' },
    'CreateApi.DisableSchemaValidation': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateApi.DisableSchemaValidation': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateIntegration.ContentHandlingStrategy': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateIntegration.PassthroughBehavior': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateIntegration.RequestTemplates': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateIntegration.TemplateSelectionExpression': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateIntegration.ContentHandlingStrategy': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateIntegration.PassthroughBehavior': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateIntegration.RequestTemplates': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateIntegration.TemplateSelectionExpression': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateRoute.RouteResponseSelectionExpression': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateRoute.RouteResponseSelectionExpression': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateStage.DefaultRouteSettings.DataTraceEnabled': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateStage.DefaultRouteSettings.LoggingLevel': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateStage.DefaultRouteSettings.DataTraceEnabled': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateStage.DefaultRouteSettings.LoggingLevel': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateStage.ClientCertificateId': { refused: 'HTTP APIs have no client certificates.' },
    'CreateDomainName.MutualTlsAuthentication.TruststoreVersion': { refused: 'users reach the gateway over HTTP.' },
    'UpdateDomainName.MutualTlsAuthentication.TruststoreVersion': { refused: 'users reach the gateway over HTTP.' },
    'CreateStage.RouteSettings.DataTraceEnabled': { refused: 'it is for WebSocket APIs, which are not run.' },
    'CreateStage.RouteSettings.LoggingLevel': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateStage.RouteSettings.DataTraceEnabled': { refused: 'it is for WebSocket APIs, which are not run.' },
    'UpdateStage.RouteSettings.LoggingLevel': { refused: 'it is for WebSocket APIs, which are not run.' },
  },
});

/** "Actions, resources, and condition keys for Amazon API Gateway Management V2": the HTTP method is the action. */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  if (typeof input.ResourceArn === 'string') return tagAccess(operation, input.ResourceArn, ctx);
  const method = operation.startsWith('Get')
    ? 'GET'
    : operation === 'ReimportApi'
      ? 'PUT'
      : /^(Create|Import)/.test(operation)
        ? 'POST'
        : operation.startsWith('Update')
          ? 'PATCH'
          : 'DELETE';
  const root =
    input.DomainName || operation === 'GetDomainNames' ? ['domainnames', input.DomainName] : ['apis', input.ApiId];
  const path = [...root, ...subPath(input)].filter((part) => part !== undefined).join('/');
  return { action: `apigateway:${method}`, resource: `arn:aws:apigateway:${ctx.region}::/${path}` };
}

/** Tags have paths of their own: `/tags/` and the resource's ARN, encoded. */
function tagAccess(operation: string, arn: string, ctx: Context): Access {
  const method = { TagResource: 'POST', UntagResource: 'DELETE' }[operation] ?? 'GET';
  return {
    action: `apigateway:${method}`,
    resource: `arn:aws:apigateway:${ctx.region}::/tags/${encodeURIComponent(arn)}`,
  };
}

function subPath(input: Record<string, unknown>): unknown[] {
  if (input.DomainName) return input.ApiMappingId ? ['apimappings', input.ApiMappingId] : [];
  if (input.RouteId) return ['routes', input.RouteId];
  if (input.IntegrationId) return ['integrations', input.IntegrationId];
  if (input.AuthorizerId) return ['authorizers', input.AuthorizerId];
  if (input.DeploymentId) return ['deployments', input.DeploymentId];
  return input.StageName ? ['stages', input.StageName] : [];
}

function start(kernel: Kernel): undefined {
  for (const scope of kernel.store.scopes('apigatewayv2.apis')) {
    for (const api of apis(kernel, scope).values()) publish(kernel, scope, api.ApiId);
  }
  for (const scope of kernel.store.scopes('apigatewayv2.domainNames')) {
    for (const { DomainName: name } of domainNames(kernel, scope).values()) publishDomain(kernel, scope, name);
  }
}
