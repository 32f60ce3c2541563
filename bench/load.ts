import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Server } from './server.ts';

export interface WireCall {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

/** Sends one request and gives its body; fails on a status of 400 or more, so that no refusal is measured as work. */
export type Send = (call: WireCall) => Promise<Buffer>;

/** What one caller does again and again. */
export type Work = (send: Send, turn: number) => Promise<unknown>;

export interface Measure {
  calls: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the server, per call. */
  cpuUs: number;
}

export interface LoadOptions {
  callers: number;
  durationMs: number;
  /** Ends sooner after so many. */
  calls?: number;
}

export class Driver {
  readonly #server: Server;
  readonly #pool: Pool;
  readonly send: Send;

  constructor(server: Server, url = server.url) {
    this.#server = server;
    this.#pool = new Pool(url, { connections: 32, pipelining: 1 });
    this.send = async ({ method, path, headers, body }) => {
      const response = await this.#pool.request({ method, path, headers, body: body ?? null });
      const bytes = Buffer.from(await response.body.arrayBuffer());
      if (response.statusCode >= 400) {
        throw new Error(`${server.name} ${method} ${path}: ${response.statusCode} ${bytes.toString().slice(0, 300)}`);
      }
      return bytes;
    };
  }

  /** Several callers at once, each waiting for its answer before it asks again. */
  async load(work: Work, { callers, durationMs, calls = Infinity }: LoadOptions): Promise<Measure> {
    const latencies: number[] = [];
    let turn = 0;
    const cpu = this.#server.cpuMs();
    const started = performance.now();
    const end = started + durationMs;
    const caller = async (): Promise<void> => {
      while (turn < calls && performance.now() < end) {
        turn += 1;
        const asked = performance.now();
        await work(this.send, turn);
        latencies.push(performance.now() - asked);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    const tookMs = performance.now() - started;
    return summary(latencies, { tookMs, cpuMs: this.#server.cpuMs() - cpu });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

export function summary(latencies: number[], spent: { tookMs: number; cpuMs: number }): Measure {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const calls = sorted.length;
  return {
    calls,
    perSecond: (calls / spent.tookMs) * 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuUs: (spent.cpuMs / calls) * 1000,
  };
}

/** Two rounds as one: shares are weighed by calls, the worse tail stands. */
export function together(rounds: Measure[]): Measure {
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0);
  const weighed = (of: (round: Measure) => number): number =>
    rounds.reduce((sum, round) => sum + of(round) * round.calls, 0) / calls;
  return {
    calls,
    perSecond: weighed((round) => round.perSecond),
    p50Ms: weighed((round) => round.p50Ms),
    p99Ms: Math.max(...rounds.map((round) => round.p99Ms)),
    cpuUs: weighed((round) => round.cpuUs),
  };
}
