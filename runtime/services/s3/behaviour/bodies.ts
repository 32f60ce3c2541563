import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { Checksum } from './checksums.ts';

/** A body as written: where it is, and what was computed on the way. */
export interface WrittenBody {
  size: number;
  /** Lower-case hexadecimal. */
  md5: string;
  file: string | null;
  inline: Uint8Array | null;
  /** By algorithm, base64. */
  checksums: Record<string, string>;
}

export interface BodyReference {
  file: string | null;
  inline: Uint8Array | null;
  size: number;
}

/** Small bodies live in their row: a file costs more than it saves below some pages of the database. */
const inlineLimit = 16 * 1024;
/** One PUT takes at most 5 GB ("Uploading objects"). */
const largest = 5 * 1024 ** 3;

export const bodies = defineEngine('s3.bodies', (kernel) => new Bodies(kernel));

export class Bodies {
  readonly #kernel: Kernel;
  readonly #folder: string;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = kernel.store.folder('s3');
  }

  /** Reads a body to its end and keeps it. A body that fails half-way leaves nothing. */
  async write(body: Readable | Buffer | string | undefined, algorithms: string[]): Promise<WrittenBody> {
    const md5 = createHash('md5');
    const sums = algorithms.map((algorithm) => new Checksum(algorithm));
    const digest = (chunk: Uint8Array): void => {
      md5.update(chunk);
      for (const sum of sums) sum.update(chunk);
    };
    const head: Buffer[] = [];
    let size = 0;
    const iterator = chunksOf(body)[Symbol.asyncIterator]();
    let next = await iterator.next();
    while (!next.done && size + next.value.length <= inlineLimit) {
      digest(next.value);
      head.push(next.value);
      size += next.value.length;
      next = await iterator.next();
    }
    if (next.done) return { size, file: null, inline: Buffer.concat(head), ...finish(md5, sums) };
    const rest = restOf(head, next.value, iterator, (chunk) => {
      size += chunk.length;
      if (size > largest) throw s3Error('EntityTooLarge');
      digest(chunk);
    });
    const file = await this.#keep(rest);
    return { size, file, inline: null, ...finish(md5, sums) };
  }

  /** `start` and `end` as in a Range header, both included. */
  read(body: BodyReference, range?: { start: number; end: number }): Readable | Buffer {
    if (body.inline) {
      const bytes = Buffer.from(body.inline.buffer, body.inline.byteOffset, body.inline.byteLength);
      return range ? bytes.subarray(range.start, range.end + 1) : bytes;
    }
    if (!body.file) return Buffer.alloc(0);
    return createReadStream(this.#path(body.file), { highWaterMark: 512 * 1024, ...range });
  }

  /** Joins bodies into one, e.g. a multipart upload's parts. */
  async join(parts: BodyReference[]): Promise<{ file: string | null; inline: Uint8Array | null; size: number }> {
    const read = this.read.bind(this);
    async function* all(): AsyncGenerator<Buffer> {
      for (const part of parts) {
        const body = read(part);
        if (Buffer.isBuffer(body)) yield body;
        else for await (const chunk of body) yield chunk as Buffer;
      }
    }
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return { file: await this.#keep(all()), inline: null, size };
  }

  /** Once the commit that forgets it is on disk. */
  removeLater(body: Pick<BodyReference, 'file'>): void {
    const { file } = body;
    if (!file) return;
    this.#kernel.clock.track(
      this.#kernel.store
        .durable()
        .then(() => unlink(this.#path(file)))
        .catch(() => undefined),
    );
  }

  /** Files that no row knows: bodies whose put was cut off. */
  sweep(known: Set<string>): void {
    for (const folder of readdirSync(this.#folder)) {
      for (const name of readdirSync(join(this.#folder, folder))) {
        if (!known.has(`${folder}/${name}`)) rmSync(join(this.#folder, folder, name), { force: true });
      }
    }
  }

  async #keep(chunks: AsyncIterable<Buffer>): Promise<string> {
    const id = this.#kernel.ids.hex(32);
    const file = `${id.slice(0, 2)}/${id}`;
    const folder = join(this.#folder, id.slice(0, 2));
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    const temporary = `${this.#path(file)}.part`;
    try {
      await pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: 1024 * 1024 }), createWriteStream(temporary, { highWaterMark: 1024 * 1024 }));
      await rename(temporary, this.#path(file));
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw diskProblem(error);
    }
    return file;
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }
}

function diskProblem(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return s3Error('InternalError', {}, 'The disk is full: free some space on the volume of the data folder and try again.');
}

function finish(md5: ReturnType<typeof createHash>, sums: Checksum[]): { md5: string; checksums: Record<string, string> } {
  return { md5: md5.digest('hex'), checksums: Object.fromEntries(sums.map((sum) => [sum.algorithm, sum.digest()])) };
}

async function* chunksOf(body: Readable | Buffer | string | undefined): AsyncGenerator<Buffer> {
  if (body === undefined) return;
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  else for await (const chunk of body) yield chunk as Buffer;
}

async function* restOf(head: Buffer[], first: Buffer, rest: AsyncIterator<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  yield* head;
  see(first);
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    see(next.value);
    yield next.value;
  }
}
