import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DisableRuleCommandInput,
  EnableRuleCommandInput,
  ListRulesCommandInput,
  PutRuleCommandInput,
} from '@aws-sdk/client-eventbridge';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import type { Context } from '../../../kernel/service.ts';
import { matchesPattern } from '../behaviour/matching.ts';
import { page } from '../behaviour/paging.ts';
import { arm, disarm } from '../behaviour/scheduled-rules.ts';
import { tagsFrom } from '../behaviour/tag-lists.ts';
import { managedRule, validation } from '../errors.ts';
import { type Bus, busAt, putRule, type Rule, ruleArn, ruleAt, ruleKey, rules, rulesOn } from '../state.ts';

const states = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'];

/** What is not said when a rule is put again is taken away, but for its targets and tags ("PutRule"). */
export function PutRule(ctx: Context, input: PutRuleCommandInput) {
  const bus = busAt(ctx, input.EventBusName);
  const { Name = '', Description, RoleArn, State = 'ENABLED' } = input;
  checkRule(ctx, bus, input);
  const before = rules(ctx, bus).get(ruleKey(bus.Name, Name));
  const ScheduleExpression = input.ScheduleExpression || undefined;
  const unchanged = before?.ScheduleExpression === ScheduleExpression && before?.State === State;
  if (before) refuseManaged(ctx, before, false);
  const rule: Rule = {
    Name,
    Arn: ruleArn(bus.region, bus.account, bus.Name, Name),
    EventBusName: bus.Name,
    account: bus.account,
    region: bus.region,
    EventPattern: input.EventPattern || undefined,
    ScheduleExpression,
    State,
    Description,
    RoleArn,
    ManagedBy: ctx.principal.kind === 'service' ? ctx.principal.service : undefined,
    CreatedBy: before?.CreatedBy ?? ctx.account,
    anchorMs: before && unchanged ? before.anchorMs : ctx.clock.now(),
    targets: before?.targets ?? [],
    tags: before?.tags ?? tagsFrom(input.Tags),
  };
  putRule(ctx, rule);
  arm(ctx, rule);
  return { RuleArn: rule.Arn };
}

function checkRule(
  ctx: Context,
  bus: Bus,
  { Name = '', EventPattern, ScheduleExpression, State }: PutRuleCommandInput,
) {
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(Name))
    throw validation(
      `1 validation error detected: Value '${Name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
    );
  if (State !== undefined && !states.includes(State))
    throw validation(
      `1 validation error detected: Value '${State}' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [${states.join(', ')}]`,
    );
  if (!EventPattern && !ScheduleExpression)
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (ScheduleExpression) {
    if (bus.Name !== 'default') throw validation('ScheduleExpression is supported only on the default event bus.');
    const kind = parseSchedule(ScheduleExpression)?.kind;
    if (kind === undefined || kind === 'at') throw validation('Parameter ScheduleExpression is not valid.');
  }
  if (EventPattern) {
    if (EventPattern.length > 4096)
      throw validation(
        `1 validation error detected: Value '${EventPattern}' at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to 4096`,
      );
    matchesPattern(ctx, EventPattern, {});
  }
}

export function DescribeRule(ctx: Context, input: DescribeRuleCommandInput) {
  const rule = ruleAt(ctx, input.Name, input.EventBusName);
  return { ...described(rule), CreatedBy: rule.CreatedBy };
}

export function ListRules(ctx: Context, input: ListRulesCommandInput) {
  const all = rulesOn(ctx, busAt(ctx, input.EventBusName)).filter(({ Name }) =>
    Name.startsWith(input.NamePrefix ?? ''),
  );
  const { items, ...more } = page(all, input);
  return { Rules: items.map(described), ...more };
}

export function EnableRule(ctx: Context, input: EnableRuleCommandInput) {
  setState(ctx, ruleAt(ctx, input.Name, input.EventBusName), 'ENABLED');
}

export function DisableRule(ctx: Context, input: DisableRuleCommandInput) {
  setState(ctx, ruleAt(ctx, input.Name, input.EventBusName), 'DISABLED');
}

export function DeleteRule(ctx: Context, input: DeleteRuleCommandInput) {
  const bus = busAt(ctx, input.EventBusName);
  const rule = rules(ctx, bus).get(ruleKey(bus.Name, input.Name ?? ''));
  if (!rule) return;
  refuseManaged(ctx, rule, input.Force);
  if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
  disarm(ctx, rule);
  rules(ctx, bus).delete(ruleKey(bus.Name, rule.Name));
}

/** Rules that a service made for itself are its own, unless one insists ("Managed rules"). */
export function refuseManaged(ctx: Context, { ManagedBy, Name }: Rule, force: boolean | undefined): void {
  const own = ctx.principal.kind === 'service' && ctx.principal.service === ManagedBy;
  if (ManagedBy && !own && !force) throw managedRule(Name);
}

function setState(ctx: Context, rule: Rule, State: string): void {
  refuseManaged(ctx, rule, false);
  if (rule.State === State) return;
  const changed = { ...rule, State, anchorMs: ctx.clock.now() };
  putRule(ctx, changed);
  arm(ctx, changed);
}

function described(rule: Rule) {
  const { Name, Arn, EventPattern, ScheduleExpression, State, Description, RoleArn, ManagedBy, EventBusName } = rule;
  return { Name, Arn, EventPattern, ScheduleExpression, State, Description, RoleArn, ManagedBy, EventBusName };
}
