import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { ChunkedBody } from './chunked-body.ts';
import { requestHead } from './request-head.ts';
import { BadResponse, parseHead, type ResponseHead } from './response-head.ts';

/** What is told of an exchange as it goes, in this order; after `onEnd`, `onError` or `onUpgrade` nothing more. */
export interface ExchangeHandler {
  onHead(status: number, headers: Record<string, string | string[]>): void;
  /** False: wait until `resume`. */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  onError(error: Error): void;
  /** The server goes on with WebSocket: the connection is the caller's now, paused. */
  onUpgrade(headers: Record<string, string | string[]>, socket: Socket): void;
}

export interface Sending {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Readable | Buffer | undefined;
  upgrade: boolean;
  /** Of silence, on the machine's clock. */
  timeoutMs: number;
  /** The connection takes no other request after this one. */
  last?: boolean;
}

export interface ConnectionOwner {
  elapsed(): number;
  /** The exchange is over and the connection can take another. */
  onFree(connection: Connection): void;
  onClosed(connection: Connection): void;
  /** Whether an exchange that came to this end is tried elsewhere; then its handler hears nothing of it. */
  repeats(connection: Connection, error: Error): boolean;
}

const longestHead = 64 * 1024;
const nothing: Buffer = Buffer.alloc(0);

