import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { addNumbers } from '../behaviour/numbers.ts';
import { canonical, checkValue, type Item, setElements, typeOf } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import { assignPath, checkOverlap, type DocumentPath, readPath, resolvePath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

/** "Update expressions": what is set, removed, added and deleted. */
export interface Update {
  set: { path: DocumentPath; value: SetValue }[];
  remove: DocumentPath[];
  add: { path: DocumentPath; value: AttributeValue }[];
  delete: { path: DocumentPath; value: AttributeValue }[];
}

type SetValue =
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'path'; path: DocumentPath }
  | { kind: 'arithmetic'; operator: '+' | '-'; left: SetValue; right: SetValue }
  | { kind: 'if_not_exists'; path: DocumentPath; otherwise: SetValue }
  | { kind: 'list_append'; left: SetValue; right: SetValue };

const what = 'UpdateExpression';

export function parseUpdate(text: string, placeholders: Placeholders): Update {
  const reader = new TokenReader(text, what);
  const update: Update = { set: [], remove: [], add: [], delete: [] };
  const seen = new Set<string>();
  while (reader.peek().kind !== 'end') {
    const clause = reader.next().text.toUpperCase();
    if (!['SET', 'REMOVE', 'ADD', 'DELETE'].includes(clause)) throw reader.syntaxError();
    if (seen.has(clause))
      throw validation(`Invalid ${what}: The "${clause}" section can only be used once in an update expression;`);
    seen.add(clause);
    do readAction(reader, placeholders, clause, update);
    while (reader.take(','));
  }
  checkOverlap(
    [
      ...update.set.map((one) => one.path),
      ...update.remove,
      ...update.add.map((one) => one.path),
      ...update.delete.map((one) => one.path),
    ],
    what,
  );
  return update;
}

function readAction(reader: TokenReader, placeholders: Placeholders, clause: string, update: Update): void {
  const path = readPath(reader, placeholders);
  if (clause === 'REMOVE') update.remove.push(path);
  else if (clause === 'SET') {
    reader.expect('=');
    update.set.push({ path, value: readSum(reader, placeholders) });
  } else {
    const token = reader.next();
    if (token.kind !== 'value')
      throw validation(`Invalid ${what}: Syntax error; token: "${token.text}", near: "${token.text}"`);
    const value = placeholders.value(token.text, what);
    checkOperand(clause, value);
    (clause === 'ADD' ? update.add : update.delete).push({ path, value });
  }
}

function checkOperand(clause: string, value: AttributeValue): void {
  const type = typeOf(value);
  const allowed = clause === 'ADD' ? ['N', 'SS', 'NS', 'BS'] : ['SS', 'NS', 'BS'];
  if (!allowed.includes(type))
    throw validation(
      `Invalid ${what}: Incorrect operand type for operator or function; operator: ${clause}, operand type: ${words[type]}`,
    );
}

const words: Record<string, string> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
};

function readSum(reader: TokenReader, placeholders: Placeholders): SetValue {
  const left = readTerm(reader, placeholders);
  const operator = reader.peek().text;
  if (reader.peek().kind !== 'symbol' || (operator !== '+' && operator !== '-')) return left;
  reader.next();
  return { kind: 'arithmetic', operator, left, right: readTerm(reader, placeholders) };
}

function readTerm(reader: TokenReader, placeholders: Placeholders): SetValue {
  const token = reader.peek();
  if (token.kind === 'value') {
    reader.next();
    return { kind: 'value', value: placeholders.value(token.text, what) };
  }
  if (token.text === '(') {
    reader.next();
    const inner = readSum(reader, placeholders);
    reader.expect(')');
    return inner;
  }
  if (token.kind === 'name' && reader.peek(1).text === '(') return readFunction(reader, placeholders);
  return { kind: 'path', path: readPath(reader, placeholders) };
}

function readFunction(reader: TokenReader, placeholders: Placeholders): SetValue {
  const name = reader.next().text;
  reader.expect('(');
  if (name === 'if_not_exists') {
    const path = readPath(reader, placeholders);
    reader.expect(',');
    const otherwise = readSum(reader, placeholders);
    reader.expect(')');
    return { kind: 'if_not_exists', path, otherwise };
  }
  if (name !== 'list_append') throw validation(`Invalid ${what}: Invalid function name; function: ${name}`);
  const left = readSum(reader, placeholders);
  reader.expect(',');
  const right = readSum(reader, placeholders);
  reader.expect(')');
  return { kind: 'list_append', left, right };
}

/** The item after the update; every right-hand side sees it as it was before. */
export function applyUpdate(update: Update, before: Item): Item {
  const after = structuredClone(before);
  const values = update.set.map(({ path, value }) => [path, evaluate(value, before)] as const);
  for (const [path, value] of values) assignPath(after, path, structuredClone(value));
  for (const { path, value } of update.add) assignPath(after, path, added(resolvePath(before, path), value));
  for (const { path, value } of update.delete) {
    const old = resolvePath(before, path);
    if (old !== undefined) assignPath(after, path, withoutElements(old, value));
  }
  // Positions in a list are as they were: the last goes first.
  const removals = [...update.remove].sort((a, b) => (Number(b.at(-1)) || 0) - (Number(a.at(-1)) || 0));
  for (const path of removals) if (resolvePath(after, path) !== undefined) assignPath(after, path, undefined);
  return after;
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

function added(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (value.N !== undefined) {
    if (old !== undefined && old.N === undefined) throw wrongOperand();
    return { N: addNumbers(old?.N ?? '0', value.N) };
  }
  if (old === undefined) return value;
  const type = typeOf(value);
  if (typeOf(old) !== type) throw wrongOperand();
  const known = new Set(setElements(old).map((element) => keyOf(element)));
  return checkValue({
    [type]: [...setElements(old), ...setElements(value).filter((element) => !known.has(keyOf(element)))],
  } as unknown as AttributeValue);
}

function withoutElements(old: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const type = typeOf(value);
  if (typeOf(old) !== type) throw wrongOperand();
  const gone = new Set(setElements(value).map((element) => keyOf(element)));
  const rest = setElements(old).filter((element) => !gone.has(keyOf(element)));
  return rest.length === 0 ? undefined : ({ [type]: rest } as unknown as AttributeValue);
}

function keyOf(element: string | Uint8Array): string {
  return typeof element === 'string' ? element : canonical({ B: element });
}
