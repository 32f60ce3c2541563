import type { Readable } from 'node:stream';
import type { Hop } from '../../kernel/events/hop.ts';

/** A user's request as every data plane sees it; hops hand it on as a function call, not over sockets. */
export interface HttpRequest {
  method: string;
  /** Path and query as sent, still encoded: /menu?page=2 */
  url: string;
  /** Without port, lower case. */
  host: string;
  /** Lower-case names; repeated headers joined as HTTP allows, cookies with `; `. */
  headers: Record<string, string>;
  /** Read at most once. A Buffer when it is known to be small or has been read. */
  body: Readable | Buffer | undefined;
  client: { ip: string; port: number; secure: boolean; httpVersion: string };
  /** Aborted when the client has gone. Made when first read: most requests nobody waits for. */
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Readable | Buffer | string | undefined;
}

/** One hop's way of answering. It notes its decisions on `hop` and gives a child hop to whatever it asks. */
export type DataPlane = (request: HttpRequest, hop: Hop) => Promise<HttpResponse>;

/**
 * Reads a body whole, refusing more than `limit` bytes with BodyTooLarge and a body that breaks off with BodyCutOff. The
 * stream is left as it is when it is too large, so that the refusal can still be answered. Listens for events: iterating
 * over the stream takes several times as long.
 */
export function readBody(body: HttpRequest['body'], limit: number): Promise<Buffer> {
  if (body === undefined) return Promise.resolve(nothing);
  if (Buffer.isBuffer(body))
    return body.length > limit ? Promise.reject(new BodyTooLarge(limit)) : Promise.resolve(body);
  return new Promise((resolve, reject) => {
    if (body.destroyed) return reject(body.errored ?? new BodyCutOff());
    const chunks: Buffer[] = [];
    let size = 0;
    let settled = false;
    const fail = (error: Error): void => {
      settled = true;
      reject(error);
    };
    body.on('data', (chunk: Buffer) => {
      if (settled) return;
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      body.pause();
      fail(new BodyTooLarge(limit));
    });
    body.once('end', () => {
      settled = true;
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    });
    body.on('error', (error: NodeJS.ErrnoException) => fail(error.code === 'ECONNRESET' ? new BodyCutOff() : error));
    body.once('close', () => {
      if (!settled) fail(new BodyCutOff());
    });
  });
}

const nothing = Buffer.alloc(0);

export class BodyTooLarge extends Error {
  readonly limit: number;

  constructor(limit: number) {
    super(`The body is larger than ${limit} bytes`);
    this.limit = limit;
  }
}

/** The client has gone before it had sent the whole body. */
export class BodyCutOff extends Error {
  constructor() {
    super('The body broke off before its end');
  }
}
