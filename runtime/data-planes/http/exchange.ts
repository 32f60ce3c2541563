import type { HttpRequest } from '../../kernel/http.ts';

export type { DataPlane, HttpRequest, HttpResponse } from '../../kernel/http.ts';

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
