import type { CompiledAcl, CompiledGroup, CompiledRule } from './compile-acl.ts';
import type { MatchDetail } from './compile-statement.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { FirewallAction, FirewallRule, GroupUse, Header } from './table.ts';

/** What became of one request, for whoever answers, counts or writes it down. */
export interface Inspection {
  action: FirewallAction;
  /** Undefined: no rule ended it, the default action did. */
  terminating: Matched | undefined;
  /** Rules that counted it, in order. */
  counted: Matched[];
  /** Groups that were asked, for the log. */
  groups: GroupOutcome[];
  insertHeaders: Header[];
}

export interface Matched {
  rule: FirewallRule;
  /** The group it is in, and the web ACL's rule that uses the group. */
  within: { use: GroupUse; rule: FirewallRule } | undefined;
  details: MatchDetail[];
}

export interface GroupOutcome {
  use: GroupUse;
  rule: FirewallRule;
  terminating: Matched | undefined;
  counted: Matched[];
}

/** The rules in order, until one allows or blocks ("How AWS WAF handles rule and rule group actions"). */
export function inspect(compiled: CompiledAcl, request: InspectedRequest): Inspection {
  const inspection: Inspection = {
    action: compiled.acl.defaultAction,
    terminating: undefined,
    counted: [],
    groups: [],
    insertHeaders: [],
  };
  for (const rule of compiled.rules) {
    const ended = rule.group
      ? askGroup(compiled, rule.rule, rule.group, request, inspection)
      : askRule(compiled, rule, request, undefined);
    if (!ended) continue;
    const { action } = ended.rule;
    if (!rule.group && action.kind === 'count') {
      inspection.counted.push(ended);
      inspection.insertHeaders.push(...action.insertHeaders);
      continue;
    }
    inspection.terminating = ended;
    inspection.action = action;
    break;
  }
  if (inspection.action.kind === 'allow') inspection.insertHeaders.push(...inspection.action.insertHeaders);
  return inspection;
}

/** The rule, when it matched. Its labels are on the request from then on, for the rules after it. */
function askRule(
  compiled: CompiledAcl,
  { rule, matches }: CompiledRule,
  request: InspectedRequest,
  within: Matched['within'],
): Matched | undefined {
  compiled.found.details = [];
  if (!matches?.(request)) return undefined;
  for (const label of rule.labels) request.labels.add(label);
  return { rule, within, details: compiled.found.details };
}

/** The rule of the group that ends the inspection, unless the group's outcome is only counted. */
function askGroup(
  compiled: CompiledAcl,
  rule: FirewallRule,
  group: CompiledGroup,
  request: InspectedRequest,
  inspection: Inspection,
): Matched | undefined {
  if (group.applies && !group.applies(request)) return undefined;
  const outcome: GroupOutcome = { use: group.use, rule, terminating: undefined, counted: [] };
  inspection.groups.push(outcome);
  for (const inner of group.rules) {
    const matched = askRule(compiled, inner, request, { use: group.use, rule });
    if (!matched) continue;
    const { action } = matched.rule;
    if (action.kind === 'count') {
      outcome.counted.push(matched);
      inspection.counted.push(matched);
      inspection.insertHeaders.push(...action.insertHeaders);
      continue;
    }
    outcome.terminating = matched;
    if (!group.use.count) return matched;
    inspection.counted.push({ rule, within: undefined, details: matched.details });
    return undefined;
  }
  return undefined;
}
