import type { ConditionKeys } from './condition-keys.ts';
import { type Condition, compileConditions } from './conditions.ts';
import { compileArnPattern, compilePattern, type Pattern } from './pattern.ts';
import { type PolicyKind, readPolicy, type StatementText } from './policy-syntax.ts';
import { type PrincipalElement, parsePrincipal } from './principals.ts';

/** A policy document, compiled once so that a decision only runs matchers. */
export interface Policy {
  statements: Statement[];
}

export interface Statement {
  sid: string | undefined;
  effect: 'Allow' | 'Deny';
  actions: Matcher;
  /** A trust policy has none: it speaks of its role. */
  resources: Matcher | undefined;
  principals: { element: PrincipalElement; not: boolean } | undefined;
  conditions: Condition[];
}

export interface Matcher {
  patterns: Pattern[];
  /** NotAction, NotResource: everything but these. */
  not: boolean;
}

/** Throws MalformedPolicy with AWS's sentence. */
export function compilePolicy(text: string, kind: PolicyKind): Policy {
  const document = readPolicy(text, kind);
  const variables = document.Version === '2012-10-17';
  return { statements: document.statements.map((statement) => compileStatement(statement, variables)) };
}

/** Whether the statement's action, resource and conditions fit; its principal is looked at by who reads the policy. */
export function applies(statement: Statement, lowerCaseAction: string, resource: string, keys: ConditionKeys): boolean {
  return (
    matches(statement.actions, lowerCaseAction, keys) &&
    (statement.resources === undefined || matches(statement.resources, resource, keys)) &&
    statement.conditions.every((holds) => holds(keys))
  );
}

function matches(matcher: Matcher, value: string, keys: ConditionKeys): boolean {
  for (const pattern of matcher.patterns) if (pattern(value, keys)) return !matcher.not;
  return matcher.not;
}

function compileStatement(statement: StatementText, variables: boolean): Statement {
  const { actions, resources } = statement;
  const principal = statement.Principal ?? statement.NotPrincipal;
  return {
    sid: statement.Sid,
    effect: statement.Effect,
    actions: {
      // Actions are compared without regard to case: the request's is lower-cased once for all statements.
      patterns: actions.values.map((text) => compilePattern(text.toLowerCase(), { variables: false })),
      not: actions.not,
    },
    resources: resources && {
      patterns: resources.values.map((text) => compileArnPattern(text, variables)),
      not: resources.not,
    },
    principals:
      principal === undefined
        ? undefined
        : { element: parsePrincipal(principal), not: statement.Principal === undefined },
    conditions: compileConditions(statement.Condition, variables),
  };
}
