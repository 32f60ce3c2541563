import { type Comparison, readComparison } from './comparison.ts';
import type { Filter } from './filter.ts';
import { Scanner } from './scanner.ts';

interface Field {
  name: string;
  condition: Comparison;
}

/**
 * Patterns for space-delimited events: `[ip, user, ..., status_code = 4* || status_code = 5*, bytes > 1000]`, each field in its
 * place, text in quotes or brackets being one field ("Filter patterns: match terms in space-delimited log events").
 */
export function parseFieldPattern(text: string): Filter {
  const scanner = new Scanner(text);
  const before: Field[] = [];
  const after: Field[] = [];
  let ellipsis = false;
  scanner.expect('[');
  do {
    if (scanner.accept('...')) {
      if (ellipsis) throw scanner.failure('only one ellipsis may stand');
      ellipsis = true;
    } else (ellipsis ? after : before).push(readField(scanner));
  } while (scanner.accept(','));
  scanner.expect(']');
  if (!scanner.done) throw scanner.failure('nothing may follow the closing bracket');
  const assign = (message: string): Map<string, string> | undefined => {
    const words = wordsOf(message);
    const fits = ellipsis ? words.length >= before.length + after.length : words.length === before.length;
    if (!fits) return undefined;
    const values = new Map<string, string>();
    for (const [index, { name }] of before.entries()) values.set(name, words[index] ?? '');
    for (const [index, { name }] of after.entries()) values.set(name, words[words.length - after.length + index] ?? '');
    return values;
  };
  return {
    selectors: [...before, ...after].map(({ name }) => `$${name}`),
    matches(message) {
      const values = assign(message);
      return values !== undefined && [...before, ...after].every(({ name, condition }) => condition(values.get(name)));
    },
    fields(message) {
      const values = assign(message);
      return (selector) => values?.get(selector.replace(/^\$/, ''));
    },
  };
}

function readField(scanner: Scanner): Field {
  const name = scanner.take(/[A-Za-z_][A-Za-z0-9_\-.]*/y)?.[0];
  if (!name) throw scanner.failure('expected the name of a field');
  const unconditional = scanner.take(/(?=[,\]])/y);
  return { name, condition: unconditional ? () => true : readConditions(scanner, name) };
}

/** `&&` binds closer than `||`; after either the name stands again. */
function readConditions(scanner: Scanner, name: string): Comparison {
  const either: Comparison[][] = [[readComparison(scanner)]];
  for (;;) {
    const joint = scanner.take(/&&|\|\|/y)?.[0];
    if (!joint) break;
    const again = scanner.take(/[A-Za-z_][A-Za-z0-9_\-.]*/y)?.[0];
    if (again !== name) throw scanner.failure(`expected ${name}`);
    const next = readComparison(scanner);
    if (joint === '||') either.push([next]);
    else either.at(-1)?.push(next);
  }
  return (value) => either.some((all) => all.every((condition) => condition(value)));
}

function wordsOf(message: string): string[] {
  return [...message.matchAll(/"([^"]*)"|\[([^\]]*)\]|(\S+)/g)].map(
    ([, quoted, bracketed, word]) => quoted ?? bracketed ?? word ?? '',
  );
}
