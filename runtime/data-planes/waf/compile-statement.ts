import { linearExpression } from '../../engines/patterns/linear-expression.ts';
import { addressesOf, addressMatcher } from './addresses.ts';
import { asCharacters } from './characters.ts';
import { compileRate } from './compile-rate.ts';
import { detectSqlInjection } from './detect-sqli.ts';
import { detectXss } from './detect-xss.ts';
import { type Inspected, textsOf } from './fields.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { Rates } from './rates.ts';
import type { Comparison, Field, FirewallStatement, ForwardedAddress, Inspects, Position } from './table.ts';
import { transformations } from './transformations.ts';

export type Matcher = (request: InspectedRequest) => boolean;

/** What statements need beyond the request. */
export interface Surroundings {
  rates: Rates;
  /** Told what SQL injection and XSS statements found, for the log. */
  found?: (detail: MatchDetail) => void;
}

export interface MatchDetail {
  conditionType: 'SQL_INJECTION' | 'XSS' | 'REGEX';
  sensitivityLevel?: string;
  location: string;
  matchedData: string[];
}

/** A statement as a function of the request. */
export function compileStatement(statement: FirewallStatement, around: Surroundings): Matcher {
  switch (statement.kind) {
    case 'and': {
      const all = statement.statements.map((one) => compileStatement(one, around));
      return (request) => all.every((matches) => matches(request));
    }
    case 'or': {
      const all = statement.statements.map((one) => compileStatement(one, around));
      return (request) => all.some((matches) => matches(request));
    }
    case 'not': {
      const inner = compileStatement(statement.statement, around);
      return (request) => !inner(request);
    }
    case 'bytes':
      return overTexts(statement, byteMatcher(statement.search, statement.position));
    case 'regex':
      return overTexts(statement, regexMatcher(statement.patterns));
    case 'size':
      return overTexts(statement, sizeMatcher(statement.comparison, statement.size));
    case 'sqli':
      return detector(statement, around, 'SQL_INJECTION', (text) => detectSqlInjection(text, statement.sensitivity));
    case 'xss':
      return detector(statement, around, 'XSS', detectXss);
    case 'addresses': {
      const inside = addressMatcher(statement.addresses);
      return overAddresses(statement.forwarded, inside);
    }
    case 'country':
      return countryMatcher(statement.countries);
    case 'label':
      return labelMatcher(statement.scope, statement.key);
    case 'rate':
      return compileRate(statement, around);
  }
}

/** True when a text of the field, transformed, satisfies the test; oversize handling may decide before. */
function overTexts(inspects: Inspects, test: (text: string) => boolean): Matcher {
  const read = transformedTexts(inspects.field, inspects.transformations);
  return (request) => {
    const texts = read(request);
    return typeof texts === 'boolean' ? texts : texts.some(test);
  };
}

/** Fields of which there is one in a request; what is transformed of them is kept for the rules that ask for the same. */
const shared = /^(?:path|query|arguments|body|bodyValues)$/;

function transformedTexts(field: Field, names: readonly string[]): (request: InspectedRequest) => Inspected {
  const change = transformer(names);
  const key = `${field.kind}:${names.join()}`;
  return (request) => {
    const texts = textsOf(request, field);
    if (typeof texts === 'boolean') return texts;
    return shared.test(field.kind) ? request.remember(key, () => texts.map(change)) : texts.map(change);
  };
}

export function transformer(names: readonly string[]): (text: string) => string {
  const functions = names.filter((name) => name !== 'NONE').map((name) => transformations[name] ?? unknown(name));
  const [only] = functions;
  if (functions.length <= 1) return only ?? ((text) => text);
  return (text) => functions.reduce((changed, change) => change(changed), text);
}

function unknown(name: string): never {
  throw new Error(`there is no text transformation ${name}`);
}

function byteMatcher(search: string, position: Position): (text: string) => boolean {
  switch (position) {
    case 'EXACTLY':
      return (text) => text === search;
    case 'STARTS_WITH':
      return (text) => text.startsWith(search);
    case 'ENDS_WITH':
      return (text) => text.endsWith(search);
    case 'CONTAINS':
      return (text) => text.includes(search);
    case 'CONTAINS_WORD':
      return (text) => containsWord(text, search);
  }
}

