import type {
  CreateApiCommandInput,
  DeleteApiCommandInput,
  GetApiCommandInput,
  GetApisCommandInput,
  UpdateApiCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { publish } from '../behaviour/compile.ts';
import { badRequest } from '../errors.ts';
import {
  type ApiRecord,
  apiAt,
  apis,
  authorizers,
  deployments,
  integrations,
  keyOf,
  ofApi,
  page,
  present,
  routes,
  stages,
} from '../state.ts';
import { CreateIntegration } from './integrations.ts';
import { CreateRoute } from './routes.ts';
import { CreateStage } from './stages.ts';

/** "CreateApi": of an HTTP API there is one, which it has anyway. */
function checkSelection({ RouteSelectionExpression: given }: { RouteSelectionExpression?: string | undefined }): void {
  if (given !== undefined && given.replace(/[{}]/g, '') !== routeSelection)
    throw badRequest(
      'Invalid RouteSelectionExpression specified. An HTTP API selects by ${request.method} ${request.path}',
    );
}

const routeSelection = '$request.method $request.path';

export function CreateApi(ctx: Context, input: CreateApiCommandInput) {
  checkSelection(input);
  if (input.ProtocolType === 'WEBSOCKET') throw refused('apigatewayv2 CreateApi with ProtocolType WEBSOCKET');
  if (input.ProtocolType !== 'HTTP')
    throw badRequest('Invalid protocol type specified. Must be one of [HTTP, WEBSOCKET]');
  const ApiId = ctx.ids.lower(10);
  const { Target, RouteKey, CredentialsArn: _credentials, Tags, ...settings } = input;
  const nowMs = ctx.clock.now();
  const record: ApiRecord = {
    ...settings,
    ApiId,
    ApiEndpoint: `https://${ApiId}.execute-api.${ctx.region}.amazonaws.com`,
    ApiKeySelectionExpression: input.ApiKeySelectionExpression ?? '$request.header.x-api-key',
    RouteSelectionExpression: routeSelection,
    DisableExecuteApiEndpoint: input.DisableExecuteApiEndpoint ?? false,
    IpAddressType: input.IpAddressType ?? 'ipv4',
    Tags: Tags ?? {},
    account: ctx.account,
    region: ctx.region,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  apis(ctx, ctx).put(ApiId, record);
  if (Target) quickCreate(ctx, ApiId, Target, RouteKey ?? '$default');
  publish(ctx, ctx, ApiId);
  return present(record);
}

/** An API with a target gets an integration, a catch-all route and a $default stage that deploys itself ("CreateApi"). */
function quickCreate(ctx: Context, ApiId: string, Target: string, RouteKey: string): void {
  const lambda = Target.startsWith('arn:');
  const { IntegrationId } = CreateIntegration(ctx, {
    ApiId,
    IntegrationType: lambda ? 'AWS_PROXY' : 'HTTP_PROXY',
    IntegrationUri: Target,
    IntegrationMethod: lambda ? undefined : 'ANY',
    PayloadFormatVersion: lambda ? '2.0' : '1.0',
  }) as { IntegrationId: string };
  CreateRoute(ctx, { ApiId, RouteKey, Target: `integrations/${IntegrationId}` });
  CreateStage(ctx, { ApiId, StageName: '$default', AutoDeploy: true });
}

export function GetApi(ctx: Context, input: GetApiCommandInput) {
  return present(apiAt(ctx, input.ApiId));
}

export function GetApis(ctx: Context, input: GetApisCommandInput) {
  return page(apis(ctx, ctx).values(), input);
}

export function UpdateApi(ctx: Context, input: UpdateApiCommandInput) {
  const api = apiAt(ctx, input.ApiId);
  if (input.Target || input.RouteKey)
    throw refused('apigatewayv2 UpdateApi with Target or RouteKey', 'update the integration or route itself.');
  checkSelection(input);
  const { ApiId, RouteSelectionExpression: _only, ...changes } = input;
  const record: ApiRecord = { ...api, ...defined(changes), ApiId: ApiId ?? '', updatedMs: ctx.clock.now() };
  apis(ctx, ctx).put(api.ApiId, record);
  publish(ctx, ctx, api.ApiId);
  return present(record);
}

export function DeleteApi(ctx: Context, input: DeleteApiCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  apis(ctx, ctx).delete(ApiId);
  for (const stage of ofApi(stages(ctx, ctx), ApiId)) stages(ctx, ctx).delete(keyOf(ApiId, stage.StageName));
  for (const route of ofApi(routes(ctx, ctx), ApiId)) routes(ctx, ctx).delete(keyOf(ApiId, route.RouteId));
  for (const one of ofApi(integrations(ctx, ctx), ApiId))
    integrations(ctx, ctx).delete(keyOf(ApiId, one.IntegrationId));
  for (const one of ofApi(authorizers(ctx, ctx), ApiId)) authorizers(ctx, ctx).delete(keyOf(ApiId, one.AuthorizerId));
  for (const one of ofApi(deployments(ctx, ctx), ApiId)) deployments(ctx, ctx).delete(keyOf(ApiId, one.DeploymentId));
  publish(ctx, ctx, ApiId);
}

export function DeleteCorsConfiguration(ctx: Context, input: { ApiId?: string }) {
  const { CorsConfiguration: _old, ...api } = apiAt(ctx, input.ApiId);
  apis(ctx, ctx).put(api.ApiId, { ...api, updatedMs: ctx.clock.now() });
  publish(ctx, ctx, api.ApiId);
}

/** Members that were given: an update leaves the others as they are. */
export function defined<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<T>;
}
