import type { Readable } from 'node:stream';
import { s3Error } from '../errors.ts';

export interface Form {
  /** Names in lower case. */
  fields: Map<string, string>;
  file: { name: string; contentType: string | undefined; body: AsyncIterable<Buffer> };
}

/** "Creating an HTML form": the fields before the file may have 20 KB; those after it are passed over. */
const fieldLimit = 20 * 1024;

/** Reads a multipart/form-data body up to its file, whose bytes stream on. */
export async function readForm(contentType: string, source: Readable | Buffer): Promise<Form> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const delimiter = boundary?.[1] ?? boundary?.[2];
  if (!delimiter) throw s3Error('MalformedPOSTRequest');
  const reader = new PartReader(source, `--${delimiter}`);
  const fields = new Map<string, string>();
  let size = 0;
  await reader.skipPreamble();
  for (;;) {
    const headers = await reader.headers();
    if (!headers)
      throw s3Error(
        'InvalidArgument',
        { ArgumentName: 'file', ArgumentValue: 0 },
        'POST requires exactly one file upload per request.',
      );
    const name = (/[;\s]name="([^"]*)"/i.exec(headers['content-disposition'] ?? '')?.[1] ?? '').toLowerCase();
    if (name === 'file') {
      const given = /filename="([^"]*)"/i.exec(headers['content-disposition'] ?? '')?.[1] ?? '';
      return {
        fields,
        file: { name: given.split(/[/\\]/).at(-1) ?? '', contentType: headers['content-type'], body: reader.body() },
      };
    }
    const parts: Buffer[] = [];
    for await (const chunk of reader.body()) {
      size += chunk.length;
      if (size > fieldLimit)
        throw s3Error(
          'MaxPostPreDataLengthExceededError',
          {},
          'Your POST request fields preceding the upload file were too large.',
        );
      parts.push(chunk);
    }
    fields.set(name, Buffer.concat(parts).toString());
  }
}

/** Splits a body at its delimiter without holding more than one chunk. */
class PartReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  #buffered: Buffer = Buffer.alloc(0);

  constructor(source: Readable | Buffer, delimiter: string) {
    this.#source = (Buffer.isBuffer(source) ? once(source) : source)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#delimiter = Buffer.from(`\r\n${delimiter}`);
    this.#buffered = Buffer.from('\r\n');
  }

  async skipPreamble(): Promise<void> {
    for await (const _chunk of this.body());
  }

  /** Those of the next part; undefined behind the last. */
  async headers(): Promise<Record<string, string> | undefined> {
    const headers: Record<string, string> = {};
    if ((await this.#line()).startsWith('--')) return undefined;
    for (let line = await this.#line(); line !== ''; line = await this.#line()) {
      const colon = line.indexOf(':');
      if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
    return headers;
  }

  async *body(): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#buffered.indexOf(this.#delimiter);
      if (end !== -1) {
        if (end > 0) yield this.#buffered.subarray(0, end);
        this.#buffered = this.#buffered.subarray(end + this.#delimiter.length);
        return;
      }
      // The delimiter may have begun at the end of what is here.
      const safe = this.#buffered.length - this.#delimiter.length + 1;
      if (safe > 0) {
        yield this.#buffered.subarray(0, safe);
        this.#buffered = this.#buffered.subarray(safe);
      }
      await this.#more();
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#buffered.indexOf('\r\n');
      if (end !== -1) {
        const line = this.#buffered.subarray(0, end).toString('utf8');
        this.#buffered = this.#buffered.subarray(end + 2);
        return line;
      }
      if (this.#buffered.length >= 2 && this.#buffered.toString('latin1', 0, 2) === '--') return '--';
      if (this.#buffered.length > 8192) throw s3Error('MalformedPOSTRequest');
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) throw s3Error('MalformedPOSTRequest');
    this.#buffered = this.#buffered.length === 0 ? next.value : Buffer.concat([this.#buffered, next.value]);
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
