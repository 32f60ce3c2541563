import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Kernel } from '../../kernel/service.ts';
import type { FloodGuard } from '../shield/flood-guard.ts';
import type { HttpRequest, HttpResponse } from './exchange.ts';
import { madePlain } from './framing/framing.ts';
import { toNode } from './node-adapter.ts';
import { ServerResponse, statusTexts } from './node-http.ts';
import { readWhole, type WholeRequest } from './request-head.ts';
import { headOf, keepAliveSeconds } from './response-head.ts';
import { type Serve, tellProblem } from './serve.ts';
import { spokenOn } from './tls/spoken.ts';

/**
 * Takes the connections of a server that listens and serves what is plain over the socket itself: a request that came whole in
 * one piece, an answer that is in memory. By Node's own requests and responses such an exchange took 86 to 126 µs of CPU time,
 * so it takes 37 to 49 (bench/README.md). A connection that brings anything else (a body in pieces, chunks, an upgrade, requests
 * one behind the other, something wrong) is handed to the server with what it brought, and stays there. What is returned ends
 * the connections.
 */
export function serveDirectly(kernel: Kernel, server: Server, options: DirectOptions): () => void {
  const [toServer] = server.listeners('connection') as ((socket: Socket) => void)[];
  if (!toServer) throw new Error('the server takes no connections');
  server.removeAllListeners('connection');
  if (options.judgesFraming) refuseAsNode(server);
  const open = new Set<DirectConnection>();
  server.on('connection', (socket: Socket) => {
    if (options.admits && !options.admits(socket)) return;
    const connection = new DirectConnection(kernel, socket, {
      ...options,
      onLeave: () => open.delete(connection),
      handOver: (rest) => {
        toServer.call(server, socket);
        socket.unshift(rest);
      },
    });
    open.add(connection);
  });
  return () => {
    for (const connection of open) connection.destroy();
  };
}

/**
 * As Node does without a listener, but for what follows a request that said it was the last: it is not read, and the answer to
 * the last goes out.
 */
function refuseAsNode(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'HPE_CLOSED_CONNECTION') return;
    const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse };
    const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
    if (socket.writable && !response?.headersSent)
      socket.write(`HTTP/1.1 ${status} ${statusTexts[status]}\r\nConnection: close\r\n\r\n`);
    socket.destroy(error);
  });
}

export interface DirectOptions {
  serve: Serve;
  secure: boolean;
  /** For the report of a bug. */
  where: string;
  /** Makes plain what servers could read differently and says so (`framingOf`); else Node's parser refuses it. */
  judgesFraming?: boolean;
  /** Where users come in: who begins too much and ends nothing is not waited for. */
  guard?: FloodGuard;
  /** Whether a connection may stay; it has been destroyed where not. */
  admits?(socket: Socket): boolean;
}

interface Surroundings extends DirectOptions {
  /** It has closed, or is no longer ours. */
  onLeave(): void;
  handOver(rest: Buffer): void;
}

/** So much of an answer is put into one piece with its head, which costs the system half of what two pieces do. */
const smallBytes = 16 * 1024;
const longestHead = 32 * 1024;

class DirectConnection {
  readonly #kernel: Kernel;
  readonly #socket: Socket;
  readonly #around: Surroundings;
  readonly #client: HttpRequest['client'];
  #busy = false;
  #ended = false;
  /** What came while an answer was under way. */
  #waiting: Buffer | undefined;
  /** The beginning of a head. */
  #begun: Buffer | undefined;
  #headEnded: (() => void) | undefined;
  #abort: AbortController | undefined;
  #host = '';
  #hostName = '';

