import type {
  DeleteResourcePolicyCommandInput,
  GetResourcePolicyCommandInput,
  ListTagsOfResourceCommandInput,
  PutResourcePolicyCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkPolicy, isStream, policyOwner } from '../behaviour/resource-policies.ts';
import { arnNotFound, resourceNotFound, validation } from '../errors.ts';
import { type Table, tables } from '../state.ts';

/** "Tagging restrictions in DynamoDB". */
const mostTags = 50;

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const table = taggedTable(ctx, input.ResourceArn);
  const tags = {
    ...table.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  if (Object.keys(tags).length > mostTags)
    throw validation('One or more parameter values were invalid: Too many tags: a table has at most 50');
  tables(ctx, table).put(table.TableName, { ...table, tags });
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const table = taggedTable(ctx, input.ResourceArn);
  const tags = Object.fromEntries(Object.entries(table.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)));
  tables(ctx, table).put(table.TableName, { ...table, tags });
}

export function ListTagsOfResource(ctx: Context, input: ListTagsOfResourceCommandInput) {
  return { Tags: Object.entries(taggedTable(ctx, input.ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })) };
}

function taggedTable(ctx: Context, arn = ''): Table {
  if (!arn.startsWith('arn:')) throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = policyOwner(ctx, ctx, arn);
  if (!table) throw arnNotFound(arn);
  return table;
}

function policyTable(ctx: Context, arn = ''): Table {
  if (isStream(ctx, ctx, arn)) throw refused('dynamodb resource policy of a stream', 'policies of tables are run.');
  const table = policyOwner(ctx, ctx, arn);
  if (!table) throw resourceNotFound();
  return table;
}

export function PutResourcePolicy(ctx: Context, input: PutResourcePolicyCommandInput) {
  const table = policyTable(ctx, input.ResourceArn);
  const Policy = input.Policy ?? '';
  checkPolicy(Policy);
  checkRevision(table, input.ExpectedRevisionId);
  // The same policy again keeps its revision (API Reference of PutResourcePolicy).
  const RevisionId =
    table.resourcePolicy?.Policy === Policy
      ? table.resourcePolicy.RevisionId
      : `${Math.floor(ctx.clock.now())}${ctx.ids.hex(4)}`;
  tables(ctx, table).put(table.TableName, { ...table, resourcePolicy: { Policy, RevisionId } });
  return { RevisionId };
}

function checkRevision({ resourcePolicy }: Table, expected: string | undefined): void {
  const current = resourcePolicy?.RevisionId ?? 'NO_POLICY';
  if (expected === undefined || expected === current) return;
  throw policyNotFound('The resource-based policy with the expected revision ID is not there');
}

function policyNotFound(sentence: string): AwsError {
  return new AwsError('PolicyNotFoundException', sentence);
}

export function GetResourcePolicy(ctx: Context, input: GetResourcePolicyCommandInput) {
  const { resourcePolicy, TableArn } = policyTable(ctx, input.ResourceArn);
  if (!resourcePolicy)
    throw policyNotFound(`Resource-based policy not found for the provided ResourceArn: ${TableArn}`);
  return resourcePolicy;
}

export function DeleteResourcePolicy(ctx: Context, input: DeleteResourcePolicyCommandInput) {
  const table = policyTable(ctx, input.ResourceArn);
  checkRevision(table, input.ExpectedRevisionId);
  if (!table.resourcePolicy) return {};
  tables(ctx, table).put(table.TableName, { ...table, resourcePolicy: undefined });
  return { RevisionId: table.resourcePolicy.RevisionId };
}
