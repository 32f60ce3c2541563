import type {
  CreateRuleGroupCommandInput,
  DeleteRuleGroupCommandInput,
  GetRuleGroupCommandInput,
  ListRuleGroupsCommandInput,
  UpdateRuleGroupCommandInput,
} from '@aws-sdk/client-wafv2';
import type { Context } from '../../../kernel/service.ts';
import { withBytes, withTexts } from '../behaviour/byte-strings.ts';
import { capacityOf, mostCapacity } from '../behaviour/capacity.ts';
import { compileVisibility } from '../behaviour/compile-action.ts';
import { compileRules } from '../behaviour/compile-rules.ts';
import { redeployAll } from '../behaviour/deployment.ts';
import { findEntity, findToChange, newEntity, pageOf, summaryOf } from '../behaviour/entities.ts';
import { checkUnused } from '../behaviour/references.ts';
import { invalidParameter, limitsExceeded, nonexistent } from '../errors.ts';
import { byArn, type RuleGroupRecord, ruleGroups } from '../state.ts';

export function CreateRuleGroup(ctx: Context, input: CreateRuleGroupCommandInput) {
  const { Capacity, Description, Rules, VisibilityConfig, CustomResponseBodies } = input;
  const record = newEntity(ctx, 'rulegroup', ruleGroups(ctx, ctx), {
    ...input,
    Config: withTexts({ Capacity, Description, Rules, VisibilityConfig, CustomResponseBodies }),
  });
  check(ctx, record);
  ruleGroups(ctx, ctx).put(record.Id, record);
  return { Summary: summaryOf(record) };
}

export function GetRuleGroup(ctx: Context, input: GetRuleGroupCommandInput) {
  const record = input.ARN ? byArn(ctx, ruleGroups, input.ARN) : findEntity(ctx, ruleGroups(ctx, ctx), input);
  if (!record) throw nonexistent();
  const { Name, Id, ARN, LockToken, Config } = record;
  const labels = (Config.Rules ?? []).flatMap(({ RuleLabels = [] }) => RuleLabels);
  const LabelNamespace = namespaceOf(record);
  const RuleGroup = {
    Name,
    Id,
    ARN,
    ...withBytes(Config),
    Description: Config.Description ?? '',
    LabelNamespace,
    AvailableLabels: labels.map((label) => ({ Name: `${LabelNamespace}${label.Name}` })),
  };
  return { RuleGroup, LockToken };
}

/** "You can't modify the capacity of a rule group after you create it." */
export function UpdateRuleGroup(ctx: Context, input: UpdateRuleGroupCommandInput) {
  const record = findToChange(ctx, ruleGroups(ctx, ctx), input);
  const { Description, Rules, VisibilityConfig, CustomResponseBodies } = input;
  const { Capacity } = record.Config;
  const Config = withTexts({ Capacity, Description, Rules, VisibilityConfig, CustomResponseBodies });
  const updated = { ...record, LockToken: ctx.ids.uuid(), Config };
  check(ctx, updated);
  ruleGroups(ctx, ctx).put(record.Id, updated);
  redeployAll(ctx);
  return { NextLockToken: updated.LockToken };
}

export function DeleteRuleGroup(ctx: Context, input: DeleteRuleGroupCommandInput) {
  const record = findToChange(ctx, ruleGroups(ctx, ctx), input);
  checkUnused(ctx, record.ARN);
  ruleGroups(ctx, ctx).delete(record.Id);
  return {};
}

export function ListRuleGroups(ctx: Context, input: ListRuleGroupsCommandInput) {
  const { page, ...rest } = pageOf(ctx, ruleGroups(ctx, ctx), input);
  return { ...rest, RuleGroups: page.map(summaryOf) };
}

function namespaceOf({ account, Name }: RuleGroupRecord): string {
  return `awswaf:${account}:rulegroup:${Name}:`;
}

function check(ctx: Context, record: RuleGroupRecord): void {
  const { Capacity, Rules, VisibilityConfig, CustomResponseBodies } = record.Config;
  compileVisibility(VisibilityConfig);
  compileRules(Rules, {
    kernel: ctx,
    arn: record.ARN,
    labelNamespace: namespaceOf(record),
    bodies: CustomResponseBodies,
    groups: false,
  });
  const capacity = Number(Capacity);
  if (!(capacity >= 1 && capacity <= mostCapacity))
    throw invalidParameter('RULE_GROUP', String(Capacity), 'The capacity must be 1 to 5,000.');
  if (capacityOf(ctx, Rules) > capacity)
    throw limitsExceeded('Your rules need more web ACL capacity units than the capacity of the rule group.');
}