/** "Contains word": at either side the text ends or a character that is no letter, digit or underscore follows. */
function containsWord(text: string, search: string): boolean {
  for (let at = text.indexOf(search); at !== -1; at = text.indexOf(search, at + 1)) {
    if (!/\w/.test(text[at - 1] ?? ' ') && !/\w/.test(text[at + search.length] ?? ' ')) return true;
  }
  return false;
}

function regexMatcher(patterns: readonly (string | RegExp)[]): (text: string) => boolean {
  const tests = patterns.map((pattern) => {
    if (typeof pattern !== 'string') return (text: string) => pattern.test(text);
    const matches = linearExpression(pattern);
    return (text: string) => matches(asCharacters(text));
  });
  return (text) => tests.some((test) => test(text));
}

function sizeMatcher(comparison: Comparison, size: number): (text: string) => boolean {
  switch (comparison) {
    case 'EQ':
      return (text) => text.length === size;
    case 'NE':
      return (text) => text.length !== size;
    case 'LE':
      return (text) => text.length <= size;
    case 'LT':
      return (text) => text.length < size;
    case 'GE':
      return (text) => text.length >= size;
    case 'GT':
      return (text) => text.length > size;
  }
}

/** Shorter texts hold no attack, and nearly all of a page's texts are short. */
const shortestAttack = 3;

function detector(
  inspects: Inspects,
  around: Surroundings,
  conditionType: 'SQL_INJECTION' | 'XSS',
  detect: (text: string) => string[] | undefined,
): Matcher {
  // What is dangerous is one value: a body is taken apart into its own.
  const field: Field = inspects.field.kind === 'body' ? { kind: 'bodyValues' } : inspects.field;
  const read = transformedTexts(field, inspects.transformations);
  return (request) => {
    if (inspects.field.kind === 'body' && request.bodyOversize && inspects.field.oversize !== 'CONTINUE')
      return inspects.field.oversize === 'MATCH';
    const texts = read(request);
    if (typeof texts === 'boolean') return texts;
    for (const text of texts) {
      const matchedData = text.length < shortestAttack ? undefined : detect(text);
      if (!matchedData) continue;
      around.found?.({ conditionType, location: locationOf(field), matchedData });
      return true;
    }
    return false;
  };
}

/** As the log names it: terminatingRuleMatchDetails.location. */
function locationOf(field: Field): string {
  const names: Record<Field['kind'], string> = {
    method: 'METHOD',
    path: 'URI',
    query: 'QUERY_STRING',
    arguments: 'ALL_QUERY_ARGS',
    argument: 'SINGLE_QUERY_ARG',
    header: 'HEADER',
    headers: 'HEADER',
    cookies: 'COOKIE',
    headerOrder: 'HEADER_ORDER',
    body: 'BODY',
    bodyValues: 'BODY',
    json: 'JSON_BODY',
  };
  return names[field.kind];
}

function overAddresses(forwarded: ForwardedAddress | undefined, test: (address: string) => boolean): Matcher {
  return (request) => {
    const addresses = addressesOf(request, forwarded);
    if (addresses === 'absent') return false;
    if (addresses === 'invalid') return forwarded?.fallbackMatches ?? false;
    return addresses.some(test);
  };
}

/** The header in which CloudFront tells origins where a viewer is; see decisions/ on how it gets there. */
export const countryHeader = 'cloudfront-viewer-country';

/** Geo match also labels every request it looks at, matched or not ("Geographic match rule statement"). */
function countryMatcher(countries: readonly string[]): Matcher {
  return (request) => {
    const country = request.raw.headers[countryHeader]?.toUpperCase();
    request.labels.add(`awswaf:clientip:geo:country:${country ?? 'XX'}`);
    return country !== undefined && countries.includes(country);
  };
}

/** A key without namespace stands for the end of a label; a namespace for everything below it. */
function labelMatcher(scope: 'LABEL' | 'NAMESPACE', key: string): Matcher {
  return (request) => {
    for (const label of request.labels) {
      if (
        scope === 'LABEL'
          ? label === key || label.endsWith(`:${key}`)
          : label.startsWith(key) || label.includes(`:${key}`)
      )
        return true;
    }
    return false;
  };
}
