import { lookupTable } from '../../kernel/lookup-table.ts';
import { InvalidEventPattern } from './invalid-event-pattern.ts';
import type { Token, Tokens } from './tokens.ts';
import { anyOf, cidr, equalsIgnoringCase, not, onText, type ValueTest, wildcard } from './value-tests.ts';

/** What one element of a pattern's array asks for: a value, or that there is none. */
export type Rule = { test: ValueTest } | 'absent';

/**
 * Reads one match expression, from behind its `{` to its `}`. The operators and what is refused: "Comparison operators
 * for use in event patterns" (EventBridge User Guide); the reasons are those of the rule engine that AWS publishes.
 */
export function readMatchExpression(tokens: Tokens): Rule {
  const name = tokens.next();
  if (name.kind !== 'name') throw tokens.wrong('Match expression name not found');
  switch (name.value) {
    case 'exactly':
      return { test: one(tokens, 'exact', (text) => (value) => value === text) };
    case 'prefix':
    case 'suffix':
      return { test: readEnd(tokens, name.value) };
    case 'equals-ignore-case':
      return { test: one(tokens, 'equals-ignore-case', equalsIgnoringCase) };
    case 'wildcard':
      return { test: one(tokens, 'wildcard', wildcard) };
    case 'cidr':
      // AWS's own sentence says prefix here.
      return { test: one(tokens, 'prefix', cidr) };
    case 'numeric':
      return { test: readNumeric(tokens) };
    case 'anything-but':
      return { test: readAnythingBut(tokens) };
    case 'exists':
      return readExists(tokens);
    default:
      throw tokens.wrong(`Unrecognized match type ${name.value}`);
  }
}

function one(tokens: Tokens, operator: string, make: (text: string) => ValueTest): ValueTest {
  const token = tokens.next();
  if (token.kind !== 'string') throw tokens.wrong(`${operator} match pattern must be a string`);
  const test = placed(tokens, () => make(token.value));
  close(tokens);
  return test;
}

function close(tokens: Tokens, reason = 'Only one key allowed in match expression'): void {
  if (tokens.next().kind !== '}') throw tokens.wrong(reason);
}

/** A reason without a place gets that of the token read last. */
function placed<T>(tokens: Tokens, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InvalidEventPattern) throw tokens.wrong(error.message);
    throw error;
  }
}

function atEnd(operator: 'prefix' | 'suffix', expected: string): ValueTest {
  return onText((text) => (operator === 'prefix' ? text.startsWith(expected) : text.endsWith(expected)));
}

/** A text, or {"equals-ignore-case": text}. */
function readEnd(tokens: Tokens, operator: 'prefix' | 'suffix'): ValueTest {
  const token = tokens.next();
  if (token.kind === 'string') {
    close(tokens);
    return atEnd(operator, token.value);
  }
  if (token.kind !== '{') throw tokens.wrong(`${operator} match pattern must be a string`);
  const name = tokens.next();
  const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
  if (name.kind !== 'name') throw tokens.wrong(`${title} expression name not found`);
  if (name.value !== 'equals-ignore-case') throw tokens.wrong(`Unsupported ${operator} pattern: ${name.value}`);
  const text = tokens.next();
  if (text.kind !== 'string') throw tokens.wrong('equals-ignore-case match pattern must be a string');
  close(tokens);
  close(tokens);
  const test = atEnd(operator, text.value.toLowerCase());
  return (value) => typeof value === 'string' && test(value.toLowerCase());
}

function readExists(tokens: Tokens): Rule {
  const { kind } = tokens.next();
  if (kind !== 'true' && kind !== 'false') throw tokens.wrong('exists match pattern must be either true or false.');
  close(tokens);
  return kind === 'true' ? { test: () => true } : 'absent';
}

function readAnythingBut(tokens: Tokens): ValueTest {
  let token = tokens.next();
  let operator: string | undefined;
  if (token.kind === '{') {
    const name = tokens.next();
    if (name.kind !== 'name') throw tokens.wrong('Anything-But expression name not found');
    operator = name.value;
    if (!Object.hasOwn(anythingButForms, operator)) throw tokens.wrong(`Unsupported anything-but pattern: ${operator}`);
    token = tokens.next();
  }
  if (token.kind !== '[' && token.kind !== 'string' && token.kind !== 'number')
    throw tokens.wrong('Value of anything-but must be an array or single string/number value.');
  const list = token.kind === '[' ? readList(tokens) : [token];
  const tests = operator === undefined ? plainTests(tokens, list) : formTests(tokens, operator, list);
  close(tokens, 'Too many elements in numeric expression');
  if (operator !== undefined) close(tokens, 'Too many elements in numeric expression');
  return not(anyOf(tests));
}

