import { validationError } from '../../errors.ts';

/** A metric math expression, read ("Using math expressions with CloudWatch metrics", User Guide). */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  /** The id of another query. */
  | { kind: 'reference'; id: string }
  /** A word such as REPEAT or DESC. */
  | { kind: 'word'; value: string }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'negative'; of: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'call'; name: string; of: Expression[] };

/** From the loosest to the closest binding; `^` is read apart, since it binds to the right. */
const levels: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
];

/** Nesting beyond this is refused; no person writes it. */
const deepest = 100;

export function parseExpression(text: string): Expression {
  const parser = new Parser(text, tokensOf(text));
  return parser.whole();
}

function tokensOf(text: string): string[] {
  const token =
    /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(\|\||&&|==|!=|<=|>=|[-+*/^()[\],<>]))/y;
  const tokens: string[] = [];
  while (text.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw problem(text, `unexpected character at ${at + 1}`);
    const quoted = match[3] ?? match[4];
    tokens.push(quoted === undefined ? match[0].trim() : `"${quoted}`);
  }
  return tokens;
}

export function problem(expression: string, why: string): Error {
  return validationError(`Error in expression '${expression}': ${why}`);
}

class Parser {
  readonly #text: string;
  readonly #tokens: string[];
  #at = 0;
  #depth = 0;

  constructor(text: string, tokens: string[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#level(0);
    if (this.#at < this.#tokens.length) throw problem(this.#text, `unexpected ${this.#tokens[this.#at]}`);
    return expression;
  }

  #level(index: number): Expression {
    const operators = levels[index];
    if (!operators) return this.#power();
    let left = this.#level(index + 1);
    for (let operator = this.#next(); operator !== undefined && operators.includes(operator); operator = this.#next()) {
      this.#at += 1;
      left = {
        kind: 'binary',
        operator: operator === 'OR' ? '||' : operator === 'AND' ? '&&' : operator,
        left,
        right: this.#level(index + 1),
      };
    }
    return left;
  }

  #power(): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw problem(this.#text, 'it is nested too deeply');
    const base = this.#accept('-') ? ({ kind: 'negative', of: this.#power() } as const) : this.#primary();
    const whole = this.#accept('^')
      ? ({ kind: 'binary', operator: '^', left: base, right: this.#power() } as const)
      : base;
    this.#depth -= 1;
    return whole;
  }

  #primary(): Expression {
    const token = this.#next();
    if (token === undefined) throw problem(this.#text, 'it ends too early');
    this.#at += 1;
    if (token === '(') {
      const inner = this.#level(0);
      this.#expect(')');
      return inner;
    }
    if (token === '[') return { kind: 'list', items: this.#list(']') };
    if (token.startsWith('"')) return { kind: 'text', value: token.slice(1) };
    if (/^[\d.]/.test(token)) return { kind: 'number', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token)) throw problem(this.#text, `unexpected ${token}`);
    if (this.#accept('(')) return { kind: 'call', name: token.toUpperCase(), of: this.#list(')') };
    return /^[a-z]/.test(token) ? { kind: 'reference', id: token } : { kind: 'word', value: token };
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    if (this.#accept(end)) return items;
    do items.push(this.#level(0));
    while (this.#accept(','));
    this.#expect(end);
    return items;
  }

  #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw problem(this.#text, `expected ${token}`);
  }
}
