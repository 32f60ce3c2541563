import type {
  CreateIntegrationCommandInput,
  DeleteIntegrationCommandInput,
  GetIntegrationCommandInput,
  GetIntegrationsCommandInput,
  UpdateIntegrationCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { publish } from '../behaviour/compile.ts';
import { badRequest, notFound } from '../errors.ts';
import { apiAt, type IntegrationRecord, integrations, keyOf, ofApi, page, present, routes } from '../state.ts';
import { defined } from './apis.ts';

export function CreateIntegration(ctx: Context, input: CreateIntegrationCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  check(input);
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

function check(input: Partial<CreateIntegrationCommandInput>): void {
  const { IntegrationType: type, IntegrationUri: uri, TimeoutInMillis: timeout, PayloadFormatVersion: version } = input;
  if (input.ConnectionType === 'VPC_LINK') throw refused('apigatewayv2 integration with ConnectionType VPC_LINK');
  if (input.IntegrationSubtype)
    throw refused(`apigatewayv2 integration with IntegrationSubtype ${input.IntegrationSubtype}`);
  if (input.RequestParameters && Object.keys(input.RequestParameters).length > 0)
    throw refused('apigatewayv2 integration with RequestParameters');
  if (input.ResponseParameters && Object.keys(input.ResponseParameters).length > 0)
    throw refused('apigatewayv2 integration with ResponseParameters');
  if (input.CredentialsArn)
    throw refused(
      'apigatewayv2 integration with CredentialsArn',
      'give the function a resource policy for apigateway.amazonaws.com.',
    );
  if (type !== undefined && type !== 'AWS_PROXY' && type !== 'HTTP_PROXY')
    throw badRequest('Invalid integration type specified. HTTP APIs support AWS_PROXY and HTTP_PROXY.');
  if (type === 'AWS_PROXY' && !/arn:[^:]+:lambda:/.test(uri ?? ''))
    throw badRequest('When IntegrationType=AWS_PROXY the IntegrationUri must be a Lambda function ARN.');
  if (type === 'HTTP_PROXY' && !/^https?:\/\/[^/]+/.test(uri ?? ''))
    throw badRequest('Invalid HTTP endpoint specified for URI');
  if (timeout !== undefined && (timeout < 50 || timeout > 30_000))
    throw badRequest('Timeout should be between 50 ms and 30000 ms');
  if (version !== undefined && version !== '1.0' && version !== '2.0')
    throw badRequest('PayloadFormatVersion must be one of [1.0, 2.0]');
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
  check(record);
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
