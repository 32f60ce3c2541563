import { type Comparison, readComparison } from './comparison.ts';
import type { Filter } from './filter.ts';
import { Scanner } from './scanner.ts';

type Condition = (event: unknown) => boolean;
/** Names and indexes from the root; `*` stands for every element or member. */
type Path = (string | number)[];

/** Patterns for JSON events: `{ $.a.b = "x*" && ($.c[0] > 5 || $.d NOT EXISTS) }` ("Filter patterns: match terms in JSON log events"). */
export function parseJsonPattern(text: string): Filter {
  const scanner = new Scanner(text);
  const selectors: string[] = [];
  scanner.expect('{');
  const condition = readOr(scanner, selectors);
  scanner.expect('}');
  if (!scanner.done) throw scanner.failure('nothing may follow the closing brace');
  return {
    selectors,
    matches(message) {
      const event = parse(message);
      return event !== undefined && condition(event);
    },
    fields(message) {
      const event = parse(message);
      return (selector) => {
        const path = readPath(new Scanner(selector));
        const [value] = event === undefined || !path ? [] : valuesAt(event, path.path);
        return value === undefined || value === null
          ? undefined
          : typeof value === 'object'
            ? JSON.stringify(value)
            : String(value);
      };
    },
  };
}

function parse(message: string): unknown {
  const first = message.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return undefined;
  }
}

function readOr(scanner: Scanner, selectors: string[]): Condition {
  const parts = [readAnd(scanner, selectors)];
  while (scanner.accept('||')) parts.push(readAnd(scanner, selectors));
  return (event) => parts.some((part) => part(event));
}

function readAnd(scanner: Scanner, selectors: string[]): Condition {
  const parts = [readCondition(scanner, selectors)];
  while (scanner.accept('&&')) parts.push(readCondition(scanner, selectors));
  return (event) => parts.every((part) => part(event));
}

function readCondition(scanner: Scanner, selectors: string[]): Condition {
  if (scanner.accept('(')) {
    const condition = readOr(scanner, selectors);
    scanner.expect(')');
    return condition;
  }
  const selector = readPath(scanner);
  if (!selector) throw scanner.failure('expected a property selector such as $.name');
  selectors.push(selector.text);
  const keyword = scanner
    .take(/(IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS|EXISTS)\b/iy)?.[1]
    ?.toUpperCase()
    .replace(/\s+/g, ' ');
  const comparison: Comparison | undefined = keyword ? undefined : readComparison(scanner);
  return (event) => {
    const values = valuesAt(event, selector.path);
    if (comparison) return values.some(comparison);
    if (keyword === 'NOT EXISTS') return values.length === 0;
    if (keyword === 'EXISTS') return values.length > 0;
    const wanted = keyword === 'IS NULL' ? null : keyword === 'IS TRUE';
    return values.some((value) => value === wanted);
  };
}

function readPath(scanner: Scanner): { text: string; path: Path } | undefined {
  if (!scanner.accept('$')) return undefined;
  const path: Path = [];
  let text = '$';
  const step = /\.?\[(?:(\d+)|(\*)|'([^']+)'|"([^"]+)")\]|\.([A-Za-z0-9_\-@:]+|\*)/y;
  for (let match = scanner.take(step); match; match = scanner.take(step)) {
    const [whole, index, every, single, double, name] = match;
    path.push(index !== undefined ? Number(index) : (every ?? single ?? double ?? name ?? ''));
    text += whole;
  }
  return { text, path };
}

function valuesAt(event: unknown, path: Path): unknown[] {
  let values: unknown[] = [event];
  for (const step of path) {
    values = values.flatMap((value) => {
      if (typeof value !== 'object' || value === null) return [];
      if (step === '*') return Object.values(value);
      const found = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
      return found === undefined ? [] : [found];
    });
  }
  return values;
}
