import type { Member, Shape } from '../protocols/model.ts';

/**
 * Paths of required members that a value leaves out below its own, as the JSON services spell them in their errors:
 * `attributeDefinitions.1.member.attributeType`. What AWS says of an operation's own members is the caller's to say.
 */
export function absentMembers(shape: Shape, value: Readonly<Record<string, unknown>>): string[] {
  const search = searchOf(shape);
  if (!search) return [];
  const absent: string[] = [];
  search(value, '', absent);
  return absent;
}

/** Adds to `absent`; the path ends with a dot, or is empty. */
type Search = (value: unknown, path: string, absent: string[]) => void;

const searches = new WeakMap<Shape, Search | false>();

/** Undefined where nothing below is required, which most of what an application sends is not: it is not even walked. */
function searchOf(shape: Shape): Search | undefined {
  const known = searches.get(shape);
  if (known !== undefined) return known || undefined;
  const made = requiresBelow(shape, new Set()) ? searchFor(shape) : false;
  searches.set(shape, made);
  return made || undefined;
}

function requiresBelow(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  return membersOf(shape).some(
    ({ shape: inner }) =>
      ((inner.type === 'structure' || inner.type === 'union') && inner.required.length > 0) ||
      requiresBelow(inner, seen),
  );
}

function membersOf(shape: Shape): Member[] {
  return shape.member ? [shape.member] : shape.members;
}

function searchFor({ type, member, members }: Shape): Search {
  if (type === 'list' && member)
    return (value, path, absent) => {
      if (!Array.isArray(value)) return;
      for (const [index, element] of value.entries()) look(member, element, `${path}${index + 1}.member.`, absent);
    };
  if (type === 'map' && member)
    return (value, path, absent) => {
      if (!isPlain(value)) return;
      for (const [key, inner] of Object.entries(value)) look(member, inner, `${path}${key}.member.`, absent);
    };
  return (value, path, absent) => {
    if (!isPlain(value)) return;
    for (const one of members) {
      const inner = value[one.name];
      if (inner !== undefined) look(one, inner, `${path}${lowerFirst(one.name)}.`, absent);
    }
  };
}

function look({ shape }: Member, value: unknown, path: string, absent: string[]): void {
  if (isPlain(value) && shape.type !== 'map')
    for (const name of shape.required) if (value[name] === undefined) absent.push(path + lowerFirst(name));
  searchOf(shape)?.(value, path, absent);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

export function lowerFirst(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}
