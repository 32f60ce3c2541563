import type {
  CreateApiMappingCommandInput,
  DeleteApiMappingCommandInput,
  GetApiMappingCommandInput,
  GetApiMappingsCommandInput,
  UpdateApiMappingCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import type { Context } from '../../../kernel/service.ts';
import { publishDomain } from '../behaviour/compile-domain.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { type ApiMappingRecord, apiAt, apiMappings, domainAt, keyOf, mappingsOf, page, stages } from '../state.ts';
import { defined } from './apis.ts';

export function CreateApiMapping(ctx: Context, input: CreateApiMappingCommandInput) {
  const { DomainName } = domainAt(ctx, input.DomainName);
  return keep(ctx, {
    DomainName,
    ApiMappingId: ctx.ids.lower(6),
    ApiId: input.ApiId ?? '',
    Stage: input.Stage ?? '',
    ApiMappingKey: input.ApiMappingKey ?? '',
  });
}

function keep(ctx: Context, record: ApiMappingRecord) {
  const { DomainName, ApiMappingId, ApiId, Stage, ApiMappingKey = '' } = record;
  apiAt(ctx, ApiId);
  if (!stages(ctx, ctx).has(keyOf(ApiId, Stage))) throw badRequest('Invalid stage identifier specified');
  if (ApiMappingKey !== '' && !/^[A-Za-z0-9$\-_.+!*'()]+(\/[A-Za-z0-9$\-_.+!*'()]+)*$/.test(ApiMappingKey))
    throw badRequest(`API mapping key should match the expression [A-Za-z0-9$-_.+!*'()/]+ but was ${ApiMappingKey}`);
  const same = mappingsOf(ctx, ctx, DomainName).find(
    (other) => other.ApiMappingKey === ApiMappingKey && other.ApiMappingId !== ApiMappingId,
  );
  if (same) throw conflict('ApiMapping key already exists for this domain name');
  apiMappings(ctx, ctx).put(keyOf(DomainName, ApiMappingId), record);
  publishDomain(ctx, ctx, DomainName);
  return shown(record);
}

export function GetApiMapping(ctx: Context, input: GetApiMappingCommandInput) {
  return shown(mappingAt(ctx, input));
}

export function GetApiMappings(ctx: Context, input: GetApiMappingsCommandInput) {
  const { DomainName } = domainAt(ctx, input.DomainName);
  return page(mappingsOf(ctx, ctx, DomainName).map(shown) as object[], input);
}

export function UpdateApiMapping(ctx: Context, input: UpdateApiMappingCommandInput) {
  return keep(ctx, { ...mappingAt(ctx, input), ...defined(input) } as ApiMappingRecord);
}

export function DeleteApiMapping(ctx: Context, input: DeleteApiMappingCommandInput) {
  const { DomainName, ApiMappingId } = mappingAt(ctx, input);
  apiMappings(ctx, ctx).delete(keyOf(DomainName, ApiMappingId));
  publishDomain(ctx, ctx, DomainName);
}

function mappingAt(
  ctx: Context,
  input: { DomainName?: string | undefined; ApiMappingId?: string | undefined },
): ApiMappingRecord {
  const { DomainName } = domainAt(ctx, input.DomainName);
  const record = apiMappings(ctx, ctx).get(keyOf(DomainName, input.ApiMappingId ?? ''));
  if (!record) throw notFound('ApiMapping', input.ApiMappingId ?? '');
  return record;
}

function shown({ DomainName: _domain, ...mapping }: ApiMappingRecord) {
  return mapping;
}
