import type { Socket } from 'node:net';
import type { Timer } from '../../kernel/clock/clock.ts';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';

/**
 * What one source may have at the edge's ports at a time. Shield Standard sheds floods on AWS before they reach a resource, by
 * limits it does not tell; these are ours. They are far above what a browser, a load test or another load balancer does on one
 * machine, and below what would take the runtime's descriptors and memory away from everybody else.
 */
export interface FloodLimits {
  connections: number;
  /** Of them, those that have not said yet what they want: a head that has begun, a TLS handshake. */
  unfinished: number;
  requestsPerSecond: number;
  /** From a head's first byte to its last. */
  headMs: number;
  /** Of all sources; when they are taken, only who has few still gets one. */
  allConnections: number;
  few: number;
}

export const floodLimits: FloodLimits = {
  connections: 2000,
  unfinished: 500,
  requestsPerSecond: 25_000,
  headMs: 10_000,
  allConnections: 8000,
  few: 50,
};

/** What a flood is made of, in the words of the metric dimension AttackVector ("Shield Advanced metrics"). */
export type FloodVector = 'SYNFlood' | 'RequestFlood';

declare module '../../kernel/events/events.ts' {
  interface EventTypes {
    /** A source was refused at the edge; told once a second, with how often. */
    'flood.shed': {
      timeMs: number;
      source: string;
      vector: FloodVector;
      /** Connections or requests refused in that second. */
      shed: number;
      /** Those let in beside. */
      admitted: number;
      /** The name they were for; undefined where none was said before they were refused. */
      host: string | undefined;
    };
  }
}

interface Source {
  ip: string;
  connections: number;
  unfinished: number;
  /** Of the second that began at `secondMs` of the machine's clock. */
  requests: number;
  secondMs: number;
}

interface Shed {
  source: string;
  vector: FloodVector;
  host: string | undefined;
  shed: number;
}

const mostTold = 1000;

/** Keeps one source's flood from taking what the others need: the ports of users' traffic ask it before anything else. */
export const floodGuard = defineEngine('flood-guard', (kernel) => new FloodGuard(kernel));

export class FloodGuard {
  readonly #kernel: Kernel;
  /** Only those that have a connection: as many as there are connections. */
  readonly #sources = new Map<string, Source>();
  #connections = 0;
  readonly #shed = new Map<string, Shed>();
  #telling: Timer | undefined;
  limits = floodLimits;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Whether the connection may stay; it is destroyed where not. */
  admit(socket: Socket): boolean {
    const ip = sourceOf(socket);
    const source = this.#sources.get(ip) ?? { ip, connections: 0, unfinished: 0, requests: 0, secondMs: 0 };
    const { connections, unfinished, allConnections, few } = this.limits;
    const crowded = this.#connections >= allConnections && source.connections >= few;
    if (source.connections >= connections || source.unfinished >= unfinished || crowded) {
      this.#refuse(source.ip, source.unfinished >= unfinished ? 'RequestFlood' : 'SYNFlood', undefined);
      socket.destroy();
      return false;
    }
    this.#sources.set(ip, source);
    source.connections += 1;
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
      source.connections -= 1;
      if (source.connections === 0) this.#sources.delete(ip);
    });
    return true;
  }

  /** A connection says only part of what it wants; ends with what is returned, or the connection ends at its limit. */
  waitFor(socket: Socket): () => void {
    const source = this.#sources.get(sourceOf(socket));
    if (!source) return () => undefined;
    source.unfinished += 1;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      source.unfinished -= 1;
      limit.cancel();
      socket.off('close', end);
    };
    const late = (): void => {
      this.#refuse(source.ip, 'RequestFlood', undefined);
      socket.destroy();
    };
    const limit = this.#kernel.clock.after(this.limits.headMs, 'a slow request head', late, { basis: 'elapsed' });
    socket.once('close', end);
    // Whoever has too many of them is not waited for at all.
    if (source.unfinished > this.limits.unfinished) late();
    return end;
  }

  /** Whether the source may ask once more in this second. */
  admitsRequest(ip: string, host: string): boolean {
    const source = this.#sources.get(ip);
    if (!source) return true;
    const nowMs = this.#kernel.clock.elapsed();
    if (nowMs - source.secondMs >= 1000) {
      source.secondMs = nowMs;
      source.requests = 0;
    }
    source.requests += 1;
    if (source.requests <= this.limits.requestsPerSecond) return true;
    this.#refuse(ip, 'RequestFlood', host);
    return false;
  }

  #refuse(source: string, vector: FloodVector, host: string | undefined): void {
    const key = `${source} ${vector} ${host ?? ''}`;
    const known = this.#shed.get(key);
    if (known) known.shed += 1;
    else if (this.#shed.size < mostTold) this.#shed.set(key, { source, vector, host, shed: 1 });
    this.#telling ??= this.#kernel.clock.after(1000, 'what was shed', () => this.#tell(), { basis: 'elapsed' });
  }

  #tell(): void {
    this.#telling = undefined;
    const timeMs = this.#kernel.clock.now();
    for (const { source, ...shed } of this.#shed.values()) {
      const admitted = this.#sources.get(source)?.connections ?? 0;
      this.#kernel.events.emit('flood.shed', { timeMs, source, admitted, ...shed });
    }
    this.#shed.clear();
  }
}

function sourceOf({ remoteAddress = '' }: Socket): string {
  return remoteAddress.replace(/^::ffff:/, '');
}
