import type { Readable } from 'node:stream';
import type { HttpRequest } from '../http/exchange.ts';

/** "Oversize web request components": what is looked at of headers and of cookies. */
const mapLimits = { bytes: 8192, count: 200 };

export type Pair = readonly [name: string, value: string];

export interface Pairs {
  pairs: readonly Pair[];
  oversize: boolean;
}

/**
 * A request as rules see it: parts are taken apart when a rule first asks for them, and kept for the next. Texts are
 * binary, one character a byte, which is how Node gives headers.
 */
export class InspectedRequest {
  readonly raw: HttpRequest;
  readonly path: string;
  readonly query: string;
  /** The first bytes, up to the limit. Set by `readBody` before rules that look at bodies run. */
  body = '';
  bodyOversize = false;
  readonly labels = new Set<string>();
  readonly #transformed = new Map<string, readonly string[]>();
  #arguments: readonly Pair[] | undefined;
  #cookies: Pairs | undefined;
  #headers: Pairs | undefined;
  #json: { value: unknown } | undefined | null = null;

  constructor(raw: HttpRequest) {
    this.raw = raw;
    const mark = raw.url.indexOf('?');
    this.path = mark === -1 ? raw.url : raw.url.slice(0, mark);
    this.query = mark === -1 ? '' : raw.url.slice(mark + 1);
  }

  get ip(): string {
    return this.raw.client.ip;
  }

  /** Still encoded; transformations decode. */
  get arguments(): readonly Pair[] {
    this.#arguments ??= pairsOf(this.query, '&');
    return this.#arguments;
  }

  get cookies(): Pairs {
    this.#cookies ??= limited(cookiePairs(this.raw.headers.cookie ?? ''));
    return this.#cookies;
  }

  get headers(): Pairs {
    this.#headers ??= limited(Object.entries(this.raw.headers));
    return this.#headers;
  }

  /** Undefined: the body is not JSON. A body that is longer than the limit is read as far as it goes. */
  get json(): { value: unknown } | undefined {
    if (this.#json === null) this.#json = parsed(this.body);
    return this.#json;
  }

  /** The same texts are often asked for with the same transformations by several rules. */
  remember(key: string, make: () => readonly string[]): readonly string[] {
    let texts = this.#transformed.get(key);
    if (texts === undefined) {
      texts = make();
      this.#transformed.set(key, texts);
    }
    return texts;
  }
}

/** `a=1&b` as names and values; limited so that no query costs more than its bytes. */
function pairsOf(text: string, separator: string): Pair[] {
  if (text === '') return [];
  return text.split(separator).map((part): Pair => {
    const equals = part.indexOf('=');
    return equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
  });
}

function cookiePairs(header: string): Pair[] {
  return pairsOf(header, ';').map(([name, value]): Pair => [name.trim(), value.trim()]);
}

function limited(pairs: Pair[]): Pairs {
  let bytes = 0;
  for (const [index, [name, value]] of pairs.entries()) {
    bytes += name.length + value.length;
    if (index >= mapLimits.count || bytes > mapLimits.bytes) return { pairs: pairs.slice(0, index), oversize: true };
  }
  return { pairs, oversize: false };
}

function parsed(body: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(body, 'latin1').toString('utf8')) };
  } catch {
    return undefined;
  }
}

/**
 * Takes the first `limit` bytes of the body for inspection and leaves the request with its whole body: as a Buffer where
 * all of it was read, else as the stream with what was taken put back in front.
 */
export async function readBody(request: InspectedRequest, limit: number): Promise<void> {
  const { raw } = request;
  if (raw.body === undefined) return;
  if (!Buffer.isBuffer(raw.body)) {
    const whole = await peek(raw.body, limit);
    if (whole.ended) raw.body = whole.bytes;
    request.bodyOversize = whole.bytes.length > limit;
    request.body = whole.bytes.toString('latin1', 0, limit);
    return;
  }
  request.bodyOversize = raw.body.length > limit;
  request.body = raw.body.toString('latin1', 0, limit);
}

/** Rejects when the client goes away, as reading the body would. */
function peek(stream: Readable, limit: number): Promise<{ bytes: Buffer; ended: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (ended: boolean): void => {
      stream.off('readable', read);
      stream.off('end', end);
      stream.off('error', fail);
      stream.off('close', cut);
      const bytes = Buffer.concat(chunks, size);
      if (!ended) stream.unshift(bytes);
      resolve({ bytes, ended });
    };
    const read = (): void => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > limit) return void settle(false);
      }
    };
    const end = (): void => settle(true);
    const fail = (error: Error): void => reject(error);
    const cut = (): void => reject(new Error('the body broke off while the firewall read it'));
    stream.on('readable', read);
    stream.once('end', end);
    stream.once('error', fail);
    stream.once('close', cut);
  });
}
