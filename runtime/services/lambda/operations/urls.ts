import type {
  Cors,
  CreateFunctionUrlConfigCommandInput,
  DeleteFunctionUrlConfigCommandInput,
  GetFunctionUrlConfigCommandInput,
  ListFunctionUrlConfigsCommandInput,
  UpdateFunctionUrlConfigCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { closeUrl, openUrl } from '../behaviour/function-urls.ts';
import { page } from '../behaviour/paging.ts';
import { invalidParameter, resourceConflict, resourceNotFound, validation } from '../errors.ts';
import { existing, findVersion, functionArn } from '../function-names.ts';
import { type UrlRecord, urls } from '../state.ts';

export function CreateFunctionUrlConfig(ctx: Context, input: CreateFunctionUrlConfigCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  if (qualifier !== undefined && (qualifier === '$LATEST' || /^\d+$/.test(qualifier))) {
    throw invalidParameter('Function URLs can be added to the function or to an alias, not to a version.');
  }
  findVersion(ctx, { name, qualifier });
  const key = keyOf(name, qualifier);
  if (urls(ctx).has(key))
    throw resourceConflict(
      `Failed to create function url config for [functionArn = ${functionArn(ctx, name, qualifier)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  const urlId = ctx.ids.lower(32);
  const now = new Date(ctx.clock.now()).toISOString();
  const record: UrlRecord = {
    FunctionName: name,
    qualifier,
    FunctionUrl: `https://${urlId}.lambda-url.${ctx.region}.on.aws/`,
    FunctionArn: functionArn(ctx, name, qualifier),
    urlId,
    AuthType: authType(input.AuthType),
    InvokeMode: input.InvokeMode ?? 'BUFFERED',
    ...(input.Cors ? { Cors: corsOf(input.Cors) } : {}),
    CreationTime: now,
    LastModifiedTime: now,
  };
  urls(ctx).put(key, record);
  openUrl(ctx, ctx, record);
  return shown(record);
}

export function UpdateFunctionUrlConfig(ctx: Context, input: UpdateFunctionUrlConfigCommandInput) {
  const { key, record } = find(ctx, input);
  const changed: UrlRecord = {
    ...record,
    AuthType: input.AuthType ? authType(input.AuthType) : record.AuthType,
    InvokeMode: input.InvokeMode ?? record.InvokeMode,
    ...(input.Cors ? { Cors: corsOf(input.Cors) } : {}),
    LastModifiedTime: new Date(ctx.clock.now()).toISOString(),
  };
  urls(ctx).put(key, changed);
  openUrl(ctx, ctx, changed);
  return shown(changed);
}

export function GetFunctionUrlConfig(ctx: Context, input: GetFunctionUrlConfigCommandInput) {
  return shown(find(ctx, input).record);
}

export function ListFunctionUrlConfigs(ctx: Context, input: ListFunctionUrlConfigsCommandInput) {
  const { name } = existing(ctx, input.FunctionName ?? '');
  const { items, NextMarker } = page(
    urls(ctx)
      .values()
      .filter(({ FunctionName }) => FunctionName === name),
    input,
  );
  return { FunctionUrlConfigs: items.map(shown), ...(NextMarker ? { NextMarker } : {}) };
}

export function DeleteFunctionUrlConfig(ctx: Context, input: DeleteFunctionUrlConfigCommandInput) {
  const { key, record } = find(ctx, input);
  urls(ctx).delete(key);
  closeUrl(ctx, record);
  return {};
}

function find(ctx: Context, input: { FunctionName: string | undefined; Qualifier?: string | undefined }) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  const key = keyOf(name, qualifier);
  const record = urls(ctx).get(key);
  if (!record) throw resourceNotFound('The resource you requested does not exist.');
  return { key, record };
}

function keyOf(name: string, qualifier: string | undefined): string {
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

function authType(type: string | undefined): UrlRecord['AuthType'] {
  if (type === 'NONE' || type === 'AWS_IAM') return type;
  throw validation([
    `Value '${type}' at 'authType' failed to satisfy constraint: Member must satisfy enum value set: [NONE, AWS_IAM]`,
  ]);
}

function corsOf(cors: Cors): NonNullable<UrlRecord['Cors']> {
  return Object.fromEntries(Object.entries(cors).filter(([, value]) => value !== undefined));
}

function shown({ FunctionName: _, qualifier: __, urlId: ___, ...url }: UrlRecord) {
  return url;
}
