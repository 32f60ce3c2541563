import type {
  CreateRegexPatternSetCommandInput,
  DeleteRegexPatternSetCommandInput,
  GetRegexPatternSetCommandInput,
  ListRegexPatternSetsCommandInput,
  Regex,
  UpdateRegexPatternSetCommandInput,
} from '@aws-sdk/client-wafv2';
import type { Context } from '../../../kernel/service.ts';
import { checkedPattern } from '../behaviour/compile-statement.ts';
import { redeployAll } from '../behaviour/deployment.ts';
import { findEntity, findToChange, newEntity, pageOf, summaryOf } from '../behaviour/entities.ts';
import { checkUnused } from '../behaviour/references.ts';
import { limitsExceeded } from '../errors.ts';
import { regexPatternSets } from '../state.ts';

/** "AWS WAF quotas". */
const mostPatterns = 10;

export function CreateRegexPatternSet(ctx: Context, input: CreateRegexPatternSetCommandInput) {
  const { RegularExpressionList, Description } = input;
  checkPatterns(RegularExpressionList);
  const record = newEntity(ctx, 'regexpatternset', regexPatternSets(ctx, ctx), {
    ...input,
    Config: { RegularExpressionList, Description },
  });
  regexPatternSets(ctx, ctx).put(record.Id, record);
  return { Summary: summaryOf(record) };
}

export function GetRegexPatternSet(ctx: Context, input: GetRegexPatternSetCommandInput) {
  const { Name, Id, ARN, LockToken, Config } = findEntity(ctx, regexPatternSets(ctx, ctx), input);
  return { RegexPatternSet: { Name, Id, ARN, ...Config, Description: Config.Description ?? '' }, LockToken };
}

export function UpdateRegexPatternSet(ctx: Context, input: UpdateRegexPatternSetCommandInput) {
  const record = findToChange(ctx, regexPatternSets(ctx, ctx), input);
  const { RegularExpressionList, Description } = input;
  checkPatterns(RegularExpressionList);
  const LockToken = ctx.ids.uuid();
  regexPatternSets(ctx, ctx).put(record.Id, { ...record, LockToken, Config: { RegularExpressionList, Description } });
  redeployAll(ctx);
  return { NextLockToken: LockToken };
}

export function DeleteRegexPatternSet(ctx: Context, input: DeleteRegexPatternSetCommandInput) {
  const record = findToChange(ctx, regexPatternSets(ctx, ctx), input);
  checkUnused(ctx, record.ARN);
  regexPatternSets(ctx, ctx).delete(record.Id);
  return {};
}

export function ListRegexPatternSets(ctx: Context, input: ListRegexPatternSetsCommandInput) {
  const { page, ...rest } = pageOf(ctx, regexPatternSets(ctx, ctx), input);
  return { ...rest, RegexPatternSets: page.map(summaryOf) };
}

function checkPatterns(patterns: readonly Regex[] | undefined): void {
  if ((patterns ?? []).length > mostPatterns) throw limitsExceeded();
  for (const { RegexString } of patterns ?? []) checkedPattern(RegexString);
}
