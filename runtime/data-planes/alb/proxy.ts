import { type Duplex, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { HttpResponse } from '../http/exchange.ts';
import { isUpgrade } from '../http/upgrades.ts';
import { generated } from './answers.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import type { Target } from './target-group.ts';
import type { Visit } from './visit.ts';

/** A body of known length up to this is taken whole: one write to the client instead of two. */
const wholeBytes = 64 * 1024;

/** Hands the request to a server over a kept connection and its answer back as it comes. Never rejects. */
export function proxy(visit: Visit, target: Target): Promise<HttpResponse> {
  const { request, listener, hop, loadBalancer, kernel } = visit;
  const settings = loadBalancer.attributes;
  const headers = forwardedHeaders(request, { listener, settings, hop });
  const idleMs = settings.idleTimeoutSeconds * 1000;
  const started = kernel.clock.elapsed();
  target.outstanding += 1;
  return new Promise((resolve) => {
    const exchange = new Exchange(visit, target, { started, resolve });
    target.connections.from(visit.node.address).dispatch(
      {
        path: request.url,
        method: request.method as Dispatcher.HttpMethod,
        headers,
        body: request.body ?? null,
        headersTimeout: idleMs,
        bodyTimeout: idleMs,
        ...(isUpgrade(request) ? { upgrade: 'websocket' } : {}),
      },
      exchange,
    );
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #visit: Visit;
  readonly #target: Target;
  readonly #started: number;
  readonly #resolve: (answer: HttpResponse) => void;
  #answer: HttpResponse | undefined;
  #whole: Buffer[] | undefined;
  #stream: Readable | undefined;
  #ended = false;

  constructor(visit: Visit, target: Target, how: { started: number; resolve: (answer: HttpResponse) => void }) {
    this.#visit = visit;
    this.#target = target;
    this.#started = how.started;
    this.#resolve = how.resolve;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { signal } = this.#visit.request;
    if (signal.aborted) {
      controller.abort(new Error('the client has gone'));
      return;
    }
    signal.addEventListener('abort', () => {
      if (!this.#ended) controller.abort(new Error('the client has gone'));
    });
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    given: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const { kernel, request } = this.#visit;
    this.#visit.targetStatus = status;
    this.#visit.targetMs = kernel.clock.elapsed() - this.#started;
    const headers: Record<string, string | string[]> = {};
    for (const name in given) {
      const value = given[name];
      if (value !== undefined && !ofConnection.has(name)) headers[name] = value;
    }
    this.#answer = { status, headers, body: undefined };
    this.#whole = [];
    if (
      request.method === 'HEAD' ||
      status === 204 ||
      status === 304 ||
      Number(headers['content-length']) <= wholeBytes
    )
      return;
    // What came with the headers has been parsed in this turn; most answers end in it, and need no stream.
    queueMicrotask(() => {
      if (!this.#ended) this.#startStream(controller);
    });
  }

  #startStream(controller: Dispatcher.DispatchController): void {
    const stream = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        if (!this.#ended) controller.abort(error ?? new Error('the client has gone'));
        done(error);
      },
    });
    for (const chunk of this.#whole ?? []) stream.push(chunk);
    this.#whole = undefined;
    this.#stream = stream;
    if (this.#answer) this.#resolve({ ...this.#answer, body: stream });
  }

  /** The target agreed to go on with WebSocket: its connection is the answer's body, both ways. */
  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    status: number,
    given: Record<string, string | string[] | undefined>,
    socket: Duplex,
  ): void {
    this.#ended = true;
    this.#visit.targetStatus = status;
    this.#visit.targetMs = this.#visit.kernel.clock.elapsed() - this.#started;
    socket.once('close', () => {
      this.#target.outstanding -= 1;
    });
    const headers: Record<string, string | string[]> = {};
    for (const name in given) headers[name] = given[name] ?? '';
    this.#resolve({ status, headers, body: socket });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#visit.bytes += chunk.length;
    if (this.#whole) this.#whole.push(chunk);
    else if (this.#stream && !this.#stream.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#end();
    if (this.#stream) this.#stream.push(null);
    else if (this.#answer) this.#resolve({ ...this.#answer, body: this.#bodyOf(this.#whole ?? []) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    if (this.#stream) {
      this.#stream.destroy(error);
      return;
    }
    const { hop } = this.#visit;
    const code = String((error as { code?: unknown }).code ?? '');
    const gone = this.#visit.request.signal.aborted;
    hop.note('targetError', gone ? 'the client has gone' : code || error.message);
    this.#visit.targetStatus = undefined;
    // "HTTP 460": the client closed the connection before an answer came; nobody is left to read it.
    if (gone) this.#resolve({ ...generated(460), body: undefined });
    else this.#resolve(generated(/TIMEOUT|ETIMEDOUT/.test(code) ? 504 : 502));
  }

  #bodyOf(chunks: Buffer[]): Buffer | undefined {
    if (this.#visit.request.method === 'HEAD') return undefined;
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#target.outstanding -= 1;
  }
}

const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
