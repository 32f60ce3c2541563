import type {
  GetTagsCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { badRequest, notFound } from '../errors.ts';
import { apis, domainNames, keyOf, stages } from '../state.ts';

type Tagged = { Tags?: Record<string, string> | undefined };

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const { collection, key, record } = tagged(ctx, input.ResourceArn);
  const Tags = { ...record.Tags, ...input.Tags };
  if (Object.keys(Tags).length > 50) throw badRequest('The number of tags exceeds the limit of 50');
  collection.put(key, { ...record, Tags });
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const { collection, key, record } = tagged(ctx, input.ResourceArn);
  const left = Object.entries(record.Tags ?? {}).filter(([name]) => !input.TagKeys?.includes(name));
  collection.put(key, { ...record, Tags: Object.fromEntries(left) });
}

export function GetTags(ctx: Context, input: GetTagsCommandInput) {
  return { Tags: tagged(ctx, input.ResourceArn).record.Tags ?? {} };
}

/** arn:aws:apigateway:region::/apis/id, …/apis/id/stages/name, …/domainnames/name ("Amazon Resource Name (ARN) reference"). */
function tagged(ctx: Context, arn = '') {
  const [, kind = '', id = '', stage] =
    /^arn:aws:apigateway:[a-z0-9-]+::\/(apis|domainnames)\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(arn) ?? [];
  if (kind === '') throw badRequest(`Invalid resource ARN specified: ${arn}`);
  const collection = (kind === 'domainnames'
    ? domainNames(ctx, ctx)
    : stage
      ? stages(ctx, ctx)
      : apis(ctx, ctx)) as unknown as Collection<Tagged>;
  const key = stage ? keyOf(id, stage) : id;
  const record = collection.get(key);
  if (!record) throw notFound(kind === 'domainnames' ? 'domain name' : stage ? 'Stage' : 'API', stage ?? id);
  return { collection, key, record };
}
