import type {
  ManagedRuleGroupStatement,
  Rule,
  RuleActionOverride,
  RuleGroupReferenceStatement,
} from '@aws-sdk/client-wafv2';
import type { FirewallAction, FirewallRule, GroupUse } from '../../../data-planes/waf/table.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidParameter, nonexistent } from '../errors.ts';
import { byArn, ruleGroups } from '../state.ts';
import { type Bodies, compileAction, compileVisibility, isCounted } from './compile-action.ts';
import { compileStatement, nameOf } from './compile-statement.ts';
import { managedGroup } from './managed-groups.ts';

export interface RulesOwner {
  kernel: Pick<Kernel, 'store'>;
  arn: string;
  /** awswaf:account:webacl:name: or awswaf:account:rulegroup:name: */
  labelNamespace: string;
  bodies: Bodies;
  /** Only web ACLs use groups. */
  groups: boolean;
}

/** Rules in order of priority, checked: names and priorities are unique, labels get the owner's namespace. */
export function compileRules(rules: readonly Rule[] | undefined, owner: RulesOwner): FirewallRule[] {
  const sorted = [...(rules ?? [])].sort((a, b) => Number(a.Priority) - Number(b.Priority));
  if (new Set(sorted.map(({ Name }) => Name)).size !== sorted.length)
    throw invalidParameter('RULE', 'Name', 'The names of rules must be unique.');
  if (new Set(sorted.map(({ Priority }) => Priority)).size !== sorted.length)
    throw invalidParameter('RULE', 'Priority', 'The priorities of rules must be unique.');
  return sorted.map((rule) => compileRule(rule, owner));
}

function compileRule(rule: Rule, owner: RulesOwner): FirewallRule {
  const statement = rule.Statement;
  const kind = nameOf(statement);
  const shared = {
    name: String(rule.Name),
    visibility: compileVisibility(rule.VisibilityConfig),
    labels: (rule.RuleLabels ?? []).map(({ Name }) => `${owner.labelNamespace}${Name}`),
  };
  const isGroup = kind === 'RuleGroupReferenceStatement' || kind === 'ManagedRuleGroupStatement';
  if (!isGroup) {
    if (rule.OverrideAction)
      throw invalidParameter(
        'RULE_ACTION',
        'OverrideAction',
        'OverrideAction is for rules that reference a rule group.',
      );
    const match = compileStatement(statement, { kernel: owner.kernel, ruleId: `${owner.arn}/${rule.Name}` });
    return { ...shared, match, group: undefined, action: compileAction(rule.Action, owner.bodies) };
  }
  if (!owner.groups)
    throw invalidParameter('STATEMENT', kind, 'You cannot nest a rule group inside another rule group.');
  if (rule.Action)
    throw invalidParameter('RULE_ACTION', 'Action', 'Rules that reference a rule group have an OverrideAction.');
  const group = statement?.ManagedRuleGroupStatement
    ? useManaged(statement.ManagedRuleGroupStatement, owner, isCounted(rule.OverrideAction))
    : useOwn(statement?.RuleGroupReferenceStatement, owner, isCounted(rule.OverrideAction));
  return { ...shared, match: undefined, group, action: { kind: 'count', insertHeaders: [] } };
}

function useOwn(given: RuleGroupReferenceStatement | undefined, owner: RulesOwner, count: boolean): GroupUse {
  const record = byArn(owner.kernel, ruleGroups, given?.ARN ?? '');
  if (!record) throw nonexistent();
  const rules = compileRules(record.Config.Rules, {
    kernel: owner.kernel,
    // What a rate-based rule of a group counts is counted for each web ACL that uses it.
    arn: `${owner.arn}/${record.Name}`,
    labelNamespace: `awswaf:${record.account}:rulegroup:${record.Name}:`,
    bodies: record.Config.CustomResponseBodies,
    groups: false,
  });
  return {
    id: record.ARN,
    name: record.Name,
    managed: false,
    rules: overridden(rules, given?.RuleActionOverrides, given?.ExcludedRules, owner),
    scopeDown: undefined,
    count,
  };
}

function useManaged(given: ManagedRuleGroupStatement, owner: RulesOwner, count: boolean): GroupUse {
  const { VendorName, Name, Version, ManagedRuleGroupConfigs } = given;
  const group = managedGroup(VendorName, Name);
  if (Version !== undefined)
    throw refused(
      'wafv2 parameter ManagedRuleGroupStatement.Version',
      'there is one version of each managed group, the default one.',
    );
  if (ManagedRuleGroupConfigs && ManagedRuleGroupConfigs.length > 0)
    throw refused(
      'wafv2 parameter ManagedRuleGroupStatement.ManagedRuleGroupConfigs',
      `${Name} takes no configuration.`,
    );
  return {
    id: `${VendorName}#${Name}`,
    name: String(Name),
    managed: true,
    rules: overridden(group.rules, given.RuleActionOverrides, given.ExcludedRules, owner),
    scopeDown:
      given.ScopeDownStatement &&
      compileStatement(given.ScopeDownStatement, { kernel: owner.kernel, ruleId: owner.arn }),
    count,
  };
}

/** ExcludedRules is the older way to say that a rule only counts. */
function overridden(
  rules: readonly FirewallRule[],
  overrides: readonly RuleActionOverride[] = [],
  excluded: readonly { Name: string | undefined }[] = [],
  owner: RulesOwner,
): FirewallRule[] {
  const actions = new Map<string, FirewallAction>();
  for (const { Name } of excluded) actions.set(String(Name), { kind: 'count', insertHeaders: [] });
  for (const { Name, ActionToUse } of overrides) actions.set(String(Name), compileAction(ActionToUse, owner.bodies));
  for (const name of actions.keys())
    if (!rules.some((rule) => rule.name === name))
      throw invalidParameter('EXCLUDED_RULE', name, 'The rule is not in the rule group.');
  return rules.map((rule) => ({ ...rule, action: actions.get(rule.name) ?? rule.action }));
}