/** One kept connection to a server: one exchange at a time, over HTTP/1.1. */
export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  #exchange: ExchangeHandler | undefined;
  #method = '';
  #head: ResponseHead | undefined;
  #left = 0;
  #chunked: ChunkedBody | undefined;
  /** The beginning of a head that has not ended yet. */
  #begun: Buffer = nothing;
  #sent = true;
  #last = false;
  #lastMs = 0;
  #timeoutMs = 0;
  #keepMs = 60_000;
  /** How many exchanges it has had; stands for the one under way. */
  uses = 0;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#lastMs = owner.elapsed();
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#close(error));
    socket.on('close', () => this.#close(Object.assign(new Error('the server closed'), { code: 'ECONNRESET' })));
  }

  /** When it is to be ended for its silence, on the machine's clock: an exchange that waits, or a rest that was long. */
  get deadlineMs(): number {
    return this.#lastMs + (this.#exchange ? this.#timeoutMs : this.#keepMs);
  }

  get heardNothing(): boolean {
    return this.#head === undefined && this.#begun.length === 0;
  }

  send(request: Sending, exchange: ExchangeHandler): number {
    const { body, method } = request;
    const stream = body !== undefined && !Buffer.isBuffer(body);
    const chunked = stream && request.headers['content-length'] === undefined;
    const head = requestHead(request, chunked);
    this.uses += 1;
    this.#exchange = exchange;
    this.#method = method;
    this.#last = request.last === true;
    this.#timeoutMs = request.timeoutMs;
    this.#lastMs = this.#owner.elapsed();
    this.#head = undefined;
    this.#sent = !stream;
    this.#socket.write(head, 'latin1');
    if (Buffer.isBuffer(body) && body.length > 0) this.#socket.write(body);
    else if (stream) this.#sendBody(body, chunked);
    return this.uses;
  }

  resume(use: number): void {
    if (use === this.uses) this.#socket.resume();
  }

  /** Ends the exchange of that number, if it is under way. */
  abort(error: Error, use: number): void {
    if (use === this.uses && this.#exchange) this.#fail(error);
  }

  destroy(error: Error): void {
    this.#fail(error);
  }

  expire(): void {
    if (this.#exchange) this.#fail(Object.assign(new Error('the server was silent'), { code: 'ETIMEDOUT' }));
    else this.#socket.destroy();
  }

  #sendBody(body: Readable, chunked: boolean): void {
    const socket = this.#socket;
    const exchange = this.#exchange;
    const stillThis = (): boolean => this.#exchange === exchange;
    body.on('data', (chunk: Buffer) => {
      if (!stillThis()) return;
      this.#lastMs = this.#owner.elapsed();
      if (chunked) socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
      let open = socket.write(chunk);
      if (chunked) open = socket.write('\r\n', 'latin1');
      if (open) return;
      body.pause();
      socket.once('drain', () => body.resume());
    });
    body.once('end', () => {
      if (!stillThis()) return;
      if (chunked) socket.write('0\r\n\r\n', 'latin1');
      this.#sent = true;
    });
    body.once('error', (error) => {
      if (stillThis()) this.#fail(error);
    });
    body.once('close', () => {
      if (stillThis() && !this.#sent) this.#fail(new Error('the client has gone'));
    });
  }

  #read(chunk: Buffer): void {
    this.#lastMs = this.#owner.elapsed();
    let rest = chunk;
    try {
      while (rest.length > 0 && !this.#socket.destroyed) {
        // Nobody asked: what it is cannot be known, and the next answer would be taken for it.
        if (!this.#exchange) return void this.#socket.destroy();
        rest = this.#head ? this.#readBody(this.#head, rest) : this.#readHead(rest);
      }
    } catch (error) {
      if (!(error instanceof BadResponse)) throw error;
      this.#fail(error);
    }
  }

  #readHead(chunk: Buffer): Buffer {
    const input = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const end = input.indexOf('\r\n\r\n');
    if (end > longestHead || (end === -1 && input.length > longestHead)) throw new BadResponse('a head is too long');
    if (end === -1) {
      this.#begun = input;
      return nothing;
    }
    this.#begun = nothing;
    const rest = input.subarray(end + 4);
    const head = parseHead(input.toString('latin1', 0, end), this.#method);
    const exchange = this.#exchange;
    if (!exchange) return rest;
    if (head.status === 101) {
      this.#release(rest);
      exchange.onUpgrade(head.headers, this.#socket);
      return nothing;
    }
    // Informational answers come before the one that counts (RFC 9110 §15.2).
    if (head.status < 200) return rest;
    this.#head = head;
    this.#left = head.framing.kind === 'length' ? head.framing.bytes : 0;
    this.#chunked = head.framing.kind === 'chunked' ? new ChunkedBody() : undefined;
    exchange.onHead(head.status, head.headers);
    if (head.framing.kind === 'none') this.#finish(rest);
    return rest;
  }

  #readBody(head: ResponseHead, chunk: Buffer): Buffer {
    if (this.#chunked) {
      const rest = chunk.subarray(this.#chunked.read(chunk, (part) => this.#give(part)));
      if (this.#chunked.isDone) this.#finish(rest);
      return rest;
    }
    if (head.framing.kind === 'close') {
      this.#give(chunk);
      return nothing;
    }
    const part = chunk.length <= this.#left ? chunk : chunk.subarray(0, this.#left);
    this.#left -= part.length;
    this.#give(part);
    const rest = chunk.subarray(part.length);
    if (this.#left === 0) this.#finish(rest);
    return rest;
  }

  #give(part: Buffer): void {
    if (this.#exchange?.onData(part) === false) this.#socket.pause();
  }

  #finish(rest: Buffer): void {
    const exchange = this.#exchange;
    const head = this.#head;
    if (!exchange || !head) return;
    this.#exchange = undefined;
    this.#head = undefined;
    this.#socket.resume();
    // What else it sent would be taken for the next answer, and a body of ours that is not through for the next request.
    if (!head.keepAlive || this.#last || !this.#sent || rest.length > 0) this.#socket.destroy();
    else {
      // A second before the server's own limit, so that a request does not meet its end.
      const { keepAliveSeconds: seconds } = head;
      this.#keepMs = seconds === undefined ? 60_000 : Math.min(60_000, Math.max(0, seconds * 1000 - 1000));
      this.#owner.onFree(this);
    }
    exchange.onEnd();
  }

  /** The connection is somebody else's from here. */
  #release(rest: Buffer): void {
    this.#exchange = undefined;
    this.#socket.pause();
    for (const event of ['data', 'end', 'error', 'close'] as const) this.#socket.removeAllListeners(event);
    this.#socket.on('error', () => this.#socket.destroy());
    if (rest.length > 0) this.#socket.unshift(rest);
    this.#owner.onClosed(this);
  }

  #ended(): void {
    if (this.#head?.framing.kind === 'close') this.#finishByClose();
    else this.#close(Object.assign(new Error('the server closed'), { code: 'ECONNRESET' }));
    this.#socket.destroy();
  }

  #finishByClose(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onEnd();
  }

  #fail(error: Error): void {
    this.#close(error);
    this.#socket.destroy();
  }

  #close(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    const repeated = exchange !== undefined && this.#owner.repeats(this, error);
    this.#owner.onClosed(this);
    if (!repeated) exchange?.onError(error);
  }
}
