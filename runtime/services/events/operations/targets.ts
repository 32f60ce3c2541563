import type {
  ListRuleNamesByTargetCommandInput,
  ListTargetsByRuleCommandInput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/paging.ts';
import { checkTarget, type FailedEntry } from '../behaviour/target-rules.ts';
import { limitExceeded, validation } from '../errors.ts';
import { busAt, putRule, ruleAt, rulesOn } from '../state.ts';
import { refuseManaged } from './rules.ts';

/** "Amazon EventBridge quotas". */
const targetsPerRule = 5;

export function PutTargets(ctx: Context, input: PutTargetsCommandInput) {
  const rule = ruleAt(ctx, input.Rule, input.EventBusName);
  refuseManaged(ctx, rule, false);
  const given = input.Targets ?? [];
  if (new Set(given.map(({ Id }) => Id)).size !== given.length)
    throw validation('Duplicate target Ids are not allowed.');
  const failed = given
    .map((target) => checkTarget(ctx, target))
    .filter((entry): entry is FailedEntry => entry !== undefined);
  const failedIds = new Set(failed.map(({ TargetId }) => TargetId));
  const taken = given.filter(({ Id }) => !failedIds.has(Id ?? ''));
  const kept = rule.targets.filter(({ Id }) => !taken.some((target) => target.Id === Id));
  const targets = [...kept, ...taken];
  if (targets.length > targetsPerRule) throw limitExceeded();
  putRule(ctx, { ...rule, targets });
  return { FailedEntryCount: failed.length, FailedEntries: failed };
}

export function RemoveTargets(ctx: Context, input: RemoveTargetsCommandInput) {
  const rule = ruleAt(ctx, input.Rule, input.EventBusName);
  refuseManaged(ctx, rule, input.Force);
  const ids = input.Ids ?? [];
  const FailedEntries = ids
    .filter((id) => !rule.targets.some(({ Id }) => Id === id))
    .map((id) => ({
      TargetId: id,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.Name} does not have a target with the Id ${id}.`,
    }));
  putRule(ctx, { ...rule, targets: rule.targets.filter(({ Id = '' }) => !ids.includes(Id)) });
  return { FailedEntryCount: FailedEntries.length, FailedEntries };
}

export function ListTargetsByRule(ctx: Context, input: ListTargetsByRuleCommandInput) {
  const { items, ...more } = page(ruleAt(ctx, input.Rule, input.EventBusName).targets, input);
  return { Targets: items, ...more };
}

export function ListRuleNamesByTarget(ctx: Context, input: ListRuleNamesByTargetCommandInput) {
  const all = rulesOn(ctx, busAt(ctx, input.EventBusName)).filter(({ targets }) =>
    targets.some(({ Arn }) => Arn === input.TargetArn),
  );
  const { items, ...more } = page(all, input);
  return { RuleNames: items.map(({ Name }) => Name), ...more };
}
