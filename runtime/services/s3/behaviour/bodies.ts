import { closeSync, copyFileSync, linkSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { diskTrouble } from '../../../kernel/store/disk-trouble.ts';
import { s3Error } from '../errors.ts';
import { BodyEncoder, type Digests } from './body-file.ts';
import { BodyWriter } from './body-writer.ts';
import type { ByteRange } from './conditions.ts';
import { counterAt, IV_BYTES } from './counter-mode.ts';
import { type FilePiece, FileStream } from './file-stream.ts';

/** Where a body is. Large ones are in files; `file` names one, or several with their sizes, which are read in turn. */
export interface BodyReference {
  file: string | null;
  inline: Uint8Array | null;
  /** Of the plain bytes. */
  size: number;
}

export type WrittenBody = BodyReference & Digests;

export interface WriteOptions {
  /** Checksum algorithms beside MD5. */
  algorithms: string[];
  /** AES-256 key to encrypt with. */
  key?: Buffer | undefined;
  /** What the sender said the body has at most; a small one is taken without the cost of an iterator. */
  length?: number | undefined;
  /** In a file even when small: parts, which files are made of. */
  asFile?: boolean;
}

export type BodySource = Readable | Uint8Array | string | undefined;

/** Small bodies live in their row: a file costs more than it saves below some pages of the database. */
const inlineLimit = 16 * 1024;
/** Up to here a body is held and hashed at once; beyond, a worker takes it chunk by chunk. */
const heldLimit = 512 * 1024;
/** Up to here reading a file at once is cheaper than a stream. */
const readLimit = 128 * 1024;
/** One PUT takes at most 5 GB ("Uploading objects"). */
const largest = 5 * 1024 ** 3;

export const bodies = defineEngine('s3.bodies', (kernel) => new Bodies(kernel));

export class Bodies {
  readonly #kernel: Kernel;
  readonly #folder: string;
  readonly #writer = new BodyWriter();
  /** Blocks of memory that large bodies are read through. */
  readonly #blocks: Buffer[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = kernel.store.folder('s3');
  }

  /** Reads a body to its end and keeps it. A body that fails half-way leaves nothing. */
  async write(source: BodySource, options: WriteOptions): Promise<WrittenBody> {
    if (source instanceof Readable && (options.length ?? Number.POSITIVE_INFINITY) <= heldLimit) {
      const parts = await collect(source);
      return this.#writeHeld(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), options);
    }
    const head: Uint8Array[] = [];
    let size = 0;
    const chunks = chunksOf(source)[Symbol.asyncIterator]();
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      head.push(next.value);
      size += next.value.length;
      if (size > heldLimit) return this.#writeLong(joined(head, chunks), options);
    }
    return this.#writeHeld(head.length === 1 && head[0] ? head[0] : Buffer.concat(head), options);
  }

  /** `range` counts plain bytes, both ends included. The stream must be read or destroyed. */
  read(
    body: BodyReference,
    options: { range?: ByteRange | undefined; key?: Buffer | undefined } = {},
  ): Readable | Buffer {
    const { start, end } = options.range ?? { start: 0, end: body.size - 1 };
    if (end < start) return Buffer.alloc(0);
    if (body.inline) return decrypted(body.inline, start, end, options.key);
    const pieces = piecesOf(filesOf(body), start, end).map((piece) => ({ ...piece, path: this.#path(piece.file) }));
    const [only] = pieces;
    if (only && pieces.length === 1 && end - start < readLimit) return readAtOnce(only, options.key);
    if (!options.key) return new FileStream(pieces, this.#blocks);
    return Readable.from(decryptedPieces(pieces, options.key, this.#blocks), {
      objectMode: false,
      highWaterMark: 1024 * 1024,
    });
  }

  /** The same bytes once more, for a copy: another name for the same file, where the disk can. */
  copy(body: BodyReference): BodyReference {
    const files = filesOf(body).map(({ file, size }) => ({ file: this.#duplicate(file), size }));
    return { ...body, file: files.length === 0 ? null : referenceTo(files) };
  }

  /** Bodies one after another as one, without moving a byte. */
  join(parts: BodyReference[]): BodyReference {
    const files = parts.flatMap(filesOf);
    return {
      file: files.length === 0 ? null : referenceTo(files),
      inline: null,
      size: parts.reduce((sum, part) => sum + part.size, 0),
    };
  }

  /** Once the commit that forgets it is on disk. */
  removeLater(body: Pick<BodyReference, 'file' | 'size'>): void {
    const files = filesOf(body);
    if (files.length === 0) return;
    const removal = this.#kernel.store
      .durable()
      .then(() => Promise.allSettled(files.map(({ file }) => unlink(this.#path(file)))));
    this.#kernel.clock.track(removal.catch(() => undefined));
  }

  /** Removes files that no row knows: bodies whose put was cut off. */
  sweep(known: Iterable<{ file: string }>): void {
    const wanted = new Set<string>();
    for (const { file } of known) for (const one of filesOf({ file, size: 0 })) wanted.add(one.file);
    for (const folder of readdirSync(this.#folder, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      for (const name of readdirSync(join(this.#folder, folder.name))) {
        if (!wanted.has(`${folder.name}/${name}`)) rmSync(join(this.#folder, folder.name, name), { force: true });
      }
    }
  }

  stop(): Promise<void> {
    return this.#writer.stop();
  }

  async #writeHeld(bytes: Uint8Array, { algorithms, key, asFile }: WriteOptions): Promise<WrittenBody> {
    const iv = key && this.#newVector();
    const encoder = new BodyEncoder({ algorithms, cipher: key && iv ? { key, iv } : undefined });
    const encoded = encoder.encode(bytes);
    const kept = iv ? Buffer.concat([iv, encoded]) : encoded;
    const digests = encoder.digests();
    if (bytes.length <= inlineLimit && !asFile) return { ...digests, file: null, inline: kept };
    const file = await this.#keep((path) => writeFile(path, kept, { flag: 'wx' }));
    return { ...digests, file: file.name, inline: null };
  }

  async #writeLong(chunks: AsyncIterable<Uint8Array>, { algorithms, key }: WriteOptions): Promise<WrittenBody> {
    const cipher = key ? { key, iv: this.#newVector() } : undefined;
    const file = await this.#keep((path) => this.#writer.write(path, chunks, { algorithms, cipher }));
    return { ...file.result, file: file.name, inline: null };
  }

  /** Under its name only when it is whole. */
  async #keep<T>(write: (path: string) => Promise<T>): Promise<{ name: string; result: T }> {
    const name = this.#newName();
    const temporary = `${this.#path(name)}.part`;
    try {
      const result = await write(temporary);
      await rename(temporary, this.#path(name));
      return { name, result };
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw diskProblem(this.#kernel.store.dataDir, error);
    }
  }

  #newName(): string {
    const id = this.#kernel.ids.hex(32);
    mkdirSync(join(this.#folder, id.slice(0, 2)), { recursive: true });
    return `${id.slice(0, 2)}/${id}`;
  }

  #newVector(): Buffer {
    return Buffer.from(this.#kernel.ids.hex(IV_BYTES * 2), 'hex');
  }

  #duplicate(file: string): string {
    const name = this.#newName();
    try {
      linkSync(this.#path(file), this.#path(name));
    } catch {
      copyFileSync(this.#path(file), this.#path(name));
    }
    return name;
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }
}

interface FileReference {
  file: string;
  size: number;
}

/** `name`, or `name,size name,size …` for a body in several files. */
function filesOf({ file, size }: Pick<BodyReference, 'file' | 'size'>): FileReference[] {
  if (!file) return [];
  return file.split(' ').map((text) => {
    const [name = '', own] = text.split(',');
    return { file: name, size: own === undefined ? size : Number(own) };
  });
}

function referenceTo(files: FileReference[]): string {
  return files.length === 1 ? (files[0]?.file ?? '') : files.map(({ file, size }) => `${file},${size}`).join(' ');
}

/** Which bytes of which file a range of the body is in. */
function piecesOf(files: FileReference[], start: number, end: number): { file: string; start: number; end: number }[] {
  let from = 0;
  return files.flatMap(({ file, size }) => {
    const piece = { file, start: Math.max(start - from, 0), end: Math.min(end - from, size - 1) };
    from += size;
    return piece.start > piece.end ? [] : [piece];
  });
}

function readAtOnce({ path, start, end }: FilePiece, key: Buffer | undefined): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(end - start + 1);
    readSync(descriptor, bytes, 0, bytes.length, key ? start + IV_BYTES : start);
    return key ? counterAt(key, vectorOf(descriptor), start).update(bytes) : bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** Every file begins with the vector it was encrypted with. */
async function* decryptedPieces(pieces: FilePiece[], key: Buffer, blocks: Buffer[]): AsyncGenerator<Buffer> {
  for (const { path, start, end } of pieces) {
    const descriptor = openSync(path, 'r');
    const decipher = counterAt(key, vectorOf(descriptor), start);
    closeSync(descriptor);
    const sealed = new FileStream([{ path, start: start + IV_BYTES, end: end + IV_BYTES }], blocks);
    for await (const chunk of sealed) yield decipher.update(chunk as Buffer);
  }
}

function vectorOf(descriptor: number): Buffer {
  const iv = Buffer.alloc(IV_BYTES);
  readSync(descriptor, iv, 0, IV_BYTES, 0);
  return iv;
}

function decrypted(inline: Uint8Array, start: number, end: number, key: Buffer | undefined): Buffer {
  const bytes = Buffer.from(inline.buffer, inline.byteOffset, inline.byteLength);
  if (!key) return start === 0 && end === bytes.length - 1 ? bytes : bytes.subarray(start, end + 1);
  return counterAt(key, bytes.subarray(0, IV_BYTES), start).update(
    bytes.subarray(IV_BYTES + start, IV_BYTES + end + 1),
  );
}

function diskProblem(dataDir: string, error: unknown): unknown {
  const trouble = diskTrouble(dataDir, error);
  return trouble ? s3Error('InternalError', {}, trouble.message) : error;
}

async function* chunksOf(body: BodySource): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (typeof body === 'string') return yield Buffer.from(body);
  if (body instanceof Uint8Array) return yield body;
  try {
    for await (const chunk of body) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
  } catch (error) {
    throw brokenOff(error);
  }
}

function collect(body: Readable): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    body.on('data', (chunk: Uint8Array | string) =>
      chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk),
    );
    body.once('end', () => resolve(chunks));
    body.once('error', (error) => reject(brokenOff(error)));
    body.once('close', () => {
      if (!body.readableEnded) reject(brokenOff(undefined));
    });
  });
}

/** A refusal stays what it is; else the client went away, or its connection did. */
function brokenOff(error: unknown): Error {
  if (error instanceof AwsError) return error;
  return s3Error(
    'RequestTimeout',
    {},
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  );
}

async function* joined(head: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  const within = (chunk: Uint8Array): Uint8Array => {
    size += chunk.length;
    if (size > largest) throw s3Error('EntityTooLarge', { ProposedSize: size, MaxSizeAllowed: largest });
    return chunk;
  };
  for (const chunk of head) yield within(chunk);
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield within(next.value);
}
