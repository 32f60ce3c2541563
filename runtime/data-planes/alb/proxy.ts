import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { HttpResponse } from '../http/exchange.ts';
import { onGone } from '../http/node-adapter.ts';
import { isUpgrade } from '../http/upgrades.ts';
import type { ExchangeHandler, Sent } from '../http/upstream/upstream.ts';
import { generated } from './answers.ts';
import { closes } from './desync.ts';
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
  hop.saw('asked', headers);
  target.outstanding += 1;
  return new Promise((resolve) => {
    const exchange = new Exchange(visit, target, { started: kernel.clock.elapsed(), resolve });
    exchange.sent = target.connections.from(visit.node.address).send(
      {
        path: request.url,
        method: request.method,
        headers,
        body: request.body,
        upgrade: isUpgrade(request),
        timeoutMs: settings.idleTimeoutSeconds * 1000,
        last: closes(settings.desyncMode, visit.desync.class),
      },
      exchange,
    );
    exchange.watchClient();
  });
}

class Exchange implements ExchangeHandler {
  readonly #visit: Visit;
  readonly #target: Target;
  readonly #started: number;
  readonly #resolve: (answer: HttpResponse) => void;
  sent: Sent | undefined;
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

  /** Nobody waits for the answer any more: the target is not kept busy with it. */
  watchClient(): void {
    onGone(this.#visit.request, () => {
      if (!this.#ended) this.sent?.abort(new Error('the client has gone'));
    });
  }

  onHead(status: number, given: Record<string, string | string[]>): void {
    const { kernel, request } = this.#visit;
    this.#visit.targetStatus = status;
    this.#visit.targetMs = kernel.clock.elapsed() - this.#started;
    this.#visit.hop.saw('answered', given);
    this.#answer = { status, headers: given, body: undefined };
    this.#whole = [];
    const length = given['content-length'];
    const small = length !== undefined && Number(length) <= wholeBytes;
    if (small || request.method === 'HEAD' || status === 204 || status === 304) return;
    // What came with the head is read in this turn; most answers end in it, and need no stream.
    queueMicrotask(() => {
      if (!this.#ended) this.#startStream();
    });
  }

  #startStream(): void {
    const stream = new Readable({
      read: () => this.sent?.resume(),
      destroy: (error, done) => {
        if (!this.#ended) this.sent?.abort(error ?? new Error('the client has gone'));
        done(error);
      },
    });
    for (const chunk of this.#whole ?? []) stream.push(chunk);
    this.#whole = undefined;
    this.#stream = stream;
    if (this.#answer) this.#resolve({ ...this.#answer, body: stream });
  }

  /** The target agreed to go on with WebSocket: its connection is the answer's body, both ways. */
  onUpgrade(headers: Record<string, string | string[]>, socket: Socket): void {
    this.#ended = true;
    this.#visit.targetStatus = 101;
    this.#visit.targetMs = this.#visit.kernel.clock.elapsed() - this.#started;
    socket.once('close', () => {
      this.#target.outstanding -= 1;
    });
    this.#resolve({ status: 101, headers, body: socket });
  }

  onData(chunk: Buffer): boolean {
    this.#visit.bytes += chunk.length;
    if (this.#whole) this.#whole.push(chunk);
    return this.#stream?.push(chunk) ?? true;
  }

  onEnd(): void {
    this.#end();
    if (this.#stream) this.#stream.push(null);
    else if (this.#answer) {
      this.#answer.body = this.#bodyOf(this.#whole ?? []);
      this.#resolve(this.#answer);
    }
  }

  onError(error: Error): void {
    this.#end();
    if (this.#stream) {
      this.#stream.destroy(error);
      return;
    }
    const { hop, request } = this.#visit;
    const code = String((error as { code?: unknown }).code ?? '');
    const gone = error.message === 'the client has gone' || request.signal.aborted;
    hop.note('targetError', gone ? 'the client has gone' : code || error.message);
    this.#visit.targetStatus = undefined;
    // "HTTP 460": the client closed the connection before an answer came; nobody is left to read it.
    if (gone) this.#resolve({ ...generated(460), body: undefined });
    else if (code === 'EAGAIN') this.#resolve(generated(503));
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
