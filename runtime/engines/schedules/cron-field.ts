export interface FieldRange {
  least: number;
  most: number;
  /** Names of the values from `least` on. */
  names?: readonly string[];
}

/** The values a field's list, ranges and steps name, in order. Undefined when it is not valid. */
export function fieldOf(text: string, range: FieldRange): number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const named = valuesOf(part, range);
    if (!named) return undefined;
    for (const value of named) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** `*`, `5`, `1-5`, `0/15`, `1-10/2`; a range may go over the end (FRI-MON). */
function valuesOf(part: string, range: FieldRange): number[] | undefined {
  const match = /^(\*|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:\/(\d+))?$/.exec(part);
  if (!match) return undefined;
  const [, first = '', second, stepText] = match;
  if (first === '*' && second !== undefined) return undefined;
  const step = stepText === undefined ? 1 : Number(stepText);
  const from = first === '*' ? range.least : valueIn(first, range);
  const single = first !== '*' && second === undefined && stepText === undefined;
  const to = second === undefined ? (single ? from : range.most) : valueIn(second, range);
  if (from === undefined || to === undefined || step < 1) return undefined;
  const size = range.most - range.least + 1;
  const length = (to - from + size) % size;
  const values: number[] = [];
  for (let offset = 0; offset <= length; offset += step)
    values.push(((from - range.least + offset) % size) + range.least);
  return values;
}

export function valueIn(text: string, { least, most, names }: FieldRange): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
