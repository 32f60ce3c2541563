import type {
  Api,
  ApiMapping,
  AuthorizationType,
  Authorizer,
  Deployment,
  DomainName,
  DomainNameConfiguration,
  Integration,
  Route,
  Stage,
} from '@aws-sdk/client-apigatewayv2';
import { pageAt } from '../../kernel/pages.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { badRequest, notFound } from './errors.ts';

/** Records hold AWS's members; dates are kept in milliseconds and given back as Date. */
type Kept<T> = Omit<T, 'CreatedDate' | 'LastUpdatedDate'> & { createdMs: number; updatedMs: number };

export type ApiRecord = Kept<Api> & { ApiId: string; account: string; region: string };
export type StageRecord = Kept<Stage> & { ApiId: string; StageName: string };
export type RouteRecord = Route & {
  ApiId: string;
  RouteId: string;
  RouteKey: string;
  AuthorizationType: AuthorizationType;
};
export type IntegrationRecord = Integration & { ApiId: string; IntegrationId: string };
export type AuthorizerRecord = Authorizer & { ApiId: string; AuthorizerId: string; Name: string };
/** What was deployed: the routes and integrations as they were. */
export type DeploymentRecord = Kept<Deployment> & {
  ApiId: string;
  DeploymentId: string;
  routes: RouteRecord[];
  integrations: IntegrationRecord[];
};

export type DomainNameRecord = DomainName & {
  DomainName: string;
  DomainNameConfigurations: DomainNameConfiguration[];
};
export type ApiMappingRecord = ApiMapping & { DomainName: string; ApiMappingId: string; ApiId: string; Stage: string };

export function domainNames(kernel: Kernel, scope: Scope): Collection<DomainNameRecord> {
  return kernel.store.collection<DomainNameRecord>('apigatewayv2.domainNames', scope);
}

/** Key: `domainName/id`. */
export function apiMappings(kernel: Kernel, scope: Scope): Collection<ApiMappingRecord> {
  return kernel.store.collection<ApiMappingRecord>('apigatewayv2.apiMappings', scope);
}

export function mappingsOf(kernel: Kernel, scope: Scope, domainName: string): ApiMappingRecord[] {
  return apiMappings(kernel, scope)
    .values()
    .filter((mapping) => mapping.DomainName === domainName);
}

export function domainAt(ctx: Context, name: string | undefined): DomainNameRecord {
  const record = domainNames(ctx, ctx).get((name ?? '').toLowerCase());
  if (!record) throw notFound('domain name', name ?? '');
  return record;
}

export function apis(kernel: Kernel, scope: Scope): Collection<ApiRecord> {
  return kernel.store.collection<ApiRecord>('apigatewayv2.apis', scope);
}

export function stages(kernel: Kernel, scope: Scope): Collection<StageRecord> {
  return kernel.store.collection<StageRecord>('apigatewayv2.stages', scope);
}

export function routes(kernel: Kernel, scope: Scope): Collection<RouteRecord> {
  return kernel.store.collection<RouteRecord>('apigatewayv2.routes', scope);
}

export function integrations(kernel: Kernel, scope: Scope): Collection<IntegrationRecord> {
  return kernel.store.collection<IntegrationRecord>('apigatewayv2.integrations', scope);
}

export function authorizers(kernel: Kernel, scope: Scope): Collection<AuthorizerRecord> {
  return kernel.store.collection<AuthorizerRecord>('apigatewayv2.authorizers', scope);
}

export function deployments(kernel: Kernel, scope: Scope): Collection<DeploymentRecord> {
  return kernel.store.collection<DeploymentRecord>('apigatewayv2.deployments', scope);
}

/** Records of one API are kept under `apiId/id`. */
export function keyOf(apiId: string, id: string): string {
  return `${apiId}/${id}`;
}

export function ofApi<T extends { ApiId: string }>(collection: Collection<T>, apiId: string): T[] {
  return collection.values().filter((record) => record.ApiId === apiId);
}

export function apiAt(ctx: Context, apiId: string | undefined): ApiRecord {
  const api = apis(ctx, ctx).get(apiId ?? '');
  if (!api) throw notFound('API', `${ctx.account}:${apiId}`);
  return api;
}

/** What a record says on the wire. */
export function present<T extends { createdMs?: number; updatedMs?: number }>(record: T): object {
  const { createdMs, updatedMs, ...rest } = record;
  const {
    account: _account,
    region: _region,
    routes: _routes,
    integrations: _integrations,
    ...members
  } = rest as Record<string, unknown>;
  return {
    ...members,
    ...(createdMs === undefined ? {} : { CreatedDate: new Date(createdMs) }),
    ...(updatedMs === undefined ? {} : { LastUpdatedDate: new Date(updatedMs) }),
  };
}

export interface PageInput {
  MaxResults?: string | undefined;
  NextToken?: string | undefined;
}

/** MaxResults items, 500 unless said. */
export function page<T extends { createdMs?: number; updatedMs?: number }>(records: T[], input: PageInput): object {
  const unknown = () => badRequest('Invalid NextToken specified.');
  const asked = { token: input.NextToken, size: Number(input.MaxResults ?? 500), unknown };
  const { items, next } = pageAt(records, asked);
  return { Items: items.map(present), NextToken: next };
}
