import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { typeOf } from '../behaviour/values.ts';
import { checkOverlap, type DocumentPath, readPath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

/** "Update expressions": what is set, removed, added and deleted. */
export interface Update {
  set: { path: DocumentPath; value: SetValue }[];
  remove: DocumentPath[];
  add: { path: DocumentPath; value: AttributeValue }[];
  delete: { path: DocumentPath; value: AttributeValue }[];
}

export type SetValue =
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'path'; path: DocumentPath }
  | { kind: 'arithmetic'; operator: '+' | '-'; left: SetValue; right: SetValue }
  | { kind: 'if_not_exists'; path: DocumentPath; otherwise: SetValue }
  | { kind: 'list_append'; left: SetValue; right: SetValue };

const what = 'UpdateExpression';
const clauses = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const conditionFunctions = [
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
];

export function parseUpdate(text: string, placeholders: Placeholders): Update {
  return new UpdateParser(text, placeholders).parse();
}

/** Every path the update writes. */
export function pathsWritten(update: Update): DocumentPath[] {
  return [
    ...update.set.map((one) => one.path),
    ...update.remove,
    ...update.add.map((one) => one.path),
    ...update.delete.map((one) => one.path),
  ];
}

class UpdateParser {
  readonly #reader: TokenReader;
  readonly #placeholders: Placeholders;
  readonly #update: Update = { set: [], remove: [], add: [], delete: [] };

  constructor(text: string, placeholders: Placeholders) {
    this.#reader = new TokenReader(text, what);
    this.#placeholders = placeholders;
  }

  parse(): Update {
    const reader = this.#reader;
    const seen = new Set<string>();
    while (reader.peek().kind !== 'end') {
      const clause = reader.peek().text.toUpperCase();
      if (!clauses.includes(clause)) throw reader.syntaxError();
      reader.next();
      if (seen.has(clause))
        throw reader.error(`The "${clause}" section can only be used once in an update expression;`);
      seen.add(clause);
      do this.#action(clause);
      while (reader.take(','));
    }
    checkOverlap(pathsWritten(this.#update), what);
    return this.#update;
  }

  #action(clause: string): void {
    const reader = this.#reader;
    const path = readPath(reader, this.#placeholders);
    reader.countOperator();
    if (clause === 'REMOVE') this.#update.remove.push(path);
    else if (clause === 'SET') {
      reader.expect('=');
      this.#update.set.push({ path, value: this.#sum() });
    } else {
      if (reader.peek().kind !== 'value') throw reader.syntaxError();
      const value = this.#placeholders.value(reader.next().text, what);
      this.#checkOperand(clause, value);
      (clause === 'ADD' ? this.#update.add : this.#update.delete).push({ path, value });
    }
  }

  #checkOperand(clause: string, value: AttributeValue): void {
    const type = typeOf(value);
    const allowed = clause === 'ADD' ? ['N', 'SS', 'NS', 'BS'] : ['SS', 'NS', 'BS'];
    if (allowed.includes(type)) return;
    throw this.#reader.error(
      `Incorrect operand type for operator or function; operator: ${clause}, operand type: ${words[type]}, typeSet: ALLOWED_FOR_${clause}_OPERAND`,
    );
  }

  #sum(): SetValue {
    const reader = this.#reader;
    const left = this.#term();
    if (!reader.isNext('+') && !reader.isNext('-')) return left;
    const operator = reader.next().text as '+' | '-';
    const right = this.#term();
    reader.countOperator();
    for (const side of [left, right]) this.#checkArithmetic(operator, side);
    return { kind: 'arithmetic', operator, left, right };
  }

  #checkArithmetic(operator: string, side: SetValue): void {
    const type = side.kind === 'value' ? typeOf(side.value) : side.kind === 'list_append' ? 'L' : 'N';
    if (type === 'N') return;
    throw this.#reader.error(
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
    );
  }

  #term(): SetValue {
    const reader = this.#reader;
    const token = reader.peek();
    if (token.kind === 'value') return { kind: 'value', value: this.#placeholders.value(reader.next().text, what) };
    if (reader.take('(')) {
      if (reader.isNext('(')) throw reader.error('The expression has redundant parentheses;');
      const inner = this.#sum();
      reader.expect(')');
      return inner;
    }
    if (token.kind === 'name' && reader.peek(1).text === '(') return this.#function();
    return { kind: 'path', path: readPath(reader, this.#placeholders) };
  }

  #function(): SetValue {
    const reader = this.#reader;
    const name = reader.next().text;
    if (conditionFunctions.includes(name))
      throw reader.error(`The function is not allowed in an update expression; function: ${name}`);
    if (name !== 'if_not_exists' && name !== 'list_append')
      throw reader.error(`Invalid function name; function: ${name}`);
    reader.expect('(');
    const operands = [this.#sum()];
    while (reader.take(',')) operands.push(this.#sum());
    reader.expect(')');
    reader.countOperator();
    const [left, right] = operands;
    if (operands.length !== 2 || !left || !right) {
      throw reader.error(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
      );
    }
    if (name === 'list_append') {
      for (const side of [left, right]) this.#checkList(side);
      return { kind: 'list_append', left, right };
    }
    if (left.kind !== 'path')
      throw reader.error('Operator or function requires a document path; operator or function: if_not_exists');
    return { kind: 'if_not_exists', path: left.path, otherwise: right };
  }

  #checkList(side: SetValue): void {
    if (side.kind !== 'value' || side.value.L !== undefined) return;
    throw this.#reader.error(
      `Incorrect operand type for operator or function; operator or function: list_append, operand type: ${typeOf(side.value)}`,
    );
  }
}

const words: Record<string, string> = lookupTable({
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
});
