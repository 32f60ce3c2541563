import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { compareValues, equalValues, type Item, setElements, typeOf } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import { type DocumentPath, readPath, resolvePath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

/** ConditionExpression, FilterExpression and KeyConditionExpression ("Condition and filter expressions, operators, and functions"). */
export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; operator: string; left: Operand; right: Operand }
  | { kind: 'between'; value: Operand; low: Operand; high: Operand }
  | { kind: 'in'; value: Operand; list: Operand[] }
  | { kind: 'function'; name: string; path: DocumentPath; argument: Operand | undefined };

export type Operand =
  | { kind: 'path'; path: DocumentPath }
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'size'; path: DocumentPath };

export function parseCondition(text: string, placeholders: Placeholders, what: string): Condition {
  const reader = new TokenReader(text, what);
  const condition = readOr(reader, placeholders);
  if (reader.peek().kind !== 'end') throw reader.syntaxError();
  return condition;
}

function readOr(reader: TokenReader, placeholders: Placeholders): Condition {
  const parts = [readAnd(reader, placeholders)];
  while (reader.take('OR')) parts.push(readAnd(reader, placeholders));
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts };
}

function readAnd(reader: TokenReader, placeholders: Placeholders): Condition {
  const parts = [readNot(reader, placeholders)];
  while (reader.take('AND')) parts.push(readNot(reader, placeholders));
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', parts };
}

function readNot(reader: TokenReader, placeholders: Placeholders): Condition {
  if (reader.take('NOT')) return { kind: 'not', part: readNot(reader, placeholders) };
  if (reader.peek().text === '(') {
    reader.next();
    const inner = readOr(reader, placeholders);
    reader.expect(')');
    return inner;
  }
  return readFunction(reader, placeholders) ?? readComparison(reader, placeholders);
}

const functions: Record<string, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};

function readFunction(reader: TokenReader, placeholders: Placeholders): Condition | undefined {
  const token = reader.peek();
  if (token.kind !== 'name' || reader.peek(1).text !== '(' || token.text === 'size') return undefined;
  const count = functions[token.text];
  if (count === undefined) throw validation(`Invalid ${reader.what}: Invalid function name; function: ${token.text}`);
  reader.next();
  reader.expect('(');
  if (reader.peek().kind === 'value')
    throw validation(
      `Invalid ${reader.what}: Operator or function requires a document path; operator or function: ${token.text}`,
    );
  const path = readPath(reader, placeholders);
  let argument: Operand | undefined;
  if (count === 2) {
    reader.expect(',');
    argument = readOperand(reader, placeholders);
  }
  if (reader.peek().text === ',')
    throw validation(
      `Invalid ${reader.what}: Incorrect number of operands for operator or function; operator or function: ${token.text}, number of operands: ${count + 1}`,
    );
  reader.expect(')');
  if (token.text === 'attribute_type') checkTypeArgument(argument, reader.what);
  return { kind: 'function', name: token.text, path, argument };
}

function checkTypeArgument(argument: Operand | undefined, what: string): void {
  const name = argument?.kind === 'value' ? argument.value.S : undefined;
  if (name === undefined || !['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL'].includes(name)) {
    throw validation(
      `Invalid ${what}: Invalid attribute type name found; type: ${name}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
    );
  }
}

function readComparison(reader: TokenReader, placeholders: Placeholders): Condition {
  const left = readOperand(reader, placeholders);
  if (reader.take('BETWEEN')) {
    const low = readOperand(reader, placeholders);
    reader.expect('AND');
    return { kind: 'between', value: left, low, high: readOperand(reader, placeholders) };
  }
  if (reader.take('IN')) {
    reader.expect('(');
    const list = [readOperand(reader, placeholders)];
    while (reader.take(',')) list.push(readOperand(reader, placeholders));
    reader.expect(')');
    if (list.length > 100) throw validation(`Invalid ${reader.what}: The IN operator takes at most 100 operands`);
    return { kind: 'in', value: left, list };
  }
  const operator = reader.peek().text;
  if (!['=', '<>', '<', '<=', '>', '>='].includes(operator)) throw reader.syntaxError();
  reader.next();
  return { kind: 'compare', operator, left, right: readOperand(reader, placeholders) };
}

function readOperand(reader: TokenReader, placeholders: Placeholders): Operand {
  const token = reader.peek();
  if (token.kind === 'value') {
    reader.next();
    return { kind: 'value', value: placeholders.value(token.text, reader.what) };
  }
  if (token.text === 'size' && reader.peek(1).text === '(') {
    reader.next();
    reader.expect('(');
    const path = readPath(reader, placeholders);
    reader.expect(')');
    return { kind: 'size', path };
  }
  return { kind: 'path', path: readPath(reader, placeholders) };
}

/** Whether the item (empty when there is none) fulfils the condition. */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(part, item));
    case 'or':
      return condition.parts.some((part) => holds(part, item));
    case 'not':
      return !holds(condition.part, item);
    case 'compare':
      return compare(condition.operator, operandValue(condition.left, item), operandValue(condition.right, item));
    case 'between': {
      const value = operandValue(condition.value, item);
      return (
        compare('>=', value, operandValue(condition.low, item)) &&
        compare('<=', value, operandValue(condition.high, item))
      );
    }
    case 'in':
      return condition.list.some((one) => compare('=', operandValue(condition.value, item), operandValue(one, item)));
    case 'function':
      return applyFunction(condition, item);
  }
}

function operandValue(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  const value = resolvePath(item, operand.path);
  if (operand.kind === 'path' || value === undefined) return value;
  const size = sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return Object.keys(value.M).length;
  if (value.L !== undefined) return value.L.length;
  const elements = setElements(value);
  return elements.length > 0 ? elements.length : undefined;
}

function compare(operator: string, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (operator === '<>') return left === undefined || right === undefined || !equalValues(left, right);
  if (left === undefined || right === undefined) return false;
  if (operator === '=') return equalValues(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator] ?? false;
}

function applyFunction(condition: Condition & { kind: 'function' }, item: Item): boolean {
  const value = resolvePath(item, condition.path);
  if (condition.name === 'attribute_exists') return value !== undefined;
  if (condition.name === 'attribute_not_exists') return value === undefined;
  const argument = condition.argument && operandValue(condition.argument, item);
  if (value === undefined || argument === undefined) return false;
  if (condition.name === 'attribute_type') return typeOf(value) === argument.S;
  if (condition.name === 'begins_with') return beginsWith(value, argument);
  return contains(value, argument);
}

function beginsWith(value: AttributeValue, start: AttributeValue): boolean {
  if (value.S !== undefined && start.S !== undefined) return value.S.startsWith(start.S);
  if (value.B === undefined || start.B === undefined) return false;
  return Buffer.from(value.B).subarray(0, start.B.length).equals(Buffer.from(start.B));
}

function contains(value: AttributeValue, part: AttributeValue): boolean {
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.B !== undefined) return part.B !== undefined && Buffer.from(value.B).includes(Buffer.from(part.B));
  if (value.L !== undefined) return value.L.some((element) => equalValues(element, part));
  const type = value.SS ? 'S' : value.NS ? 'N' : 'B';
  return setElements(value).some((element) => equalValues({ [type]: element } as unknown as AttributeValue, part));
}
