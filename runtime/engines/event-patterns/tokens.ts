import { InvalidEventPattern } from './invalid-event-pattern.ts';

export interface Token {
  kind: '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null';
  value: string;
  /** Offset that a complaint about this token names. */
  at: number;
}

/**
 * The tokens of a pattern's text one by one, each knowing where it is: AWS says line and column of what it refuses. It
 * counts as its parser reads: up to the end of a token, but of a text only its opening quote, and of a member's name up
 * to the value that follows.
 */
export class Tokens {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    try {
      JSON.parse(text);
    } catch {
      throw new InvalidEventPattern('Invalid JSON');
    }
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  next(): Token {
    const token = this.#tokens[this.#next];
    if (!token) throw this.wrong('Unexpected end-of-input');
    this.#next += 1;
    return token;
  }

  /** A complaint about the token read last. */
  wrong(reason: string): InvalidEventPattern {
    const before = this.#text.slice(0, this.#tokens[this.#next - 1]?.at ?? 0).split('\n');
    const shown = this.#text.slice(0, 500);
    const rest = this.#text.length > 500 ? `[truncated ${this.#text.length - 500} chars]` : '';
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new InvalidEventPattern(
      `${reason}\n at [Source: (String)"${shown}"${rest}; line: ${before.length}, column: ${column}]`,
    );
  }
}

/** The text is JSON, so that nothing needs checking here. */
function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(/[{}[\]]|"(?:[^"\\]|\\.)*"(\s*:)?|[^\s{}[\],:"]+/g)) {
    const [word, colon] = match;
    if (word.startsWith('"')) {
      const value = JSON.parse(colon === undefined ? word : word.slice(0, -colon.length)) as string;
      found.push({ kind: colon === undefined ? 'string' : 'name', value, at: match.index + 1 });
    } else {
      const kind = /^[-\d]/.test(word) ? 'number' : (word as Token['kind']);
      found.push({ kind, value: word, at: match.index + word.length });
    }
  }
  found.forEach((token, index) => {
    if (token.kind === 'name') token.at = found[index + 1]?.at ?? token.at;
  });
  return found;
}
