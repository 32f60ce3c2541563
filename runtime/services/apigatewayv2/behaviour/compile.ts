import {
  type CompiledRoute,
  comparePrecedence,
  parseRouteKey,
  type ServedApi,
  type ServedAuthorizer,
  type ServedIntegration,
  type ServedStage,
} from '../../../data-planes/execute-api/api-table.ts';
import { parseChanges } from '../../../data-planes/execute-api/parameter-mapping.ts';
import { executeApi } from '../../../data-planes/execute-api/serve-api.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import {
  type ApiRecord,
  type AuthorizerRecord,
  apis,
  authorizers,
  type DeploymentRecord,
  deployments,
  type IntegrationRecord,
  integrations,
  keyOf,
  ofApi,
  routes,
  type StageRecord,
  stages,
} from '../state.ts';

/** Tells the data plane what the API has become. An auto-deployed stage serves the API as it is, another its deployment. */
export function publish(kernel: Kernel, scope: Scope, apiId: string): void {
  const api = apis(kernel, scope).get(apiId);
  if (!api) {
    kernel.engine(executeApi).remove({ apiId, region: scope.region });
    return;
  }
  kernel.engine(executeApi).serve(compileApi(kernel, scope, api));
}

function compileApi(kernel: Kernel, scope: Scope, api: ApiRecord): ServedApi {
  const { ApiId: apiId, CorsConfiguration: cors } = api;
  const served = ofApi(stages(kernel, scope), apiId).map((stage): [string, ServedStage] => [
    stage.StageName,
    compileStage(kernel, scope, stage),
  ]);
  return {
    apiId,
    account: scope.account,
    region: scope.region,
    name: api.Name ?? '',
    disableExecuteApiEndpoint: api.DisableExecuteApiEndpoint ?? false,
    cors: cors && {
      allowOrigins: cors.AllowOrigins ?? [],
      allowMethods: cors.AllowMethods ?? [],
      allowHeaders: cors.AllowHeaders ?? [],
      exposeHeaders: cors.ExposeHeaders ?? [],
      allowCredentials: cors.AllowCredentials ?? false,
      maxAge: cors.MaxAge,
    },
    stages: new Map(served),
  };
}

function compileStage(kernel: Kernel, scope: Scope, stage: StageRecord): ServedStage {
  const deployed = stage.AutoDeploy
    ? undefined
    : deployments(kernel, scope).get(keyOf(stage.ApiId, stage.DeploymentId ?? ''));
  const live = stage.AutoDeploy
    ? {
        routes: ofApi(routes(kernel, scope), stage.ApiId),
        integrations: ofApi(integrations(kernel, scope), stage.ApiId),
      }
    : deployed;
  const variables = (stage.StageVariables ?? {}) as Record<string, string>;
  return {
    stageName: stage.StageName,
    variables,
    routes: compileRoutes(
      live ?? { routes: [], integrations: [] },
      ofApi(authorizers(kernel, scope), stage.ApiId),
      variables,
    ),
    accessLog: stage.AccessLogSettings?.DestinationArn
      ? { destinationArn: stage.AccessLogSettings.DestinationArn, format: stage.AccessLogSettings.Format ?? '' }
      : undefined,
    throttles: throttlesOf(stage),
    detailedMetrics: stage.DefaultRouteSettings?.DetailedMetricsEnabled ?? false,
  };
}

function throttlesOf(stage: StageRecord): Map<string, { rate: number; burst: number }> {
  const settings = Object.entries({ '*': stage.DefaultRouteSettings, ...stage.RouteSettings });
  const limits = settings.flatMap(([key, value]): [string, { rate: number; burst: number }][] => {
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = value ?? {};
    return rate === undefined && burst === undefined ? [] : [[key, { rate: rate ?? 10_000, burst: burst ?? 5000 }]];
  });
  return new Map(limits);
}

function compileRoutes(
  { routes: all, integrations: targets }: Pick<DeploymentRecord, 'routes' | 'integrations'>,
  guards: AuthorizerRecord[],
  variables: Record<string, string>,
) {
  const compiled = all.map((route): CompiledRoute => {
    const key = parseRouteKey(route.RouteKey);
    const target = targets.find((one) => route.Target === `integrations/${one.IntegrationId}`);
    return {
      routeKey: route.RouteKey,
      method: key?.method ?? 'ANY',
      segments: key?.segments ?? [],
      integration: target && compileIntegration(target, variables),
      authorizer: compileAuthorizer(
        route.AuthorizationType === 'NONE' ? undefined : guards.find((one) => one.AuthorizerId === route.AuthorizerId),
      ),
      iam: route.AuthorizationType === 'AWS_IAM',
      scopes: route.AuthorizationScopes ?? [],
      operationName: route.OperationName,
    };
  });
  return {
    routes: compiled.filter((route) => route.routeKey !== '$default').sort(comparePrecedence),
    fallback: compiled.find((route) => route.routeKey === '$default'),
  };
}

function compileAuthorizer(record: AuthorizerRecord | undefined): ServedAuthorizer | undefined {
  if (!record) return undefined;
  const { JwtConfiguration: jwt } = record;
  return {
    authorizerId: record.AuthorizerId,
    type: record.AuthorizerType === 'JWT' ? 'JWT' : 'REQUEST',
    identitySources: record.IdentitySource ?? [],
    jwt: record.AuthorizerType === 'JWT' ? { issuer: jwt?.Issuer ?? '', audiences: jwt?.Audience ?? [] } : undefined,
    lambda:
      record.AuthorizerType === 'REQUEST'
        ? {
            uri: record.AuthorizerUri ?? '',
            payloadFormatVersion: record.AuthorizerPayloadFormatVersion === '1.0' ? '1.0' : '2.0',
            simpleResponses: record.EnableSimpleResponses ?? false,
            ttlSeconds: record.AuthorizerResultTtlInSeconds ?? 0,
            credentialsArn: record.AuthorizerCredentialsArn,
          }
        : undefined,
  };
}

function compileIntegration(target: IntegrationRecord, variables: Record<string, string>): ServedIntegration {
  const { IntegrationSubtype: subtype, RequestParameters: request = {} } = target;
  return {
    integrationId: target.IntegrationId,
    type: target.IntegrationType === 'HTTP_PROXY' ? 'HTTP_PROXY' : 'AWS_PROXY',
    uri: withVariables(target.IntegrationUri ?? '', variables),
    method: target.IntegrationMethod,
    payloadFormatVersion: target.PayloadFormatVersion === '2.0' ? '2.0' : '1.0',
    timeoutMs: target.TimeoutInMillis ?? 30_000,
    subtype,
    credentialsArn: target.CredentialsArn,
    request:
      subtype === undefined
        ? parseChanges(request)
        : Object.entries(request).map(([name, value]) => ({ action: 'overwrite', part: 'header', name, value })),
    response: new Map(
      Object.entries(target.ResponseParameters ?? {}).map(([status, changes]) => [
        Number(status),
        parseChanges(changes),
      ]),
    ),
  };
}

/** "Use stage variables for HTTP APIs": they may stand anywhere in an integration's URI. */
function withVariables(uri: string, variables: Record<string, string>): string {
  return uri.replace(/\$\{stageVariables\.(\w+)\}/g, (_whole, name: string) => variables[name] ?? '');
}
