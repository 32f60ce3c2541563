import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { checkBetween, checkDistinct, checkFunction, functions } from './condition-rules.ts';
import { type DocumentPath, readPath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

/** ConditionExpression, FilterExpression and KeyConditionExpression ("Condition and filter expressions, operators, and functions"). */
export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; operator: Comparator; left: Operand; right: Operand }
  | { kind: 'between'; value: Operand; low: Operand; high: Operand }
  | { kind: 'in'; value: Operand; list: Operand[] }
  | { kind: 'function'; name: string; operands: Operand[] };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Operand =
  | { kind: 'path'; path: DocumentPath }
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'size'; path: DocumentPath };

const comparators: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];

export function parseCondition(text: string, placeholders: Placeholders, what: string): Condition {
  const parser = new ConditionParser(text, placeholders, what);
  return parser.parse();
}

class ConditionParser {
  readonly #reader: TokenReader;
  readonly #placeholders: Placeholders;

  constructor(text: string, placeholders: Placeholders, what: string) {
    this.#reader = new TokenReader(text, what);
    this.#placeholders = placeholders;
  }

  parse(): Condition {
    const condition = this.#or();
    this.#reader.expectEnd();
    return condition;
  }

  #or(): Condition {
    return this.#list('or', 'OR', () => this.#list('and', 'AND', () => this.#not()));
  }

  #list(kind: 'and' | 'or', word: string, part: () => Condition): Condition {
    const first = part();
    if (!this.#reader.isNext(word)) return first;
    const parts = [first];
    while (this.#reader.take(word)) {
      this.#reader.countOperator();
      parts.push(part());
    }
    return { kind, parts };
  }

  #not(): Condition {
    const reader = this.#reader;
    if (reader.take('NOT')) {
      reader.countOperator();
      return { kind: 'not', part: this.#not() };
    }
    if (!reader.isNext('(')) return this.#function() ?? this.#comparison(this.#operand());
    return this.#parenthesis();
  }

  /** Either a condition in parentheses, or an operand in parentheses with a comparison behind it. */
  #parenthesis(): Condition {
    const reader = this.#reader;
    reader.expect('(');
    if (reader.isNext('(') && this.#closesTwice()) throw reader.error('The expression has redundant parentheses;');
    if (this.#operandAhead()) {
      const left = this.#operand();
      reader.expect(')');
      return this.#comparison(left);
    }
    const inner = this.#or();
    reader.expect(')');
    return inner;
  }

  /** Whether the parenthesis after this one ends just before this one does: ((…)). */
  #closesTwice(): boolean {
    let depth = 0;
    for (let ahead = 0; this.#reader.peek(ahead).kind !== 'end'; ahead += 1) {
      const { text } = this.#reader.peek(ahead);
      if (text === '(') depth += 1;
      else if (text === ')') depth -= 1;
      if (depth === 0) return this.#reader.peek(ahead + 1).text === ')';
    }
    return false;
  }

  /** Whether what follows is `path)` or `:value)`. */
  #operandAhead(): boolean {
    for (let ahead = 0; ; ahead += 1) {
      const { kind, text } = this.#reader.peek(ahead);
      if (kind === 'symbol') {
        if (text === ')') return ahead > 0;
        if (text !== '.' && text !== '[' && text !== ']') return false;
      } else if (kind === 'end' || (ahead > 0 && kind === 'name' && this.#reader.peek(ahead - 1).text !== '.'))
        return false;
    }
  }

  #function(): Condition | undefined {
    const reader = this.#reader;
    const token = reader.peek();
    if (token.kind !== 'name' || reader.peek(1).text !== '(' || token.text === 'size') return undefined;
    if (!Object.hasOwn(functions, token.text)) {
      if (token.text !== 'if_not_exists' && token.text !== 'list_append')
        throw reader.error(`Invalid function name; function: ${token.text}`);
      const kind =
        reader.what === 'FilterExpression'
          ? 'filter'
          : reader.what === 'KeyConditionExpression'
            ? 'key condition'
            : 'condition';
      throw reader.error(`The function is not allowed in a ${kind} expression; function: ${token.text}`);
    }
    reader.next();
    const operands = this.#operands();
    reader.countOperator();
    checkFunction(token.text, operands, (sentence) => reader.error(sentence));
    return { kind: 'function', name: token.text, operands };
  }

  #operands(): Operand[] {
    this.#reader.expect('(');
    const operands = [this.#operand()];
    while (this.#reader.take(',')) operands.push(this.#operand());
    this.#reader.expect(')');
    return operands;
  }

  #comparison(left: Operand): Condition {
    const reader = this.#reader;
    const fail = (sentence: string): Error => reader.error(sentence);
    if (reader.take('BETWEEN')) {
      const low = this.#operand();
      reader.expect('AND');
      const high = this.#operand();
      reader.countOperator();
      checkDistinct('BETWEEN', left, [low, high], fail);
      checkBetween(low, high, fail);
      return { kind: 'between', value: left, low, high };
    }
    if (reader.take('IN')) {
      const list = this.#operands();
      reader.countOperator();
      if (list.length > 100)
        throw fail(
          `Incorrect number of operands for operator or function; operator or function: IN, number of operands: ${list.length}`,
        );
      checkDistinct('IN', left, list, fail);
      return { kind: 'in', value: left, list };
    }
    const operator = reader.peek().text;
    if (!comparators.includes(operator)) throw reader.syntaxError();
    reader.next();
    const right = this.#operand();
    reader.countOperator();
    checkDistinct(operator, left, [right], fail);
    return { kind: 'compare', operator: operator as Comparator, left, right };
  }

  #operand(): Operand {
    const reader = this.#reader;
    const token = reader.peek();
    if (token.kind === 'value')
      return { kind: 'value', value: this.#placeholders.value(reader.next().text, reader.what) };
    if (reader.isNext('(')) {
      reader.next();
      const inner = this.#operand();
      reader.expect(')');
      return inner;
    }
    if (token.kind === 'name' && reader.peek(1).text === '(') return this.#size();
    return { kind: 'path', path: readPath(reader, this.#placeholders) };
  }

  #size(): Operand {
    const reader = this.#reader;
    const name = reader.next().text;
    if (name !== 'size') {
      if (!Object.hasOwn(functions, name)) throw reader.error(`Invalid function name; function: ${name}`);
      throw reader.error(`The function is not allowed to be used this way in an expression; function: ${name}`);
    }
    const operands = this.#operands();
    const [operand] = operands;
    if (operands.length !== 1) {
      throw reader.error(
        `Incorrect number of operands for operator or function; operator or function: size, number of operands: ${operands.length}`,
      );
    }
    if (operand?.kind !== 'path')
      throw reader.error('Operator or function requires a document path; operator or function: size');
    reader.countOperator();
    return { kind: 'size', path: operand.path };
  }
}
