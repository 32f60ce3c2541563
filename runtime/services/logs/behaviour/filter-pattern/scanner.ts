import { invalidParameter } from '../../errors.ts';

/** Reads a pattern from left to right, white space between its parts passed over. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skip();
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The groups of a sticky expression (flag `y`) that matches here, or undefined and nothing is read. */
  take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#text);
    if (!match) return undefined;
    this.#at = expression.lastIndex;
    this.#skip();
    return match;
  }

  /** Whether this text comes next; read when it does. */
  accept(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    this.#skip();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.failure(`expected ${text}`);
  }

  failure(why: string): Error {
    return invalidParameter(`Invalid filter pattern: ${why} at character ${this.#at + 1}.`);
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }
}
