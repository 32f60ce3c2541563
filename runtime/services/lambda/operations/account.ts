import type {
  GetFunctionCodeSigningConfigCommandInput,
  GetFunctionRecursionConfigCommandInput,
  GetRuntimeManagementConfigCommandInput,
  ListTagsCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { ACCOUNT_LIMIT, reservedTotal } from '../behaviour/concurrency.ts';
import { functionNotFound, resourceNotFound } from '../errors.ts';
import { existing, findVersion, parseFunctionArn } from '../function-names.ts';
import { functions, mappings, versions } from '../state.ts';

export function GetAccountSettings(ctx: Context) {
  const records = functions(ctx).values();
  const stored = [...records.map(({ latest }) => latest), ...versions(ctx).values()];
  return {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: ACCOUNT_LIMIT,
      UnreservedConcurrentExecutions: ACCOUNT_LIMIT - reservedTotal(ctx),
    },
    AccountUsage: {
      TotalCodeSize: stored.reduce((sum, { CodeSize }) => sum + CodeSize, 0),
      FunctionCount: records.length,
    },
  };
}

/** No function has a code signing configuration: they are refused. */
export function GetFunctionCodeSigningConfig(ctx: Context, input: GetFunctionCodeSigningConfigCommandInput) {
  return { FunctionName: existing(ctx, input.FunctionName ?? '').name };
}

export function GetRuntimeManagementConfig(ctx: Context, input: GetRuntimeManagementConfigCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  return { UpdateRuntimeOn: 'Auto', FunctionArn: findVersion(ctx, { name, qualifier }).FunctionArn };
}

export function GetFunctionRecursionConfig(ctx: Context, input: GetFunctionRecursionConfigCommandInput) {
  existing(ctx, input.FunctionName ?? '');
  return { RecursiveLoop: 'Allow' };
}

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const tagged = find(ctx, input.Resource ?? '');
  tagged.keep({ ...tagged.tags, ...input.Tags });
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const tagged = find(ctx, input.Resource ?? '');
  tagged.keep(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !input.TagKeys?.includes(key))));
  return {};
}

export function ListTags(ctx: Context, input: ListTagsCommandInput) {
  return { Tags: find(ctx, input.Resource ?? '').tags };
}

interface Tagged {
  tags: Record<string, string>;
  keep(tags: Record<string, string>): void;
}

/** Functions and event source mappings have tags. */
function find(ctx: Context, arn: string): Tagged {
  const uuid = /:event-source-mapping:([0-9a-f-]+)$/.exec(arn)?.[1];
  if (uuid) {
    const mapping = mappings(ctx).get(uuid);
    if (!mapping) throw resourceNotFound('The resource you requested does not exist.');
    return { tags: mapping.tags, keep: (tags) => mappings(ctx).put(uuid, { ...mapping, tags }) };
  }
  const name = parseFunctionArn(arn)?.name ?? '';
  const record = functions(ctx).get(name);
  if (!record) throw functionNotFound(arn);
  return { tags: record.Tags, keep: (Tags) => functions(ctx).put(name, { ...record, Tags }) };
}
