import type { ImportApiCommandInput, ReimportApiCommandInput } from '@aws-sdk/client-apigatewayv2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { publish } from '../behaviour/compile.ts';
import { type ApiDefinition, readDefinition } from '../behaviour/openapi-definition.ts';
import { badRequest } from '../errors.ts';
import { apiAt, apis, authorizers, integrations, keyOf, ofApi, present, routes } from '../state.ts';
import { CreateApi, DeleteApi, defined } from './apis.ts';
import { CreateAuthorizer } from './authorizers.ts';
import { CreateIntegration } from './integrations.ts';
import { CreateRoute } from './routes.ts';

export function ImportApi(ctx: Context, input: ImportApiCommandInput) {
  const definition = read(ctx, input);
  const { ApiId } = CreateApi(ctx, { ProtocolType: 'HTTP', ...settings(definition) }) as { ApiId: string };
  try {
    fill(ctx, ApiId, definition);
  } catch (error) {
    DeleteApi(ctx, { ApiId });
    throw error;
  }
  return answer(ctx, ApiId, definition);
}

/** Puts the definition in place of the routes, integrations and authorizers there were; stages stay. */
export function ReimportApi(ctx: Context, input: ReimportApiCommandInput) {
  const api = apiAt(ctx, input.ApiId);
  const definition = read(ctx, input);
  const { CorsConfiguration: _cors, ...kept } = api;
  const collections = [routes(ctx, ctx), integrations(ctx, ctx), authorizers(ctx, ctx)] as Collection<Owned>[];
  const before = collections.map((collection) => clear(collection, api.ApiId));
  apis(ctx, ctx).put(api.ApiId, { ...kept, ...settings(definition), updatedMs: ctx.clock.now() });
  try {
    fill(ctx, api.ApiId, definition);
  } catch (error) {
    apis(ctx, ctx).put(api.ApiId, api);
    for (const [index, collection] of collections.entries()) {
      clear(collection, api.ApiId);
      for (const [key, record] of before[index] ?? []) collection.put(key, record);
    }
    publish(ctx, ctx, api.ApiId);
    throw error;
  }
  return answer(ctx, api.ApiId, definition);
}

type Owned = { ApiId: string; RouteId?: string; IntegrationId?: string; AuthorizerId?: string };

function clear(collection: Collection<Owned>, apiId: string): [string, Owned][] {
  return ofApi(collection, apiId).map((record) => {
    const key = keyOf(apiId, record.RouteId ?? record.IntegrationId ?? record.AuthorizerId ?? '');
    collection.delete(key);
    return [key, record];
  });
}

function read(ctx: Context, input: ImportApiCommandInput | ReimportApiCommandInput): ApiDefinition {
  const basePath = input.Basepath ?? 'ignore';
  if (basePath !== 'ignore' && basePath !== 'prepend') {
    if (basePath === 'split') throw refused('apigatewayv2 import with Basepath split', 'use ignore or prepend.');
    throw badRequest('Basepath must be one of [ignore, prepend, split]');
  }
  const definition = readDefinition(ctx, input.Body ?? '', basePath);
  if (input.FailOnWarnings && definition.warnings.length > 0)
    throw badRequest(`Warnings found during import:\n\t${definition.warnings.join('\n\t')}`);
  return definition;
}

function settings({ Name, Version, Description, CorsConfiguration, DisableExecuteApiEndpoint, Tags }: ApiDefinition) {
  return { Name, DisableExecuteApiEndpoint, Tags, ...defined({ Version, Description, CorsConfiguration }) };
}

function fill(ctx: Context, ApiId: string, definition: ApiDefinition): void {
  const guards = new Map<string, string>();
  for (const [name, input] of definition.authorizers) {
    const { AuthorizerId } = CreateAuthorizer(ctx, { ...input, ApiId }) as { AuthorizerId: string };
    guards.set(name, AuthorizerId);
  }
  const shared = new Map<string, string>();
  for (const { integration, sharedIntegration: name, authorizer, ...route } of definition.routes) {
    let IntegrationId = name && shared.get(name);
    if (integration && !IntegrationId)
      ({ IntegrationId } = CreateIntegration(ctx, { ...integration, ApiId }) as { IntegrationId: string });
    if (name && IntegrationId) shared.set(name, IntegrationId);
    CreateRoute(ctx, {
      ...route,
      ApiId,
      ...(authorizer ? { AuthorizerId: guards.get(authorizer) } : {}),
      ...(IntegrationId ? { Target: `integrations/${IntegrationId}` } : {}),
    });
  }
}

function answer(ctx: Context, ApiId: string, { info, warnings }: ApiDefinition): object {
  return {
    ...present(apiAt(ctx, ApiId)),
    ...(info.length > 0 ? { ImportInfo: info } : {}),
    ...(warnings.length > 0 ? { Warnings: warnings } : {}),
  };
}