const anythingButForms: Record<string, { make: (text: string) => ValueTest; sentence: string }> = lookupTable({
  'equals-ignore-case': {
    make: equalsIgnoringCase,
    sentence: 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  },
  prefix: { make: (text) => atEnd('prefix', text), sentence: 'prefix/suffix match pattern must be a string' },
  suffix: { make: (text) => atEnd('suffix', text), sentence: 'prefix/suffix match pattern must be a string' },
  wildcard: { make: wildcard, sentence: 'wildcard match pattern must be a string' },
});

function formTests(tokens: Tokens, operator: string, list: Token[]): ValueTest[] {
  const form = anythingButForms[operator];
  return list.map(({ kind, value }) => {
    if (!form || kind !== 'string') throw tokens.wrong(form?.sentence ?? operator);
    if (value === '' && operator.endsWith('fix')) throw tokens.wrong('Null prefix/suffix not allowed');
    return placed(tokens, () => form.make(value));
  });
}

function plainTests(tokens: Tokens, list: Token[]): ValueTest[] {
  if (list.some(({ kind }) => kind !== 'string' && kind !== 'number'))
    throw tokens.wrong('Inside anything but list, start|null|boolean is not supported.');
  if (new Set(list.map(({ kind }) => kind)).size !== 1)
    throw tokens.wrong('Inside anything but list, either all values are number or string, mixed type is not supported');
  return list.map(({ kind, value: text }) => {
    const expected = kind === 'number' ? Number(text) : text;
    return (value) => value === expected;
  });
}

function readList(tokens: Tokens): Token[] {
  const list: Token[] = [];
  for (let token = tokens.next(); token.kind !== ']'; token = tokens.next()) {
    list.push(token);
    if (token.kind === '{' || token.kind === '[')
      throw tokens.wrong('Inside anything but list, start|null|boolean is not supported.');
  }
  return list;
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = lookupTable({
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
});

/** ["=", 5], [">", 0] or [">", 0, "<=", 5]. */
function readNumeric(tokens: Tokens): ValueTest {
  if (tokens.next().kind !== '[') throw tokens.wrong('Value of numeric must be an array.');
  const operator = tokens.next();
  if (operator.kind !== 'string') throw tokens.wrong(`Invalid member in numeric match: ${operator.value}`);
  const compare = comparisons[operator.value];
  if (!compare) throw tokens.wrong(`Unrecognized numeric range operator: ${operator.value}`);
  const bound = readBound(tokens, operator.value === '=' ? 'equals' : operator.value);
  let test = (value: number): boolean => compare(value, bound);
  const next = tokens.next();
  if (next.kind !== ']') {
    if (!operator.value.startsWith('>')) throw tokens.wrong('Too many elements in numeric expression');
    const upper = readUpper(tokens, next);
    if (bound >= upper.bound) throw tokens.wrong('Bottom must be less than top');
    test = (value) => compare(value, bound) && upper.compare(value, upper.bound);
  }
  close(tokens, 'Too many elements in numeric expression');
  return (value) => typeof value === 'number' && test(value);
}

function readUpper(tokens: Tokens, operator: Token): { compare: (a: number, b: number) => boolean; bound: number } {
  if (operator.kind !== 'string') throw tokens.wrong(`Bad value in numeric range: ${operator.value}`);
  const compare = operator.value.startsWith('<') ? comparisons[operator.value] : undefined;
  if (!compare) throw tokens.wrong(`Bad numeric range operator: ${operator.value}`);
  const bound = readBound(tokens, operator.value);
  if (tokens.next().kind !== ']') throw tokens.wrong('Too many terms in numeric range expression');
  return { compare, bound };
}

/** Numbers of five thousand million and beyond are not compared. */
function readBound(tokens: Tokens, operator: string): number {
  const token = tokens.next();
  if (token.kind !== 'number') throw tokens.wrong(`Value of ${operator} must be numeric`);
  const bound = Number(token.value);
  if (Math.abs(bound) > 5e9) throw tokens.wrong('Value must be between -5.0E9 and 5.0E9, inclusive');
  return bound;
}
