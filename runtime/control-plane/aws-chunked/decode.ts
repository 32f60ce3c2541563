import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTrailers } from '../../data-planes/http/trailers.ts';
import { AwsError } from '../../kernel/errors.ts';

export type StreamingMode =
  | 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  | 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'
  | 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

export interface AwsChunkedOptions {
  mode: StreamingMode;
  /** Bytes the client says are in the chunks; NaN when it did not say. */
  decodedLength: number;
  /** Given when the request was signed with credentials Orrery issued: chunk and trailer signatures are verified. */
  signing?: ChunkSigning;
}

export interface ChunkSigning {
  key: KeyObject | Buffer;
  scope: string;
  timestamp: string;
  seedSignature: string;
}

/** Unwraps a body sent in signed chunks ("Signature calculations … multiple chunks", Amazon S3 API Reference). */
export function decodeAwsChunked(
  source: Readable,
  options: AwsChunkedOptions,
): { body: Readable; trailers: Promise<Record<string, string>> } {
  let settle: (trailers: Record<string, string>) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const trailers = new Promise<Record<string, string>>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  trailers.catch(() => undefined);
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      settle(yield* decode(new ByteReader(source), options));
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  const body = Readable.from(chunks(), { objectMode: false });
  setTrailers(body, trailers);
  return { body, trailers };
}

async function* decode(reader: ByteReader, options: AwsChunkedOptions): AsyncGenerator<Buffer, Record<string, string>> {
  const { signing } = options;
  const verified = signing !== undefined && options.mode !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  let previous = signing?.seedSignature ?? '';
  let total = 0;
  for (;;) {
    const [size = '', ...extensions] = (await reader.line()).split(';');
    if (!/^[0-9a-f]{1,12}$/i.test(size)) throw incomplete();
    const length = Number.parseInt(size, 16);
    if (verified) {
      // Nothing of a chunk is handed on before its signature has been seen to be right.
      const data = await reader.bytes(length);
      const signature = extensions.find((extension) => extension.startsWith('chunk-signature='))?.slice(16) ?? '';
      previous = verifyChunk(signing, previous, data, signature);
      if (length > 0) yield data;
    } else yield* reader.pieces(length);
    if (length === 0) break;
    if ((await reader.line()) !== '') throw incomplete();
    total += length;
  }
  if (!Number.isNaN(options.decodedLength) && total !== options.decodedLength) throw incomplete();
  return readTrailers(reader, options, previous);
}

async function readTrailers(
  reader: ByteReader,
  options: AwsChunkedOptions,
  previous: string,
): Promise<Record<string, string>> {
  const trailers: Record<string, string> = {};
  let signature: string | undefined;
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon === -1)
      throw new AwsError(
        'MalformedTrailerError',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      );
    const name = line.slice(0, colon).trim().toLowerCase();
    if (name === 'x-amz-trailer-signature') signature = line.slice(colon + 1).trim();
    else trailers[name] = line.slice(colon + 1).trim();
  }
  if (options.signing && options.mode === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER')
    verifyTrailers(options.signing, previous, trailers, signature);
  return trailers;
}

const emptyHash = createHash('sha256').digest('hex');

function verifyChunk(signing: ChunkSigning, previous: string, data: Buffer, given: string): string {
  const hash = createHash('sha256').update(data).digest('hex');
  const text = ['AWS4-HMAC-SHA256-PAYLOAD', signing.timestamp, signing.scope, previous, emptyHash, hash].join('\n');
  return check(signing.key, text, given);
}

function verifyTrailers(
  signing: ChunkSigning,
  previous: string,
  trailers: Record<string, string>,
  given: string | undefined,
): void {
  const canonical = Object.entries(trailers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const hash = createHash('sha256').update(canonical).digest('hex');
  check(
    signing.key,
    ['AWS4-HMAC-SHA256-TRAILER', signing.timestamp, signing.scope, previous, hash].join('\n'),
    given ?? '',
  );
}

function check(key: ChunkSigning['key'], text: string, given: string): string {
  const expected = createHmac('sha256', key).update(text).digest('hex');
  if (expected === given) return expected;
  throw new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      status: 403,
    },
  );
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
}

/** Lines and byte runs out of a stream. A chunk of AWS's clients has at most a few megabytes. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffered: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: Readable) {
    this.#source = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Up to CRLF, which is left out; the empty string at the end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#buffered.indexOf('\r\n');
      if (end !== -1) {
        const text = this.#buffered.subarray(0, end).toString('latin1');
        this.#buffered = this.#buffered.subarray(end + 2);
        return text;
      }
      if (this.#buffered.length > 16_384) throw incomplete();
      if (!(await this.#more())) {
        const rest = this.#buffered.toString('latin1');
        this.#buffered = Buffer.alloc(0);
        return rest;
      }
    }
  }

  async bytes(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.pieces(length)) parts.push(part);
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  /** So many bytes in the pieces they come in. */
  async *pieces(length: number): AsyncGenerator<Buffer> {
    let missing = length;
    while (missing > 0) {
      if (this.#buffered.length === 0 && !(await this.#more())) throw incomplete();
      const part = this.#buffered.subarray(0, missing);
      missing -= part.length;
      this.#buffered = this.#buffered.subarray(part.length);
      yield part;
    }
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#source.next();
    if (next.done) {
      this.#ended = true;
      return false;
    }
    this.#buffered = this.#buffered.length === 0 ? next.value : Buffer.concat([this.#buffered, next.value]);
    return true;
  }
}
