import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../kernel/clock/clock.ts';
import { Connection, type ExchangeHandler, type Sending } from './connection.ts';

export type { ExchangeHandler, Sending } from './connection.ts';

export interface UpstreamOptions {
  clock: Clock;
  /** For timers' names. */
  name: string;
  dial(): Promise<Socket>;
  mostConnections: number;
}

/** One exchange under way, to be ended or gone on with. */
export interface Sent {
  resume(): void;
  /** Ends it with this error, told to the handler; nothing when it is over. */
  abort(error: Error): void;
}

interface Waiting {
  request: Sending;
  handler: ExchangeHandler;
  sent: Handle;
}

const mostWaiting = 10_000;

/**
 * The kept connections to one server, used over and over. A client of its own and not a library's: with undici a hop cost
 * 3.4 to 4.1 times a bare request, reading and writing HTTP/1.1 straight from and to sockets 2.4 to 3.1 (bench/README.md).
 */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #connections = new Set<Connection>();
  /** The one that rested least is used first. */
  readonly #free: Connection[] = [];
  readonly #waiting: Waiting[] = [];
  #dialing = 0;
  #watch: Timer | undefined;
  #watchedMs = Number.POSITIVE_INFINITY;
  /** Exchanges on kept connections that may be tried again. */
  readonly #repeatable = new Map<Connection, Waiting>();
  #stopped = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  send(request: Sending, handler: ExchangeHandler): Sent {
    const sent = new Handle();
    const connection = this.#free.pop();
    if (connection) this.#start(connection, { request, handler, sent });
    else this.#queue({ request, handler, sent });
    return sent;
  }

  stop(): void {
    this.#stopped = true;
    this.#watch?.cancel();
    const error = Object.assign(new Error('the target is gone'), { code: 'ECONNRESET' });
    for (const { handler } of this.#waiting.splice(0)) handler.onError(error);
    for (const connection of [...this.#connections]) connection.destroy(error);
  }

  #queue(waiting: Waiting): void {
    const { sent, handler } = waiting;
    if (this.#stopped || this.#waiting.length >= mostWaiting) {
      queueMicrotask(() => handler.onError(Object.assign(new Error('too many requests wait'), { code: 'EAGAIN' })));
      return;
    }
    this.#waiting.push(waiting);
    sent.onAbort = (error) => {
      const at = this.#waiting.indexOf(waiting);
      if (at === -1) return;
      this.#waiting.splice(at, 1);
      handler.onError(error);
    };
    this.#dialForWaiting();
  }

  #dial(): void {
    this.#dialing += 1;
    this.#options.dial().then(
      (socket) => {
        this.#dialing -= 1;
        if (this.#stopped) return void socket.destroy();
        const connection: Connection = new Connection(socket, {
          elapsed: () => this.#options.clock.elapsed(),
          onFree: (one) => this.#freed(one),
          onClosed: (one) => this.#closed(one),
          repeats: (one, error) => this.#repeats(one, error),
        });
        this.#connections.add(connection);
        this.#freed(connection);
      },
      (error: Error) => {
        this.#dialing -= 1;
        this.#waiting.shift()?.handler.onError(error);
        this.#dialForWaiting();
      },
    );
  }

  #start(connection: Connection, waiting: Waiting): void {
    const { request, handler, sent } = waiting;
    if (connection.uses > 0 && request.body === undefined && safe.has(request.method))
      this.#repeatable.set(connection, waiting);
    try {
      sent.connection = connection;
      sent.use = connection.send(request, handler);
    } catch (error) {
      this.#freed(connection);
      queueMicrotask(() => handler.onError(error as Error));
    }
    this.#keepWatch(connection.deadlineMs);
  }

  /** A kept connection may end just when it is used again; what changes nothing is then asked once more on another. */
  #repeats(connection: Connection, { code }: Error & { code?: unknown }): boolean {
    const waiting = this.#repeatable.get(connection);
    const lost = (code === 'ECONNRESET' || code === 'EPIPE') && connection.heardNothing;
    if (!waiting || !lost || waiting.sent.isAborted || this.#stopped) return false;
    waiting.sent.connection = undefined;
    this.#queue(waiting);
    return true;
  }

  #freed(connection: Connection): void {
    this.#repeatable.delete(connection);
    const next = this.#waiting.shift();
    if (next) this.#start(connection, next);
    else {
      this.#free.push(connection);
      this.#keepWatch(connection.deadlineMs);
    }
  }

  #closed(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#repeatable.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at !== -1) this.#free.splice(at, 1);
    this.#dialForWaiting();
  }

  #dialForWaiting(): void {
    const room = this.#connections.size + this.#dialing < this.#options.mostConnections;
    if (room && this.#waiting.length > this.#dialing) this.#dial();
  }

  /** One timer for all connections, set to the first of their limits. */
  #keepWatch(deadlineMs: number): void {
    if (deadlineMs >= this.#watchedMs || this.#stopped) return;
    const { clock, name } = this.#options;
    this.#watch?.cancel();
    this.#watchedMs = deadlineMs;
    const look = (): void => {
      this.#watchedMs = Number.POSITIVE_INFINITY;
      const nowMs = clock.elapsed();
      let next = Number.POSITIVE_INFINITY;
      for (const connection of [...this.#connections]) {
        if (connection.deadlineMs <= nowMs) connection.expire();
        else next = Math.min(next, connection.deadlineMs);
      }
      this.#keepWatch(next);
    };
    const delayMs = Math.max(deadlineMs - clock.elapsed(), 1);
    this.#watch = clock.after(delayMs, `connections to ${name}`, look, { basis: 'elapsed' });
  }
}

class Handle implements Sent {
  connection: Connection | undefined;
  onAbort: ((error: Error) => void) | undefined;
  use = 0;
  isAborted = false;

  resume(): void {
    this.connection?.resume(this.use);
  }

  abort(error: Error): void {
    this.isAborted = true;
    if (this.connection) this.connection.abort(error, this.use);
    else this.onAbort?.(error);
  }
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);
