import type {
  CreateRuleCommandInput,
  DeleteRuleCommandInput,
  DescribeRulesCommandInput,
  ModifyRuleCommandInput,
  Rule,
  SetRulePrioritiesCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { normalActions } from '../behaviour/actions.ts';
import { normalConditions } from '../behaviour/conditions.ts';
import { deployByArn } from '../behaviour/deployment.ts';
import { findListener } from '../behaviour/find.ts';
import { pageOf } from '../behaviour/pages.ts';
import { operationNotPermitted, priorityInUse, ruleNotFound, tooMany, validationError } from '../errors.ts';
import { elbArn, isFlow, type ListenerRecord, listeners, type RuleRecord, rules, rulesOf } from '../state.ts';

export function CreateRule(ctx: Context, input: CreateRuleCommandInput) {
  const listener = findListener(ctx, input.ListenerArn);
  if (isFlow(listener.Protocol))
    throw operationNotPermitted('Rules are unsupported for Network Load Balancer listeners');
  refuseTransforms(input);
  const Priority = priorityOf(input.Priority);
  const others = rulesOf(ctx, ctx, listener.ListenerArn);
  if (others.some((rule) => rule.Priority === Priority)) throw priorityInUse(Priority);
  if (others.length >= 100)
    throw tooMany('TooManyRules', "You've reached the limit on the number of rules per load balancer");
  const record: RuleRecord = {
    RuleArn: elbArn(ctx, `listener-rule/${listener.ListenerArn.split('listener/')[1]}/${ctx.ids.hex(16)}`),
    ListenerArn: listener.ListenerArn,
    Priority,
    Conditions: normalConditions(input.Conditions ?? []),
    Actions: normalActions(ctx, input.Actions ?? [], listener.LoadBalancerArn),
    Tags: input.Tags ?? [],
  };
  keep(ctx, listener, [record]);
  return { Rules: [describe(record)] };
}

function refuseTransforms(input: Pick<CreateRuleCommandInput, 'Transforms'>): void {
  if (input.Transforms?.length)
    throw refused('elbv2 parameter Transforms', 'hosts and paths are handed on as they were sent.');
}

function priorityOf(priority: number | undefined): number {
  if (priority === undefined || priority < 1 || priority > 50_000)
    throw validationError(`Rule priority '${priority}' must be between 1 and 50000`);
  return priority;
}

export function DescribeRules(ctx: Context, input: DescribeRulesCommandInput) {
  const { ListenerArn, RuleArns = [] } = input;
  if (ListenerArn === undefined && RuleArns.length === 0)
    throw validationError('You must specify either listener rule ARNs or a listener ARN');
  const chosen =
    ListenerArn === undefined
      ? RuleArns.map((arn) => oneRule(ctx, arn))
      : allRules(ctx, findListener(ctx, ListenerArn));
  const { page, NextMarker } = pageOf(chosen, ({ RuleArn = '' }) => RuleArn, input);
  return { Rules: page, NextMarker };
}

function allRules(ctx: Context, listener: ListenerRecord): Rule[] {
  return [...rulesOf(ctx, ctx, listener.ListenerArn).map(describe), defaultRule(listener)];
}

function oneRule(ctx: Context, arn: string): Rule {
  const record = rules(ctx, ctx).get(arn);
  if (record) return describe(record);
  const listener = listenerOfDefault(ctx, arn);
  if (!listener) throw ruleNotFound();
  return defaultRule(listener);
}

export function ModifyRule(ctx: Context, input: ModifyRuleCommandInput) {
  refuseTransforms(input);
  const arn = input.RuleArn ?? '';
  const listener = listenerOfDefault(ctx, arn);
  if (listener) throw operationNotPermitted(`Default rule '${arn}' cannot be modified`);
  const record = rules(ctx, ctx).get(arn);
  if (!record) throw ruleNotFound();
  const own = findListener(ctx, record.ListenerArn);
  const changed = {
    ...record,
    ...(input.Conditions === undefined ? {} : { Conditions: normalConditions(input.Conditions) }),
    ...(input.Actions === undefined ? {} : { Actions: normalActions(ctx, input.Actions, own.LoadBalancerArn) }),
  };
  keep(ctx, own, [changed]);
  return { Rules: [describe(changed)] };
}

export function DeleteRule(ctx: Context, { RuleArn = '' }: DeleteRuleCommandInput) {
  if (listenerOfDefault(ctx, RuleArn)) throw operationNotPermitted(`Default rule '${RuleArn}' cannot be deleted`);
  const record = rules(ctx, ctx).get(RuleArn);
  if (!record) throw ruleNotFound();
  rules(ctx, ctx).delete(RuleArn);
  deployByArn(ctx, ctx, findListener(ctx, record.ListenerArn).LoadBalancerArn);
  return {};
}

/** All or none: the priorities as they are afterwards have to be different ones. */
export function SetRulePriorities(ctx: Context, input: SetRulePrioritiesCommandInput) {
  const changed = (input.RulePriorities ?? []).map(({ RuleArn = '', Priority }) => {
    if (listenerOfDefault(ctx, RuleArn))
      throw operationNotPermitted(`The priority of default rule '${RuleArn}' cannot be modified`);
    const record = rules(ctx, ctx).get(RuleArn);
    if (!record) throw ruleNotFound();
    return { ...record, Priority: priorityOf(Priority) };
  });
  const [first] = changed;
  if (!first) throw validationError('At least one rule priority must be specified');
  if (changed.some(({ ListenerArn }) => ListenerArn !== first.ListenerArn))
    throw validationError('Rules must belong to the same listener');
  const moved = new Set(changed.map(({ RuleArn }) => RuleArn));
  const others = rulesOf(ctx, ctx, first.ListenerArn).filter(({ RuleArn }) => !moved.has(RuleArn));
  const taken = new Set(others.map(({ Priority }) => Priority));
  for (const { Priority } of changed) {
    if (taken.has(Priority)) throw priorityInUse(Priority);
    taken.add(Priority);
  }
  keep(ctx, findListener(ctx, first.ListenerArn), changed);
  return { Rules: changed.map(describe) };
}

function listenerOfDefault(ctx: Context, arn: string): ListenerRecord | undefined {
  return listeners(ctx, ctx)
    .values()
    .find(({ defaultRuleArn }) => defaultRuleArn === arn);
}

function keep(ctx: Context, listener: ListenerRecord, changed: readonly RuleRecord[]): void {
  for (const record of changed) rules(ctx, ctx).put(record.RuleArn, record);
  deployByArn(ctx, ctx, listener.LoadBalancerArn);
}

function describe({ RuleArn, Priority, Conditions, Actions }: RuleRecord): Rule {
  return { RuleArn, Priority: String(Priority), Conditions, Actions, IsDefault: false };
}

function defaultRule({ defaultRuleArn, DefaultActions }: ListenerRecord): Rule {
  return { RuleArn: defaultRuleArn, Priority: 'default', Conditions: [], Actions: DefaultActions, IsDefault: true };
}
