import type {
  CreateAuthorizerCommandInput,
  DeleteAuthorizerCommandInput,
  GetAuthorizerCommandInput,
  GetAuthorizersCommandInput,
  UpdateAuthorizerCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import type { Context } from '../../../kernel/service.ts';
import { publish } from '../behaviour/compile.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { type AuthorizerRecord, apiAt, authorizers, keyOf, ofApi, page, present, routes } from '../state.ts';
import { defined } from './apis.ts';

export function CreateAuthorizer(ctx: Context, input: CreateAuthorizerCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record: AuthorizerRecord = { ...input, ApiId, AuthorizerId: ctx.ids.lower(6), Name: input.Name ?? '' };
  check(record);
  authorizers(ctx, ctx).put(keyOf(ApiId, record.AuthorizerId), record);
  publish(ctx, ctx, ApiId);
  return present(record as object);
}

function check(record: AuthorizerRecord): void {
  if (record.AuthorizerType === 'JWT') {
    if (!record.JwtConfiguration?.Issuer || !record.JwtConfiguration.Audience?.length)
      throw badRequest('JWT authorizers need an Issuer and at least one Audience');
    if (record.IdentitySource?.length !== 1) throw badRequest('JWT authorizers need one identity source');
    return;
  }
  if (record.AuthorizerType !== 'REQUEST')
    throw badRequest('Invalid authorizer type specified. Must be one of [REQUEST, JWT]');
  if (!/arn:[^:]+:lambda:/.test(record.AuthorizerUri ?? ''))
    throw badRequest('Invalid Authorizer URI: it must name a Lambda function');
  if (record.AuthorizerPayloadFormatVersion !== '1.0' && record.AuthorizerPayloadFormatVersion !== '2.0')
    throw badRequest('AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer');
  if (record.EnableSimpleResponses && record.AuthorizerPayloadFormatVersion === '1.0')
    throw badRequest('EnableSimpleResponses is not supported for payload format version 1.0');
  const ttl = record.AuthorizerResultTtlInSeconds ?? 0;
  if (ttl < 0 || ttl > 3600) throw badRequest('AuthorizerResultTtlInSeconds must be between 0 and 3600');
  if (ttl > 0 && !record.IdentitySource?.length)
    throw badRequest('Identity sources are required to cache authorizer results');
}

export function GetAuthorizer(ctx: Context, input: GetAuthorizerCommandInput) {
  return present(authorizerAt(ctx, input) as object);
}

export function GetAuthorizers(ctx: Context, input: GetAuthorizersCommandInput) {
  return page(ofApi(authorizers(ctx, ctx), apiAt(ctx, input.ApiId).ApiId) as object[], input);
}

export function UpdateAuthorizer(ctx: Context, input: UpdateAuthorizerCommandInput) {
  const record = { ...authorizerAt(ctx, input), ...defined(input) } as AuthorizerRecord;
  check(record);
  authorizers(ctx, ctx).put(keyOf(record.ApiId, record.AuthorizerId), record);
  publish(ctx, ctx, record.ApiId);
  return present(record as object);
}

export function DeleteAuthorizer(ctx: Context, input: DeleteAuthorizerCommandInput) {
  const { ApiId, AuthorizerId } = authorizerAt(ctx, input);
  const used = ofApi(routes(ctx, ctx), ApiId).find((route) => route.AuthorizerId === AuthorizerId);
  if (used) throw conflict(`Cannot delete authorizer '${AuthorizerId}', is referenced in route: ${used.RouteKey}`);
  authorizers(ctx, ctx).delete(keyOf(ApiId, AuthorizerId));
  publish(ctx, ctx, ApiId);
}

function authorizerAt(
  ctx: Context,
  input: { ApiId?: string | undefined; AuthorizerId?: string | undefined },
): AuthorizerRecord {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record = authorizers(ctx, ctx).get(keyOf(ApiId, input.AuthorizerId ?? ''));
  if (!record) throw notFound('Authorizer', input.AuthorizerId ?? '');
  return record;
}
