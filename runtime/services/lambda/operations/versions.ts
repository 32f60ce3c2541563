import type {
  AliasRoutingConfiguration,
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  GetAliasCommandInput,
  ListAliasesCommandInput,
  ListVersionsByFunctionCommandInput,
  PublishVersionCommandInput,
  UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { answerOf } from '../behaviour/answers.ts';
import { closeUrl } from '../behaviour/function-urls.ts';
import { page } from '../behaviour/paging.ts';
import { publish } from '../behaviour/publishing.ts';
import {
  functionNotFound,
  invalidParameter,
  preconditionFailed,
  resourceConflict,
  resourceNotFound,
  validation,
} from '../errors.ts';
import { existing, functionArn } from '../function-names.ts';
import { type AliasRecord, aliases, eventInvokeConfigs, policies, urls, versions } from '../state.ts';

export function PublishVersion(ctx: Context, input: PublishVersionCommandInput) {
  return answerOf(publish(ctx, existing(ctx, input.FunctionName ?? '').name, input));
}

export function ListVersionsByFunction(ctx: Context, input: ListVersionsByFunctionCommandInput) {
  const { name, record } = existing(ctx, input.FunctionName ?? '');
  const published = versions(ctx)
    .values()
    .filter((version) => version.FunctionName === name)
    .sort((a, b) => Number(a.Version) - Number(b.Version));
  const { items, NextMarker } = page([record.latest, ...published], input);
  const Versions = items.map((version) => answerOf(version, version.Version));
  return { Versions, ...(NextMarker ? { NextMarker } : {}) };
}

export function CreateAlias(ctx: Context, input: CreateAliasCommandInput) {
  const { name } = existing(ctx, input.FunctionName ?? '');
  const Name = input.Name ?? '';
  if (!/^(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}$/.test(Name)) {
    throw validation([
      `Value '${Name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`,
    ]);
  }
  const key = `${name}:${Name}`;
  const AliasArn = functionArn(ctx, name, Name);
  if (aliases(ctx).has(key)) throw resourceConflict(`Alias already exists: ${AliasArn}`);
  const FunctionVersion = input.FunctionVersion ?? '';
  mustExist(ctx, name, FunctionVersion);
  const record: AliasRecord = {
    FunctionName: name,
    Name,
    AliasArn,
    FunctionVersion,
    Description: input.Description ?? '',
    RevisionId: ctx.ids.uuid(),
    ...routing(ctx, name, FunctionVersion, input.RoutingConfig),
  };
  aliases(ctx).put(key, record);
  return shown(record);
}

export function UpdateAlias(ctx: Context, input: UpdateAliasCommandInput) {
  const { key, record } = findAlias(ctx, input);
  if (input.RevisionId && input.RevisionId !== record.RevisionId) throw preconditionFailed();
  const FunctionVersion = input.FunctionVersion ?? record.FunctionVersion;
  mustExist(ctx, record.FunctionName, FunctionVersion);
  const { RoutingConfig, ...kept } = record;
  const changed: AliasRecord = {
    ...kept,
    FunctionVersion,
    Description: input.Description ?? record.Description,
    RevisionId: ctx.ids.uuid(),
    ...routing(ctx, record.FunctionName, FunctionVersion, input.RoutingConfig ?? RoutingConfig),
  };
  aliases(ctx).put(key, changed);
  return shown(changed);
}

export function GetAlias(ctx: Context, input: GetAliasCommandInput) {
  return shown(findAlias(ctx, input).record);
}

export function ListAliases(ctx: Context, input: ListAliasesCommandInput) {
  const { name } = existing(ctx, input.FunctionName ?? '');
  const all = aliases(ctx)
    .values()
    .filter((alias) => alias.FunctionName === name)
    .filter(({ FunctionVersion }) => input.FunctionVersion === undefined || FunctionVersion === input.FunctionVersion);
  const { items, NextMarker } = page(all, input);
  return { Aliases: items.map(shown), ...(NextMarker ? { NextMarker } : {}) };
}

/** Succeeds when there is none, as on AWS. */
export function DeleteAlias(ctx: Context, input: DeleteAliasCommandInput) {
  const { name } = existing(ctx, input.FunctionName ?? '');
  const key = `${name}:${input.Name}`;
  const url = urls(ctx).get(key);
  if (url) closeUrl(ctx, url);
  for (const collection of [aliases(ctx), policies(ctx), eventInvokeConfigs(ctx), urls(ctx)]) collection.delete(key);
  return {};
}

function findAlias(ctx: Context, input: { FunctionName: string | undefined; Name: string | undefined }) {
  const { name } = existing(ctx, input.FunctionName ?? '');
  const key = `${name}:${input.Name}`;
  const record = aliases(ctx).get(key);
  if (!record) throw resourceNotFound(`Alias not found: ${functionArn(ctx, name, input.Name)}`);
  return { key, record };
}

function mustExist(ctx: Context, name: string, version: string): void {
  if (version !== '$LATEST' && !versions(ctx).has(`${name}:${version}`))
    throw functionNotFound(functionArn(ctx, name, version));
}

/** "Implement Lambda canary deployments using a weighted alias": two published versions at most. */
function routing(
  ctx: Context,
  name: string,
  main: string,
  config: AliasRoutingConfiguration | undefined,
): Pick<AliasRecord, 'RoutingConfig'> {
  const weights = Object.entries(config?.AdditionalVersionWeights ?? {});
  if (weights.length === 0) return {};
  if (weights.length > 1)
    throw invalidParameter(
      `Number of items in AdditionalVersionWeights cannot be greater than 1. Number of items: ${weights.length}`,
    );
  if (main === '$LATEST')
    throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
  for (const [version, weight] of weights) {
    if (version === '$LATEST')
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
    if (version === main)
      throw invalidParameter(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    if (weight < 0 || weight > 1)
      throw invalidParameter('Invalid value for routing weight. Weight must be between 0.0 and 1.0.');
    mustExist(ctx, name, version);
  }
  return { RoutingConfig: { AdditionalVersionWeights: Object.fromEntries(weights) } };
}

function shown({ FunctionName: _, ...alias }: AliasRecord) {
  return alias;
}
