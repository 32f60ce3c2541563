import type { Ids } from '../../kernel/ids.ts';

const length = 54;
const batch = 128;

/** X-Amz-Cf-Id of every answer: 56 characters that end in `==`. Drawn in batches, for a hit costs little more than this. */
export class RequestIds {
  readonly #ids: Ids;
  #pool = '';
  #at = 0;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  next(): string {
    if (this.#at >= this.#pool.length) {
      this.#pool = this.#ids.secret(length * batch);
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += length;
    return `${this.#pool.slice(start, start + length)}==`;
  }
}
