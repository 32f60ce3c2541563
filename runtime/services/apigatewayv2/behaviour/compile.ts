import {
  type CompiledRoute,
  comparePrecedence,
  parseRouteKey,
  type ServedApi,
  type ServedAuthorizer,
  type ServedIntegration,
  type ServedStage,
} from '../../../data-planes/execute-api/api-table.ts';
import { executeApi } from '../../../data-planes/execute-api/serve-api.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import {
  type ApiRecord,
  type AuthorizerRecord,
  apis,
  authorizers,
  deployments,
  type IntegrationRecord,
  integrations,
  keyOf,
  ofApi,
  type RouteRecord,
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
  return {
    stageName: stage.StageName,
    variables: (stage.StageVariables ?? {}) as Record<string, string>,
    routes: compileRoutes(live?.routes ?? [], live?.integrations ?? [], ofApi(authorizers(kernel, scope), stage.ApiId)),
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

function compileRoutes(all: RouteRecord[], targets: IntegrationRecord[], guards: AuthorizerRecord[]) {
  const compiled = all.map((route): CompiledRoute => {
    const key = parseRouteKey(route.RouteKey);
    const target = targets.find((one) => route.Target === `integrations/${one.IntegrationId}`);
    return {
      routeKey: route.RouteKey,
      method: key?.method ?? 'ANY',
      segments: key?.segments ?? [],
      integration: target && compileIntegration(target),
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
          }
        : undefined,
  };
}

function compileIntegration(target: IntegrationRecord): ServedIntegration {
  return {
    integrationId: target.IntegrationId,
    type: target.IntegrationType === 'HTTP_PROXY' ? 'HTTP_PROXY' : 'AWS_PROXY',
    uri: target.IntegrationUri ?? '',
    method: target.IntegrationMethod,
    payloadFormatVersion: target.PayloadFormatVersion === '2.0' ? '2.0' : '1.0',
    timeoutMs: target.TimeoutInMillis ?? 30_000,
  };
}
