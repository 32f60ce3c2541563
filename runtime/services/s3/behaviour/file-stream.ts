import { close, closeSync, openSync, readSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { ServerResponse } from '../../../data-planes/http/node-http.ts';

/** Bytes of one file, both ends included. */
export interface FilePiece {
  path: string;
  start: number;
  end: number;
}

const blockBytes = 256 * 1024;
/** Blocks kept for the next reader; more are left to the garbage collector. */
const keptBlocks = 16;
/** Files opened at once; those of a body in many parts are opened as it is read. */
const openAhead = 16;

/**
 * Files read one after another. Written to an HTTP response it hands the same few blocks of memory round instead of filling
 * new ones, which halves the work of sending a large body; read in any other way it is a stream like every other.
 */
export class FileStream extends Readable {
  readonly #pieces: FilePiece[];
  readonly #descriptors: (number | undefined)[];
  readonly #blocks: Buffer[];
  #piece = 0;
  #begun = false;
  #position: number;

  /** `blocks`: the runtime's blocks that are free. The first files are opened now: they may be deleted before they are read. */
  constructor(pieces: FilePiece[], blocks: Buffer[]) {
    super({ highWaterMark: blockBytes });
    this.#pieces = pieces;
    this.#blocks = blocks;
    this.#position = pieces[0]?.start ?? 0;
    this.#descriptors = pieces.slice(0, openAhead).map(({ path }) => openSync(path, 'r'));
  }

  override _read(): void {
    this.#begun = true;
    try {
      const block = Buffer.allocUnsafeSlow(blockBytes);
      const length = this.#fill(block);
      this.push(length === 0 ? null : block.subarray(0, length));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    for (const descriptor of this.#descriptors.splice(0))
      if (descriptor !== undefined) close(descriptor, () => undefined);
    done(error);
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    // Somebody else who reads along needs blocks that nobody fills again.
    if (!(destination instanceof ServerResponse) || this.#begun || this.listenerCount('data') > 0)
      return super.pipe(destination, options);
    this.#pour(destination).then(
      () => {
        if (options?.end !== false) destination.end();
        this.push(null);
        this.resume();
      },
      (error: Error) => this.destroy(error),
    );
    return destination;
  }

  async #pour(response: Writable): Promise<void> {
    const block = this.#blocks.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
    for (let length = this.#fill(block); length > 0 && !this.destroyed; length = this.#fill(block)) {
      // A response calls back when the kernel has the bytes; only then may the block be filled again.
      await new Promise<void>((resolve, reject) =>
        response.write(block.subarray(0, length), (error) => (error ? reject(error) : resolve())),
      );
    }
    if (this.#blocks.length < keptBlocks) this.#blocks.push(block);
  }

  /** Bytes read into the block; 0 at the end. From the page cache a read takes less than handing it to another thread. */
  #fill(block: Buffer): number {
    for (let piece = this.#pieces[this.#piece]; piece; piece = this.#pieces[this.#piece]) {
      const wanted = Math.min(block.length, piece.end - this.#position + 1);
      if (wanted > 0) {
        const descriptor = this.#descriptors[this.#piece] ?? openSync(piece.path, 'r');
        this.#descriptors[this.#piece] = descriptor;
        const length = readSync(descriptor, block, 0, wanted, this.#position);
        if (length === 0) throw new Error(`${piece.path} is shorter than its object`);
        this.#position += length;
        return length;
      }
      this.#next();
    }
    return 0;
  }

  #next(): void {
    const descriptor = this.#descriptors[this.#piece];
    if (descriptor !== undefined) closeSync(descriptor);
    this.#descriptors[this.#piece] = undefined;
    this.#piece += 1;
    this.#position = this.#pieces[this.#piece]?.start ?? 0;
  }
}
