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
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Readable | Buffer | string | undefined;
}

/** One hop's way of answering. It notes its decisions on `hop` and gives a child hop to whatever it asks. */
export type DataPlane = (request: HttpRequest, hop: Hop) => Promise<HttpResponse>;

/** Reads a body whole, refusing more than `limit` bytes with BodyTooLarge. */
export async function readBody(body: HttpRequest['body'], limit: number): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) {
    if (body.length > limit) throw new BodyTooLarge(limit);
    return body;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > limit) throw new BodyTooLarge(limit);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

export class BodyTooLarge extends Error {
  readonly limit: number;

  constructor(limit: number) {
    super(`The body is larger than ${limit} bytes`);
    this.limit = limit;
  }
}
