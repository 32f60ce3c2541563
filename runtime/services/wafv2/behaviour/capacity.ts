import type { FieldToMatch, Rule, Statement, TextTransformation } from '@aws-sdk/client-wafv2';
import type { Kernel } from '../../../kernel/service.ts';
import { byArn, ruleGroups } from '../state.ts';
import { managedGroup } from './managed-groups.ts';

/** "Web ACL capacity units": 5,000 at most, of a web ACL and of a rule group. */
export const mostCapacity = 5000;

/**
 * What rules cost in web ACL capacity units, by the numbers on each statement's page of the Developer Guide. "AWS WAF might
 * charge you only once" for one transformation of one component: it is charged once here.
 */
export function capacityOf(kernel: Pick<Kernel, 'store'>, rules: readonly Rule[] | undefined): number {
  const tally: Tally = { kernel, transformed: new Set() };
  return (rules ?? []).reduce((sum, rule) => sum + costOf(rule.Statement, tally), 0);
}

interface Tally {
  kernel: Pick<Kernel, 'store'>;
  transformed: Set<string>;
}

function costOf(statement: Statement | undefined, tally: Tally): number {
  if (!statement) return 0;
  const sum = (all: Statement[] | undefined): number =>
    (all ?? []).reduce((total, one) => total + costOf(one, tally), 0);
  if (statement.AndStatement) return 1 + sum(statement.AndStatement.Statements);
  if (statement.OrStatement) return 1 + sum(statement.OrStatement.Statements);
  if (statement.NotStatement) return 1 + costOf(statement.NotStatement.Statement, tally);
  if (statement.GeoMatchStatement || statement.LabelMatchStatement) return 1;
  if (statement.IPSetReferenceStatement)
    return statement.IPSetReferenceStatement.IPSetForwardedIPConfig?.Position === 'ANY' ? 5 : 1;
  if (statement.RateBasedStatement) {
    const { CustomKeys = [], ScopeDownStatement } = statement.RateBasedStatement;
    return 2 + 30 * CustomKeys.length + costOf(ScopeDownStatement, tally);
  }
  if (statement.RuleGroupReferenceStatement)
    return byArn(tally.kernel, ruleGroups, statement.RuleGroupReferenceStatement.ARN ?? '')?.Config.Capacity ?? 0;
  if (statement.ManagedRuleGroupStatement) {
    const { VendorName, Name, ScopeDownStatement } = statement.ManagedRuleGroupStatement;
    return managedGroup(VendorName, Name).capacity + costOf(ScopeDownStatement, tally);
  }
  return matchCost(statement, tally);
}

function matchCost(statement: Statement, tally: Tally): number {
  const { ByteMatchStatement: bytes, SqliMatchStatement: sqli } = statement;
  if (bytes) return inspection(bytes, /^CONTAINS/.test(String(bytes.PositionalConstraint)) ? 10 : 2, tally);
  if (sqli) return inspection(sqli, sqli.SensitivityLevel === 'HIGH' ? 30 : 20, tally);
  if (statement.XssMatchStatement) return inspection(statement.XssMatchStatement, 40, tally);
  if (statement.RegexMatchStatement) return inspection(statement.RegexMatchStatement, 3, tally);
  if (statement.RegexPatternSetReferenceStatement)
    return inspection(statement.RegexPatternSetReferenceStatement, 25, tally);
  if (statement.SizeConstraintStatement) return inspection(statement.SizeConstraintStatement, 1, tally);
  return 0;
}

interface Inspecting {
  FieldToMatch: FieldToMatch | undefined;
  TextTransformations: TextTransformation[] | undefined;
}

/** JSON bodies cost double, all query arguments ten more, and each transformation ten. */
function inspection({ FieldToMatch, TextTransformations }: Inspecting, base: number, { transformed }: Tally): number {
  const component = JSON.stringify(FieldToMatch);
  let cost = FieldToMatch?.JsonBody ? base * 2 : base;
  if (FieldToMatch?.AllQueryArguments) cost += 10;
  for (const { Type } of TextTransformations ?? []) {
    const key = `${component}${Type}`;
    if (Type === 'NONE' || transformed.has(key)) continue;
    transformed.add(key);
    cost += 10;
  }
  return cost;
}
