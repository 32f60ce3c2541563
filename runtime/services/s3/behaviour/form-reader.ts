import { Readable } from 'node:stream';
import { s3Error } from '../errors.ts';

/** A browser's form upload up to its file, which is the last field that counts ("POST Object"). */
export interface UploadForm {
  /** By name in lower case. */
  fields: Map<string, string>;
  fileName: string;
  fileType: string | undefined;
  /** The bytes of the file; must be read or destroyed. */
  file: Readable;
}

/** "POST Object": what comes before the file is at most 20 KB; a field's head is far less. */
const fieldsLimit = 20 * 1024;
const headLimit = 8 * 1024;

export async function readForm(body: Readable, contentType: string): Promise<UploadForm> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary) throw s3Error('MalformedPOSTRequest');
  const reader = new FormReader(body, boundary);
  const fields = new Map<string, string>();
  await reader.skipToFirst();
  for (;;) {
    const head = await reader.head();
    if (head === undefined) throw s3Error('InvalidArgument', { ArgumentName: 'file', ArgumentValue: '0' }, 'POST requires exactly one file upload per request.');
    if (head.name.toLowerCase() === 'file') {
      return { fields, fileName: head.fileName ?? '', fileType: head.type, file: Readable.from(reader.content(), { objectMode: false }) };
    }
    const value: Buffer[] = [];
    let size = 0;
    for await (const chunk of reader.content()) {
      size += chunk.length;
      if (size > fieldsLimit) throw s3Error('MaxPostPreDataLengthExceededError', {}, 'Your POST request fields preceding the upload file were too large.');
      value.push(chunk);
    }
    fields.set(head.name.toLowerCase(), Buffer.concat(value).toString('utf8'));
  }
}

interface FieldHead {
  name: string;
  fileName: string | undefined;
  type: string | undefined;
}

/** Parts of multipart/form-data (RFC 7578) out of a stream, without holding a part whole. */
class FormReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  #buffered: Buffer = Buffer.from('\r\n');

  constructor(body: Readable, boundary: string) {
    this.#chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  async skipToFirst(): Promise<void> {
    for await (const _preamble of this.content()) continue;
  }

  /** Undefined after the last part. */
  async head(): Promise<FieldHead | undefined> {
    while (this.#buffered.length < 2) await this.#more();
    if (this.#buffered.subarray(0, 2).toString() === '--') return undefined;
    for (;;) {
      const end = this.#buffered.indexOf('\r\n\r\n');
      if (end !== -1) {
        const text = this.#buffered.subarray(0, end).toString('utf8');
        this.#buffered = this.#buffered.subarray(end + 4);
        return headOf(text);
      }
      if (this.#buffered.length > headLimit) throw s3Error('MalformedPOSTRequest');
      await this.#more();
    }
  }

  /** Up to the next delimiter, which is passed over. */
  async *content(): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#buffered.indexOf(this.#delimiter);
      if (end !== -1) {
        if (end > 0) yield this.#buffered.subarray(0, end);
        this.#buffered = this.#buffered.subarray(end + this.#delimiter.length);
        return;
      }
      const sure = this.#buffered.length - this.#delimiter.length;
      if (sure > 0) {
        yield this.#buffered.subarray(0, sure);
        this.#buffered = this.#buffered.subarray(sure);
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done) throw s3Error('IncompleteBody');
    this.#buffered = this.#buffered.length === 0 ? next.value : Buffer.concat([this.#buffered, next.value]);
  }
}

function headOf(text: string): FieldHead {
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(text)?.[1] ?? '';
  const name = /[\s;]name="([^"]*)"/i.exec(` ${disposition}`)?.[1];
  if (name === undefined) throw s3Error('MalformedPOSTRequest');
  return {
    name,
    fileName: /filename="([^"]*)"/i.exec(disposition)?.[1],
    type: /^content-type:\s*(.*)$/im.exec(text)?.[1]?.trim(),
  };
}
