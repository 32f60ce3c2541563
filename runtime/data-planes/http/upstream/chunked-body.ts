import { BadResponse } from './response-head.ts';

const longestLine = 8 * 1024;

/** Takes a chunked body apart as it comes (RFC 9112 §7.1). Extensions and trailers are read over. */
export class ChunkedBody {
  /** Of the chunk under way. */
  #left = 0;
  #line = '';
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Gives what it found to `take`, and how many bytes of `input` belonged to the body. */
  read(input: Buffer, take: (chunk: Buffer) => void): number {
    let at = 0;
    while (at < input.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const part = input.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        if (this.#left === 0) this.#state = 'data-end';
        take(part);
        continue;
      }
      const end = input.indexOf(10, at);
      const stop = end === -1 ? input.length : end + 1;
      this.#line += input.toString('latin1', at, stop);
      at = stop;
      if (this.#line.length > longestLine) throw new BadResponse('a line of a chunked body is too long');
      if (end !== -1) this.#endLine();
    }
    return at;
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) throw new BadResponse('a line of a chunked body ends without CRLF');
    const text = line.slice(0, -2);
    if (this.#state === 'trailers') {
      if (text === '') this.#state = 'done';
      return;
    }
    if (this.#state === 'data-end') {
      if (text !== '') throw new BadResponse('a chunk is longer than it said');
      this.#state = 'size';
      return;
    }
    const size = /^([0-9a-f]{1,12})[ \t]*(;.*)?$/i.exec(text)?.[1];
    if (size === undefined) throw new BadResponse(`a chunk's size was ${JSON.stringify(text.slice(0, 40))}`);
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'data';
  }
}
