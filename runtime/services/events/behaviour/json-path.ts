type Step = string | number | '*';

/**
 * The part of JSONPath that EventBridge knows: dots, names with dashes, underscores and slashes, ['names'], array indices
 * and wildcards. Undefined where the text is none of it.
 */
export function stepsOf(path: string): Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const match = /^(?:\.([\w\-/@:]+|\*)|\[(\d+|\*)\]|\[(?:'([^']*)'|"([^"]*)")\])/.exec(rest);
    if (!match) return undefined;
    const [whole, name, index, single, double] = match;
    if (index !== undefined) steps.push(index === '*' ? '*' : Number(index));
    else steps.push(name ?? single ?? double ?? '');
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** What the path finds; through a wildcard, a list. Undefined when nothing is there. */
export function valueAt(root: unknown, path: string): unknown {
  const steps = stepsOf(path);
  if (!steps) return undefined;
  const found = walk(root, steps);
  return steps.includes('*') ? found : found[0];
}

function walk(value: unknown, [head, ...rest]: Step[]): unknown[] {
  if (head === undefined) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  if (head === '*') return Object.values(value).flatMap((element) => walk(element, rest));
  return Object.hasOwn(value, head) ? walk((value as Record<string | number, unknown>)[head], rest) : [];
}
