import type {
  CreateRouteCommandInput,
  DeleteRouteCommandInput,
  GetRouteCommandInput,
  GetRoutesCommandInput,
  UpdateRouteCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { parseRouteKey } from '../../../data-planes/execute-api/api-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { publish } from '../behaviour/compile.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { apiAt, authorizers, integrations, keyOf, ofApi, page, present, type RouteRecord, routes } from '../state.ts';
import { defined } from './apis.ts';

export function CreateRoute(ctx: Context, input: CreateRouteCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record: RouteRecord = {
    ...input,
    ApiId,
    RouteId: ctx.ids.lower(7),
    RouteKey: input.RouteKey ?? '',
    ApiKeyRequired: false,
    AuthorizationType: input.AuthorizationType ?? 'NONE',
  };
  check(ctx, record);
  routes(ctx, ctx).put(keyOf(ApiId, record.RouteId), record);
  publish(ctx, ctx, ApiId);
  return present(record as object);
}

function check(ctx: Context, record: RouteRecord): void {
  checkAuthorization(ctx, record);
  if (record.RequestParameters || record.RequestModels || record.ModelSelectionExpression) {
    throw badRequest('Request parameters and models are not supported for HTTP APIs.');
  }
  if (record.RouteKey !== '$default' && !parseRouteKey(record.RouteKey)) {
    throw badRequest(
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    );
  }
  if (record.Target !== undefined) {
    const id = /^integrations\/(.+)$/.exec(record.Target)?.[1];
    if (!id || !integrations(ctx, ctx).has(keyOf(record.ApiId, id)))
      throw badRequest(`Invalid target specified: ${record.Target}`);
  }
  const same = ofApi(routes(ctx, ctx), record.ApiId).find(
    (other) => other.RouteKey === record.RouteKey && other.RouteId !== record.RouteId,
  );
  if (same) throw conflict(`Route with key ${record.RouteKey} already exists for this API`);
}

function checkAuthorization(ctx: Context, record: RouteRecord): void {
  const { AuthorizationType: type, AuthorizerId } = record;
  if (type === 'NONE' || type === 'AWS_IAM') return;
  const authorizer = authorizers(ctx, ctx).get(keyOf(record.ApiId, AuthorizerId ?? ''));
  if (!authorizer) throw badRequest(`Invalid authorizer ID specified: ${AuthorizerId}`);
  const fits = type === 'JWT' ? authorizer.AuthorizerType === 'JWT' : authorizer.AuthorizerType === 'REQUEST';
  if (!fits) throw badRequest(`The authorizer ${AuthorizerId} is not of the type that AuthorizationType ${type} needs`);
}

export function GetRoute(ctx: Context, input: GetRouteCommandInput) {
  return present(routeAt(ctx, input) as object);
}

export function GetRoutes(ctx: Context, input: GetRoutesCommandInput) {
  return page(ofApi(routes(ctx, ctx), apiAt(ctx, input.ApiId).ApiId) as object[], input);
}

export function UpdateRoute(ctx: Context, input: UpdateRouteCommandInput) {
  const record = { ...routeAt(ctx, input), ...defined(input) } as RouteRecord;
  check(ctx, record);
  routes(ctx, ctx).put(keyOf(record.ApiId, record.RouteId), record);
  publish(ctx, ctx, record.ApiId);
  return present(record as object);
}

export function DeleteRoute(ctx: Context, input: DeleteRouteCommandInput) {
  const { ApiId, RouteId } = routeAt(ctx, input);
  routes(ctx, ctx).delete(keyOf(ApiId, RouteId));
  publish(ctx, ctx, ApiId);
}

function routeAt(ctx: Context, input: { ApiId?: string | undefined; RouteId?: string | undefined }): RouteRecord {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record = routes(ctx, ctx).get(keyOf(ApiId, input.RouteId ?? ''));
  if (!record) throw notFound('Route', input.RouteId ?? '');
  return record;
}
