import type { RateBasedStatement, RateBasedStatementCustomKey, Statement } from '@aws-sdk/client-wafv2';
import type { Comparison, FirewallStatement, Inspects, Position, RateKey } from '../../../data-planes/waf/table.ts';
import { linearExpression } from '../../../engines/patterns/linear-expression.ts';
import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidParameter, nonexistent } from '../errors.ts';
import { byArn, ipSets, regexPatternSets } from '../state.ts';
import { searchText } from './byte-strings.ts';
import { compileField, compileForwarded, compileTransformations } from './compile-field.ts';

/** What a statement is compiled for. */
export interface Purpose {
  kernel: Pick<Kernel, 'store'>;
  /** Of the rule, for what a rate-based statement has counted. */
  ruleId: string;
}

/** A statement of the API as the firewall's table has it; what is wrong with it is found here. */
export function compileStatement(given: Statement | undefined, purpose: Purpose): FirewallStatement {
  const name = nameOf(given);
  const statement = given ?? {};
  const compile = compilers[name];
  if (!compile) throw refused(`wafv2 statement ${name}`, whyNot[name]);
  return compile(statement, purpose);
}

/** Exactly one kind of statement is given. */
export function nameOf(statement: Statement | undefined): string {
  const names = Object.entries(statement ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const [name] = names;
  if (names.length !== 1 || name === undefined)
    throw invalidParameter(
      'STATEMENT',
      names.join(),
      'A reference in your rule statement is not valid: give exactly one statement.',
    );
  return name;
}

const whyNot: Readonly<Record<string, string>> = lookupTable({
  AsnMatchStatement: 'no table of autonomous systems is at hand.',
  RuleGroupReferenceStatement: 'a rule group stands at the top of a rule.',
  ManagedRuleGroupStatement: 'a managed rule group stands at the top of a rule.',
});

type Compiler = (statement: Statement, purpose: Purpose) => FirewallStatement;

const compilers: Readonly<Record<string, Compiler>> = lookupTable({
  AndStatement: ({ AndStatement: and }, purpose) => ({
    kind: 'and',
    statements: several(and?.Statements, 'AND_STATEMENT').map((one) => compileStatement(one, purpose)),
  }),
  OrStatement: ({ OrStatement: or }, purpose) => ({
    kind: 'or',
    statements: several(or?.Statements, 'OR_STATEMENT').map((one) => compileStatement(one, purpose)),
  }),
  NotStatement: ({ NotStatement: not }, purpose) => ({
    kind: 'not',
    statement: compileStatement(not?.Statement, purpose),
  }),
  ByteMatchStatement({ ByteMatchStatement: match }) {
    const search = searchText(match?.SearchString);
    // "The maximum length of the value is 200 bytes."
    if (search.length === 0 || search.length > 200)
      throw invalidParameter('BYTE_MATCH_STATEMENT', 'SearchString', 'The search string must have 1 to 200 bytes.');
    return { kind: 'bytes', search, position: match?.PositionalConstraint as Position, ...inspects(match) };
  },
  RegexMatchStatement({ RegexMatchStatement: match }) {
    return { kind: 'regex', patterns: [checkedPattern(match?.RegexString)], ...inspects(match) };
  },
  RegexPatternSetReferenceStatement({ RegexPatternSetReferenceStatement: match }, { kernel }) {
    const set = byArn(kernel, regexPatternSets, match?.ARN ?? '');
    if (!set) throw nonexistent();
    const patterns = (set.Config.RegularExpressionList ?? []).map(({ RegexString }) => String(RegexString));
    return { kind: 'regex', patterns, ...inspects(match) };
  },
  SizeConstraintStatement({ SizeConstraintStatement: match }) {
    return {
      kind: 'size',
      comparison: match?.ComparisonOperator as Comparison,
      size: Number(match?.Size),
      ...inspects(match),
    };
  },
  SqliMatchStatement({ SqliMatchStatement: match }) {
    return { kind: 'sqli', sensitivity: match?.SensitivityLevel ?? 'LOW', ...inspects(match) };
  },
  XssMatchStatement({ XssMatchStatement: match }) {
    return { kind: 'xss', ...inspects(match) };
  },
  IPSetReferenceStatement({ IPSetReferenceStatement: match }, { kernel }) {
    const set = byArn(kernel, ipSets, match?.ARN ?? '');
    if (!set) throw nonexistent();
    return {
      kind: 'addresses',
      addresses: set.Config.Addresses ?? [],
      forwarded: compileForwarded(match?.IPSetForwardedIPConfig),
    };
  },
  GeoMatchStatement({ GeoMatchStatement: match }) {
    if (match?.ForwardedIPConfig)
      throw refused(
        'wafv2 parameter GeoMatchStatement.ForwardedIPConfig',
        'where an address is in the world is not known on one machine.',
      );
    const countries = match?.CountryCodes ?? [];
    if (countries.length === 0 || countries.length > 50)
      throw invalidParameter('GEO_MATCH_STATEMENT', 'CountryCodes', 'You must specify 1 to 50 country codes.');
    return { kind: 'country', countries, forwarded: undefined };
  },
  LabelMatchStatement({ LabelMatchStatement: match }) {
    if (!match?.Key || !/^[\w:-]{1,1024}$/.test(match.Key))
      throw invalidParameter('LABEL_MATCH_STATEMENT', String(match?.Key), 'The label key is not valid.');
    return { kind: 'label', scope: match.Scope ?? 'LABEL', key: match.Key };
  },
  RateBasedStatement: ({ RateBasedStatement: rate }, purpose) =>
    compileRate(rate ?? ({} as RateBasedStatement), purpose),
});

function several(statements: Statement[] | undefined, field: string): Statement[] {
  if (!statements || statements.length < 2)
    throw invalidParameter(field, 'Statements', 'You must specify two or more statements.');
  return statements;
}

function inspects(
  match:
    | { FieldToMatch?: unknown; TextTransformations?: unknown; PreParseTextTransformations?: unknown[] | undefined }
    | undefined,
): Inspects {
  if (match?.PreParseTextTransformations && match.PreParseTextTransformations.length > 0)
    throw refused(
      'wafv2 parameter PreParseTextTransformations',
      'transform the parsed component with TextTransformations.',
    );
  return {
    field: compileField(match?.FieldToMatch as Parameters<typeof compileField>[0]),
    transformations: compileTransformations(match?.TextTransformations as Parameters<typeof compileTransformations>[0]),
  };
}

/** "Quotas": 200 characters a pattern. */
export function checkedPattern(pattern: string | undefined): string {
  if (!pattern || pattern.length > 200)
    throw invalidParameter('REGEX_PATTERN_REFERENCE_STATEMENT', String(pattern), 'A pattern has 1 to 200 characters.');
  try {
    linearExpression(pattern);
  } catch (error) {
    throw invalidParameter(
      'REGEX_PATTERN_REFERENCE_STATEMENT',
      pattern,
      `The regular expression is not valid: ${(error as Error).message}`,
    );
  }
  return pattern;
}

const windows = [60, 120, 300, 600];

function compileRate(rate: RateBasedStatement, purpose: Purpose): FirewallStatement {
  const limit = Number(rate.Limit);
  // "The lowest limit setting allowed is 10."
  if (!(limit >= 10 && limit <= 2_000_000_000))
    throw invalidParameter('RATE_BASED_STATEMENT', String(rate.Limit), 'The limit must be 10 to 2,000,000,000.');
  const windowSeconds = Number(rate.EvaluationWindowSec ?? 300);
  if (!windows.includes(windowSeconds))
    throw invalidParameter(
      'RATE_BASED_STATEMENT',
      String(windowSeconds),
      'The evaluation window must be 60, 120, 300 or 600 seconds.',
    );
  return {
    kind: 'rate',
    id: purpose.ruleId,
    limit,
    windowSeconds,
    aggregateType: rate.AggregateKeyType ?? 'IP',
    keys: rateKeys(rate),
    scopeDown: rate.ScopeDownStatement && compileStatement(rate.ScopeDownStatement, purpose),
  };
}

function rateKeys(rate: RateBasedStatement): RateKey[] {
  switch (rate.AggregateKeyType) {
    case 'IP':
      return [{ kind: 'IP' }];
    case 'FORWARDED_IP':
      return [forwardedKey(rate)];
    case 'CONSTANT':
      if (!rate.ScopeDownStatement)
        throw invalidParameter('RATE_BASED_STATEMENT', 'ScopeDownStatement', 'CONSTANT needs a scope-down statement.');
      return [];
    case 'CUSTOM_KEYS': {
      const keys = rate.CustomKeys ?? [];
      if (keys.length === 0 || keys.length > 5)
        throw invalidParameter('CUSTOM_KEYS', 'CustomKeys', 'You must specify one to five custom keys.');
      return keys.map((key) => customKey(key, rate));
    }
    default:
      throw invalidParameter(
        'RATE_BASED_STATEMENT',
        String(rate.AggregateKeyType),
        'The aggregate key type is not valid.',
      );
  }
}

function forwardedKey(rate: RateBasedStatement): RateKey {
  const forwarded = compileForwarded(rate.ForwardedIPConfig);
  if (!forwarded) throw invalidParameter('FORWARDED_IP_CONFIG', 'ForwardedIPConfig', 'The parameter is required.');
  return { kind: 'FORWARDED_IP', forwarded };
}

function customKey(key: RateBasedStatementCustomKey, rate: RateBasedStatement): RateKey {
  const named = (
    kind: 'HEADER' | 'COOKIE' | 'QUERY_ARGUMENT',
    given: NonNullable<RateBasedStatementCustomKey['Header']>,
  ): RateKey => ({
    kind,
    name: kind === 'COOKIE' ? String(given.Name) : String(given.Name).toLowerCase(),
    transformations: compileTransformations(given.TextTransformations),
  });
  if (key.IP) return { kind: 'IP' };
  if (key.HTTPMethod) return { kind: 'HTTP_METHOD' };
  if (key.ForwardedIP) return forwardedKey(rate);
  if (key.Header) return named('HEADER', key.Header);
  if (key.Cookie) return named('COOKIE', key.Cookie);
  if (key.QueryArgument) return named('QUERY_ARGUMENT', key.QueryArgument);
  if (key.QueryString)
    return { kind: 'QUERY_STRING', transformations: compileTransformations(key.QueryString.TextTransformations) };
  if (key.UriPath)
    return { kind: 'URI_PATH', transformations: compileTransformations(key.UriPath.TextTransformations) };
  if (key.LabelNamespace) return { kind: 'LABEL_NAMESPACE', namespace: String(key.LabelNamespace.Namespace) };
  throw refused(
    `wafv2 parameter RateBasedStatement.CustomKeys.${Object.keys(key)[0]}`,
    'it is not seen behind the end of TLS.',
  );
}
