import { defineEngine } from '../../kernel/engine.ts';
import { InvalidEventPattern } from './invalid-event-pattern.ts';
import { type Rule, readMatchExpression } from './match-expressions.ts';
import { Tokens } from './tokens.ts';
import type { Scalar } from './value-tests.ts';

/** A compiled event pattern, as EventBridge rules, Lambda's event source filters and SNS's filter policies have them. */
export interface EventPattern {
  matches(event: unknown): boolean;
}

/** Throws InvalidEventPattern with AWS's reason. */
export function compileEventPattern(text: string): EventPattern {
  const tokens = new Tokens(text);
  if (tokens.next().kind !== '{') throw tokens.wrong('Filter is not an object');
  const node = readObject(tokens, [], false);
  return { matches: (event) => matchesNode(node, event, event) };
}

/** Far more patterns than a stack has; the oldest goes first. */
const LIMIT = 4000;

/** Patterns by their text, so that one is compiled once however many events it is asked about. */
export const eventPatterns = defineEngine('event-patterns', () => {
  const compiled = new Map<string, EventPattern>();
  return {
    /** Throws InvalidEventPattern. */
    compile(text: string): EventPattern {
      const known = compiled.get(text);
      if (known) return known;
      const pattern = compileEventPattern(text);
      const [oldest] = compiled.size >= LIMIT ? compiled.keys() : [];
      if (oldest !== undefined) compiled.delete(oldest);
      compiled.set(text, pattern);
      return pattern;
    },
  };
});

interface Node {
  fields: { key: string; node: Node | Leaf }[];
  /** One alternative of each list must match the same object. */
  alternatives: Node[][];
}

interface Leaf {
  path: string[];
  rules: Rule[];
}

/** Names that the rule engine keeps for later inside $or. */
const reserved = new Set(
  'exactly prefix suffix numeric anything-but exists cidr equals-ignore-case wildcard = > >= < <='.split(' '),
);

function readObject(tokens: Tokens, path: string[], inOr: boolean): Node {
  const node: Node = { fields: [], alternatives: [] };
  for (let name = tokens.next(); name.kind !== '}'; name = tokens.next()) {
    const key = name.value;
    if (key === '$or') {
      node.alternatives.push(readAlternatives(tokens, path));
      continue;
    }
    if (inOr && reserved.has(key))
      throw tokens.wrong(`${key} is Ruler reserved fieldName which cannot be used inside $or.`);
    const { kind } = tokens.next();
    const below = [...path, key];
    if (kind === '{') node.fields.push({ key, node: readObject(tokens, below, inOr) });
    else if (kind === '[') node.fields.push({ key, node: { path: below, rules: readRules(tokens) } });
    else throw tokens.wrong(`"${key}" must be an object or an array`);
  }
  if (node.fields.length + node.alternatives.length === 0) throw tokens.wrong('Empty objects are not allowed');
  return node;
}

function readAlternatives(tokens: Tokens, path: string[]): Node[] {
  if (tokens.next().kind !== '[') throw tokens.wrong('It must be an Array followed with $or.');
  const nodes: Node[] = [];
  for (let token = tokens.next(); token.kind !== ']'; token = tokens.next()) {
    if (token.kind !== '{') throw tokens.wrong('Only JSON object is allowed in array of $or relationship.');
    nodes.push(readObject(tokens, path, true));
  }
  if (nodes.length < 2) throw tokens.wrong('There must have at least 2 Objects in $or relationship.');
  return nodes;
}

function readRules(tokens: Tokens): Rule[] {
  const rules: Rule[] = [];
  for (let token = tokens.next(); token.kind !== ']'; token = tokens.next()) {
    if (token.kind === '{') rules.push(readMatchExpression(tokens));
    else if (token.kind === '[') throw tokens.wrong('Match value must be String, number, true, false, or null');
    else {
      const expected = token.kind === 'string' ? token.value : (JSON.parse(token.value) as Scalar);
      rules.push({ test: (value) => value === expected });
    }
  }
  if (rules.length === 0) throw tokens.wrong('Empty arrays are not allowed');
  return rules;
}

/** Of an array one element must match all that is asked of its fields together ("Array matching"). */
function matchesNode(node: Node, value: unknown, event: unknown): boolean {
  if (Array.isArray(value) && value.length > 0) return value.some((element) => matchesNode(node, element, event));
  const fields = isRecord(value) ? value : {};
  return (
    node.fields.every(({ key, node: below }) => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      return 'rules' in below ? matchesLeaf(below, field, event) : matchesNode(below, field, event);
    }) && node.alternatives.every((nodes) => nodes.some((alternative) => matchesNode(alternative, value, event)))
  );
}

function matchesLeaf({ rules, path }: Leaf, value: unknown, event: unknown): boolean {
  const scalars = scalarsOf(value);
  return rules.some((rule) =>
    rule === 'absent' ? !hasLeaf(event, path) : scalars.some((scalar) => rule.test(scalar)),
  );
}

function scalarsOf(value: unknown): Scalar[] {
  if (Array.isArray(value)) return value.flatMap(scalarsOf);
  return value === undefined || isRecord(value) ? [] : [value as Scalar];
}

/** "exists" works on leaf nodes only: an object or an empty array at the path is no leaf. */
function hasLeaf(value: unknown, path: string[]): boolean {
  if (Array.isArray(value)) return value.some((element) => hasLeaf(element, path));
  const [head, ...rest] = path;
  if (head === undefined) return scalarsOf(value).length > 0;
  return isRecord(value) && Object.hasOwn(value, head) && hasLeaf(value[head], rest);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export { InvalidEventPattern };
