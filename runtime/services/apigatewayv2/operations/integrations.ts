import type {
  CreateIntegrationCommandInput,
  DeleteIntegrationCommandInput,
  GetIntegrationCommandInput,
  GetIntegrationsCommandInput,
  UpdateIntegrationCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import type { Context } from '../../../kernel/service.ts';
import { checkIntegration } from '../behaviour/check-integration.ts';
import { publish } from '../behaviour/compile.ts';
import { badRequest, notFound } from '../errors.ts';
import { apiAt, type IntegrationRecord, integrations, keyOf, ofApi, page, present, routes } from '../state.ts';
import { defined } from './apis.ts';

export function CreateIntegration(ctx: Context, input: CreateIntegrationCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  checkIntegration(input);
  const record: IntegrationRecord = {
    ...input,
    ApiId,
    IntegrationId: ctx.ids.lower(7),
    ConnectionType: 'INTERNET',
    IntegrationMethod: input.IntegrationMethod ?? (input.IntegrationType === 'AWS_PROXY' ? 'POST' : undefined),
    PayloadFormatVersion: input.PayloadFormatVersion ?? '1.0',
    TimeoutInMillis: input.TimeoutInMillis ?? 30_000,
  };
  integrations(ctx, ctx).put(keyOf(ApiId, record.IntegrationId), record);
  publish(ctx, ctx, ApiId);
  return present(record as object);
}

export function GetIntegration(ctx: Context, input: GetIntegrationCommandInput) {
  return present(integrationAt(ctx, input) as object);
}

export function GetIntegrations(ctx: Context, input: GetIntegrationsCommandInput) {
  return page(ofApi(integrations(ctx, ctx), apiAt(ctx, input.ApiId).ApiId) as object[], input);
}

export function UpdateIntegration(ctx: Context, input: UpdateIntegrationCommandInput) {
  const integration = integrationAt(ctx, input);
  const record = { ...integration, ...defined(input) } as IntegrationRecord;
  checkIntegration(record);
  integrations(ctx, ctx).put(keyOf(record.ApiId, record.IntegrationId), record);
  publish(ctx, ctx, record.ApiId);
  return present(record as object);
}

export function DeleteIntegration(ctx: Context, input: DeleteIntegrationCommandInput) {
  const { ApiId, IntegrationId } = integrationAt(ctx, input);
  const used = ofApi(routes(ctx, ctx), ApiId).find((route) => route.Target === `integrations/${IntegrationId}`);
  if (used)
    throw badRequest(`Cannot delete integration '${IntegrationId}', it is referenced by route '${used.RouteKey}'`);
  integrations(ctx, ctx).delete(keyOf(ApiId, IntegrationId));
  publish(ctx, ctx, ApiId);
}

function integrationAt(
  ctx: Context,
  input: { ApiId?: string | undefined; IntegrationId?: string | undefined },
): IntegrationRecord {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record = integrations(ctx, ctx).get(keyOf(ApiId, input.IntegrationId ?? ''));
  if (!record) throw notFound('Integration', input.IntegrationId ?? '');
  return record;
}
