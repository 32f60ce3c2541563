import { compileStatement, type MatchDetail, type Matcher, type Surroundings } from './compile-statement.ts';
import type { Rates } from './rates.ts';
import type { FirewallAcl, FirewallRule, FirewallStatement, GroupUse } from './table.ts';

/** A web ACL whose statements are functions. */
export interface CompiledAcl {
  acl: FirewallAcl;
  rules: CompiledRule[];
  /** Whether any rule looks at bodies; if none does, bodies pass unread. */
  readsBody: boolean;
  /** What the last SQL injection or XSS statement found; taken by the inspection, which is never interrupted. */
  found: { details: MatchDetail[] };
}

export interface CompiledRule {
  rule: FirewallRule;
  matches: Matcher | undefined;
  group: CompiledGroup | undefined;
}

export interface CompiledGroup {
  use: GroupUse;
  applies: Matcher | undefined;
  rules: CompiledRule[];
}

export function compileAcl(acl: FirewallAcl, rates: Rates): CompiledAcl {
  const found: { details: MatchDetail[] } = { details: [] };
  const around: Surroundings = { rates, found: (detail) => found.details.push(detail) };
  return {
    acl,
    rules: acl.rules.map((rule) => compileRule(rule, around)),
    readsBody: acl.rules.some(readsBody),
    found,
  };
}

function compileRule(rule: FirewallRule, around: Surroundings): CompiledRule {
  return {
    rule,
    matches: rule.match && compileStatement(rule.match, around),
    group: rule.group && {
      use: rule.group,
      applies: rule.group.scopeDown && compileStatement(rule.group.scopeDown, around),
      rules: rule.group.rules.map((inner) => compileRule(inner, around)),
    },
  };
}

function readsBody({ match, group }: FirewallRule): boolean {
  if (group) return (group.scopeDown !== undefined && looksAtBody(group.scopeDown)) || group.rules.some(readsBody);
  return match !== undefined && looksAtBody(match);
}

function looksAtBody(statement: FirewallStatement): boolean {
  switch (statement.kind) {
    case 'and':
    case 'or':
      return statement.statements.some(looksAtBody);
    case 'not':
      return looksAtBody(statement.statement);
    case 'rate':
      return statement.scopeDown !== undefined && looksAtBody(statement.scopeDown);
    default:
      return 'field' in statement && /^(?:body|bodyValues|json)$/.test(statement.field.kind);
  }
}
