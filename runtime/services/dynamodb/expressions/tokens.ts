import { validation } from '../errors.ts';

export interface Token {
  kind: 'name' | 'placeholder' | 'value' | 'number' | 'symbol' | 'end';
  text: string;
}

const pattern = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>(),.[\]+-]))/y;

/** Words and signs of an expression. `what` names it in the refusal: ConditionExpression, UpdateExpression … */
export function tokenize(text: string, what: string): Token[] {
  if (text.trim() === '') throw validation(`Invalid ${what}: The expression can not be empty;`);
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.trimEnd().length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) {
      const rest = text.slice(start).trimStart();
      throw validation(`Invalid ${what}: Syntax error; token: "${rest[0]}", near: "${rest.slice(0, 20)}"`);
    }
    const [, name, placeholder, value, number, symbol] = match;
    const kind = name ? 'name' : placeholder ? 'placeholder' : value ? 'value' : number ? 'number' : 'symbol';
    tokens.push({ kind, text: name ?? placeholder ?? value ?? number ?? symbol ?? '' });
  }
  tokens.push({ kind: 'end', text: '<EOF>' });
  return tokens;
}

/** Reads tokens one after the other. */
export class TokenReader {
  readonly #tokens: Token[];
  readonly #what: string;
  #at = 0;

  constructor(text: string, what: string) {
    this.#tokens = tokenize(text, what);
    this.#what = what;
  }

  get what(): string {
    return this.#what;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] ?? { kind: 'end', text: '<EOF>' };
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the keyword or symbol if it is next; keywords in any case. */
  take(text: string): boolean {
    const token = this.peek();
    const same =
      token.kind === 'symbol' ? token.text === text : token.kind === 'name' && token.text.toUpperCase() === text;
    if (same) this.#at += 1;
    return same;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.syntaxError();
  }

  syntaxError(): Error {
    const token = this.peek();
    const near = this.#tokens
      .slice(Math.max(0, this.#at - 1), this.#at + 2)
      .map((one) => (one.kind === 'end' ? '' : one.text))
      .join(' ')
      .trim();
    return validation(
      `Invalid ${this.#what}: Syntax error; token: ${token.kind === 'end' ? '<EOF>' : `"${token.text}"`}, near: "${near}"`,
    );
  }
}
