import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { addNumbers } from '../behaviour/numbers.ts';
import { equalValues, type Item, setElements, typeOf } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import { type DocumentPath, resolvePath } from './paths.ts';
import type { SetValue, Update } from './update.ts';

/** The item after the update; every right-hand side sees it as it was before. `before` is left as it is. */
export function applyUpdate(update: Update, before: Item): Item {
  const after: Item = { ...before };
  const values = update.set.map(({ path, value }) => ({ path, value: evaluate(value, before) }));
  const sums = update.add.map(({ path, value }) => ({ path, value: added(resolvePath(before, path), value) }));
  const differences = update.delete.map(({ path, value }) => ({
    path,
    rest: without(resolvePath(before, path), value),
  }));
  const owned = new Set<object>([after]);
  for (const { path, value } of [...values, ...sums]) assign(after, path, value, owned);
  for (const { path, rest } of differences) {
    if (rest === 'untouched') parentOf(after, path, owned, 'delete');
    else if (rest === undefined) remove(after, path, owned);
    else assign(after, path, rest, owned);
  }
  // Positions in a list are as they were before: the deepest goes first, then the last of a list.
  const order = (a: DocumentPath, b: DocumentPath): number => b.length - a.length || lastPosition(b) - lastPosition(a);
  for (const path of [...update.remove].sort(order)) remove(after, path, owned);
  return after;
}

function lastPosition(path: DocumentPath): number {
  const last = path.at(-1);
  return typeof last === 'number' ? last : -1;
}

function evaluate(value: SetValue, item: Item): AttributeValue {
  switch (value.kind) {
    case 'value':
      return value.value;
    case 'path': {
      const found = resolvePath(item, value.path);
      if (found === undefined)
        throw validation('The provided expression refers to an attribute that does not exist in the item');
      return found;
    }
    case 'if_not_exists':
      return resolvePath(item, value.path) ?? evaluate(value.otherwise, item);
    case 'list_append': {
      const [left, right] = [evaluate(value.left, item), evaluate(value.right, item)];
      if (left.L === undefined || right.L === undefined) throw wrongOperand();
      return { L: [...left.L, ...right.L] };
    }
    case 'arithmetic': {
      const [left, right] = [evaluate(value.left, item), evaluate(value.right, item)];
      if (left.N === undefined || right.N === undefined) throw wrongOperand();
      return { N: addNumbers(left.N, right.N, value.operator === '+' ? 1 : -1) };
    }
  }
}

function wrongOperand(): Error {
  return validation('An operand in the update expression has an incorrect data type');
}

/** ADD: a sum of numbers, or the union of two sets. */
export function added(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (old !== undefined && typeOf(old) !== typeOf(value)) throw wrongOperand();
  if (value.N !== undefined) return { N: addNumbers(old?.N ?? '0', value.N) };
  if (old === undefined) return value;
  const known = setElements(old);
  const fresh = setElements(value).filter((element) => !known.some((one) => sameElement(one, element)));
  return { [typeOf(value)]: [...known, ...fresh] } as unknown as AttributeValue;
}

/** DELETE: the elements that are left, undefined when none is; `untouched` when there was nothing. */
export function without(
  old: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue | undefined | 'untouched' {
  if (old === undefined) return 'untouched';
  if (typeOf(old) !== typeOf(value)) throw wrongOperand();
  const gone = setElements(value);
  const rest = setElements(old).filter((element) => !gone.some((one) => sameElement(one, element)));
  return rest.length === 0 ? undefined : ({ [typeOf(old)]: rest } as unknown as AttributeValue);
}

function sameElement(a: string | Uint8Array, b: string | Uint8Array): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return equalValues({ B: a }, { B: b });
}

function invalidPath(): Error {
  return validation('The document path provided in the update expression is invalid for update');
}

type Parent = { M: Item } | { L: AttributeValue[] };

/** The parent of a path's last step, copied on the way so that what was read stays as it was. Missing: refused, or undefined. */
function parentOf(item: Item, path: DocumentPath, owned: Set<object>, action: 'set' | 'delete'): Parent | undefined {
  let parent: Parent = { M: item };
  for (const step of path.slice(0, -1)) {
    const value = childOf(parent, step);
    if (value?.M === undefined && value?.L === undefined) throw invalidPath();
    const copy = copied(value, owned);
    if ('M' in parent && typeof step === 'string') parent.M[step] = copy as AttributeValue;
    else if ('L' in parent && typeof step === 'number') parent.L[step] = copy as AttributeValue;
    parent = copy;
  }
  const last = path.at(-1);
  const fits = typeof last === 'number' ? 'L' in parent : 'M' in parent;
  if (!fits && action === 'set') throw invalidPath();
  return fits ? parent : undefined;
}

function childOf(parent: Parent, step: string | number): AttributeValue | undefined {
  if (typeof step === 'number') return 'L' in parent ? parent.L[step] : undefined;
  return 'M' in parent && Object.hasOwn(parent.M, step) ? parent.M[step] : undefined;
}

function copied(value: AttributeValue, owned: Set<object>): Parent {
  if (owned.has(value)) return value as Parent;
  const copy: Parent = value.M ? { M: { ...value.M } } : { L: [...(value.L ?? [])] };
  owned.add(copy);
  return copy;
}

/** Lists grow by one at their end, wherever beyond it the path points. */
function assign(item: Item, path: DocumentPath, value: AttributeValue, owned: Set<object>): void {
  const parent = parentOf(item, path, owned, 'set');
  const last = path.at(-1);
  if (parent && 'L' in parent && typeof last === 'number') parent.L[Math.min(last, parent.L.length)] = value;
  else if (parent && 'M' in parent && typeof last === 'string') parent.M[last] = value;
}

function remove(item: Item, path: DocumentPath, owned: Set<object>): void {
  const parent = parentOf(item, path, owned, 'delete');
  const last = path.at(-1);
  if (!parent) return;
  if ('L' in parent && typeof last === 'number') parent.L.splice(last, 1);
  else if ('M' in parent && typeof last === 'string') delete parent.M[last];
}
