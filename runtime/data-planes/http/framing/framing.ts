import type { Socket } from 'node:net';
import type { DataPlane, HttpRequest } from '../exchange.ts';
import { classifyHead, compliant, type Framing } from './classify.ts';
import { plainHead } from './plain-head.ts';
import { readRawHead } from './raw-head.ts';

export type { Framing, FramingClass } from './classify.ts';

/**
 * Requests that servers could read differently, and what was found in them before they were made plain. Only a data plane that
 * judges them itself gets them (a load balancer, by its desync mitigation mode); everywhere else they are 400.
 */
const found = new WeakMap<HttpRequest, Framing>();
const awaited = new WeakMap<object, Framing>();
const judges = new WeakSet<DataPlane>();

export function framingOf(request: HttpRequest): Framing | undefined {
  return found.get(request);
}

export function judgesFraming(plane: DataPlane): boolean {
  return judges.has(plane);
}

/** Says that the data plane looks at `framingOf` what it is given. */
export function judgingFraming(plane: DataPlane): DataPlane {
  judges.add(plane);
  return plane;
}

/**
 * A head (without its empty line) that servers could read differently, made plain, for the connection's next request; undefined
 * for one that is plain already and for what is no request.
 */
export function madePlain(socket: Socket, head: string): string | undefined {
  const raw = readRawHead(head);
  if (!raw) return undefined;
  const framing = classifyHead(raw);
  if (framing === compliant) return undefined;
  awaited.set(socket, framing);
  return plainHead(raw, { last: framing.class === 'Ambiguous' || framing.class === 'Severe' });
}

/** The request that was awaited on this connection has been read. */
export function bringFraming(socket: object, request: HttpRequest): void {
  const framing = awaited.get(socket);
  if (!framing) return;
  awaited.delete(socket);
  found.set(request, framing);
}
