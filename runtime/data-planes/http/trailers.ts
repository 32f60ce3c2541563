import type { Readable } from 'node:stream';

/** Trailing headers that follow a streamed body, known when it has been read to its end. */
const trailersByBody = new WeakMap<Readable, Promise<Record<string, string>>>();

export function setTrailers(body: Readable, trailers: Promise<Record<string, string>>): void {
  trailersByBody.set(body, trailers);
}

/** Lower-case names. Undefined for a body that has none. */
export function trailersOf(body: Readable): Promise<Record<string, string>> | undefined {
  return trailersByBody.get(body);
}