  constructor(kernel: Kernel, socket: Socket, around: Surroundings) {
    this.#kernel = kernel;
    this.#socket = socket;
    this.#around = around;
    this.#client = {
      ip: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      port: socket.remotePort ?? 0,
      secure: around.secure,
      httpVersion: '1.1',
      tls: spokenOn(socket),
    };
    // A flow from another load balancer is no socket, and ends with that one's.
    socket.setTimeout?.(keepAliveSeconds * 1000);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    socket.on('drain', this.#onDrain);
    socket.on('timeout', this.#onTimeout);
    socket.on('error', this.#onError);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (piece: Buffer): void => {
    if (!this.#busy) {
      const begun = this.#begun;
      this.#begun = undefined;
      this.#take(begun ? Buffer.concat([begun, piece]) : piece);
      return;
    }
    this.#waiting = this.#waiting ? Buffer.concat([this.#waiting, piece]) : piece;
    this.#socket.pause();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    // As Node's server takes it: who has hung up while being answered waits for nothing any more.
    if (this.#busy) this.#abort?.abort(new Error('the client has gone'));
    else this.#socket.end();
  };

  readonly #onClose = (): void => {
    this.#around.onLeave();
    this.#abort?.abort(new Error('the client has gone'));
  };

  readonly #onTimeout = (): void => {
    if (!this.#busy) this.#socket.destroy();
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  /** Either a stream that is being answered with goes on, or the next request is looked at. */
  readonly #onDrain = (): void => {
    const { _httpMessage: response } = this.#socket as { _httpMessage?: ServerResponse };
    if (response) response.emit('drain');
    else if (this.#busy) this.#finish();
  };

  #take(piece: Buffer): void {
    const whole = readWhole(piece);
    if (!whole) {
      this.#takeUnusual(piece);
      return;
    }
    this.#busy = true;
    this.#headEnded?.();
    this.#headEnded = undefined;
    const { serve, where } = this.#around;
    serve(this.#request(whole), (answer) => this.#write(answer, whole)).catch((error: Error) => {
      tellProblem(this.#kernel, where, error);
      this.#socket.destroy();
    });
  }

  /** Waits for the end of the head, so that it can be judged before Node's parser sees it. */
  #takeUnusual(piece: Buffer): void {
    const end = piece.indexOf('\r\n\r\n');
    if (end === -1 && piece.length <= longestHead && !piece.includes('\n\n')) {
      this.#begun = piece;
      this.#headEnded ??= this.#around.guard?.waitFor(this.#socket);
      return;
    }
    this.#begun = undefined;
    this.#headEnded?.();
    this.#headEnded = undefined;
    const judged = this.#around.judgesFraming === true && end !== -1 && end <= longestHead;
    const plain = judged ? madePlain(this.#socket, piece.toString('latin1', 0, end)) : undefined;
    this.#handOver(
      plain === undefined ? piece : Buffer.concat([Buffer.from(plain, 'latin1'), piece.subarray(end + 4)]),
    );
  }

  #handOver(piece: Buffer): void {
    const socket = this.#socket;
    socket.setTimeout?.(0);
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    socket.off('drain', this.#onDrain);
    socket.off('timeout', this.#onTimeout);
    socket.off('error', this.#onError);
    this.#around.onLeave();
    this.#around.handOver(piece);
  }

  #request({ method, url, headers, body }: WholeRequest): HttpRequest {
    const connection = this;
    return {
      method,
      url,
      host: this.#nameOf(headers.host ?? ''),
      headers,
      body,
      client: this.#client,
      get signal() {
        return connection.#signal();
      },
    };
  }

  /** Without the port, in lower case. A connection asks for one host, mostly. */
  #nameOf(host: string): string {
    if (host !== this.#host) {
      this.#host = host;
      this.#hostName = host.toLowerCase().replace(/:\d+$/, '');
    }
    return this.#hostName;
  }

  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#ended || this.#socket.destroyed) this.#abort.abort(new Error('the client has gone'));
    return this.#abort.signal;
  }

  #write(answer: HttpResponse, asked: WholeRequest): void | Promise<void> {
    const { status, body } = answer;
    const bodiless = status === 204 || status === 304;
    const inMemory = !(body instanceof Readable);
    if (this.#socket.destroyed) return inMemory ? undefined : void body.destroy();
    if (!inMemory) return this.#writeByNode(answer, asked);
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    const unmeasured = bodiless || (asked.method === 'HEAD' && body === undefined);
    const head = headOf(answer, unmeasured ? undefined : length);
    if (head === undefined) return this.#writeByNode(answer, asked);
    this.#send(head, bodiless || asked.method === 'HEAD' ? undefined : body, length);
    if (!this.#socket.writableNeedDrain) this.#finish();
  }

  #send(head: string, body: Buffer | string | undefined, length: number): void {
    const socket = this.#socket;
    if (body === undefined || length === 0) socket.write(head, 'latin1');
    // Text of which every character is one byte is ASCII.
    else if (typeof body === 'string' && body.length === length) socket.write(head + body, 'latin1');
    else if (typeof body !== 'string' && length <= smallBytes) socket.write(head + body.toString('latin1'), 'latin1');
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  /** What is a stream, or has headers that say how the connection goes on. */
  #writeByNode(answer: HttpResponse, { method, headers }: WholeRequest): void | Promise<void> {
    const message = { method, headers, httpVersionMajor: 1, httpVersionMinor: 1, complete: true };
    const response = new ServerResponse(message as unknown as IncomingMessage);
    const isLast = Object.keys(answer.headers).some((name) => name.toLowerCase() === 'connection');
    if (!isLast) response.setHeader('Keep-Alive', `timeout=${keepAliveSeconds}`);
    response.assignSocket(this.#socket);
    response.once('finish', () => {
      response.detachSocket(this.#socket);
      if (isLast) this.#ended = true;
      this.#finish();
    });
    return toNode(answer, response, method);
  }

  #finish(): void {
    this.#busy = false;
    this.#abort = undefined;
    if (this.#ended) return void this.#socket.end();
    const piece = this.#waiting;
    if (!piece) return;
    this.#waiting = undefined;
    this.#socket.resume();
    this.#take(piece);
  }
}
