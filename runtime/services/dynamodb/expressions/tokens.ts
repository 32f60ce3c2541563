import { validation } from '../errors.ts';

export interface Token {
  kind: 'name' | 'placeholder' | 'value' | 'number' | 'symbol' | 'end';
  text: string;
  start: number;
  end: number;
}

const pattern = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>(),.[\]+-]))/y;

/** "Service, account, and table quotas": expression length in bytes, operators of one expression. */
const longestExpression = 4096;
const mostOperators = 300;

/** Words and signs of an expression. `what` names it in the refusal: ConditionExpression, UpdateExpression … */
function tokenize(text: string, what: string): Token[] {
  if (text.trim() === '') throw validation(`Invalid ${what}: The expression can not be empty;`);
  const bytes = Buffer.byteLength(text);
  if (bytes > longestExpression) {
    throw validation(
      `Invalid ${what}: Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
  }
  const tokens: Token[] = [];
  const length = text.trimEnd().length;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw strangeSign(text, what, tokens, from);
    const [whole, name, placeholder, value, number, symbol] = match;
    const word = name ?? placeholder ?? value ?? number ?? symbol ?? '';
    const kind = name ? 'name' : placeholder ? 'placeholder' : value ? 'value' : number ? 'number' : 'symbol';
    tokens.push({ kind, text: word, start: from + whole.length - word.length, end: pattern.lastIndex });
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: length, end: length });
  return tokens;
}

function strangeSign(text: string, what: string, tokens: Token[], from: number): Error {
  const rest = text.slice(from).trimStart();
  const start = tokens.at(-1)?.start ?? from;
  const word = /^\S[A-Za-z0-9_]*/.exec(rest)?.[0] ?? rest;
  const near = text.slice(start, text.indexOf(word, from) + word.length);
  return validation(`Invalid ${what}: Syntax error; token: "${rest[0]}", near: "${near}"`);
}

/** Reads tokens one after the other. */
export class TokenReader {
  readonly what: string;
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;
  #operators = 0;

  constructor(text: string, what: string) {
    this.#text = text;
    this.#tokens = tokenize(text, what);
    this.what = what;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the keyword or symbol if it is next; keywords in any case. */
  take(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#at += 1;
    return true;
  }

  isNext(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' ? token.text === text : token.kind === 'name' && token.text.toUpperCase() === text;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.syntaxError();
  }

  /** "A maximum of 300 operators are allowed" in one expression. */
  countOperator(): void {
    this.#operators += 1;
    if (this.#operators > mostOperators)
      throw this.error(`The expression contains too many operators; operator count: ${this.#operators}`);
  }

  error(sentence: string): Error {
    return validation(`Invalid ${this.what}: ${sentence}`);
  }

  /** Names the token and shows it between its neighbours, as the service does. */
  syntaxError(): Error {
    const token = this.peek();
    const last = Math.min(this.#at, this.#tokens.length - 1);
    const first = this.#tokens[Math.max(0, token.kind === 'end' ? last - 2 : last - 1)] ?? token;
    const after = this.#tokens[Math.min(last + 1, this.#tokens.length - 1)] ?? token;
    const near = this.#text.slice(first.start, after.end).trim();
    return this.error(`Syntax error; token: "${token.text}", near: "${near}"`);
  }
}
