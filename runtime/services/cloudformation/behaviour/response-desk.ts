import { type DataPlane, type HttpRequest, type HttpResponse, readBody } from '../../../data-planes/http/exchange.ts';
import { internalRoutes } from '../../../data-planes/http/internal-routes.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';

/** What a custom resource's provider PUTs to the ResponseURL ("Custom resource response objects"). */
export interface CustomResourceResponse {
  Status?: string;
  Reason?: string;
  PhysicalResourceId?: string;
  StackId?: string;
  RequestId?: string;
  LogicalResourceId?: string;
  NoEcho?: boolean;
  Data?: Record<string, unknown>;
}

const prefix = '/_orrery/cloudformation-response/';
/** "A response can have 4096 bytes at most" counts the body; some room is given for what the sender adds. */
const mostBytes = 64 * 1024;

/**
 * Where answers come in that AWS has put to pre-signed S3 URLs: custom resources' and wait conditions'. The token is the
 * secret; a URL that nobody waits at any more answers 403, as an expired signature does.
 */
class ResponseDesk {
  readonly #kernel: Kernel;
  readonly #waiting = new Map<string, (body: string) => void>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.engine(internalRoutes).set(prefix, this.#answer);
  }

  /** A URL under `token`, kept by the caller where it must outlive a restart. */
  url(token: string): string {
    return `${this.#kernel.addresses.apiUrl}${prefix}${token}`;
  }

  /**
   * Resolves once there is an address to answer at: a deployment taken up again at the start may come before the port
   * is open, which nothing tells of.
   */
  async listening(signal: AbortSignal): Promise<void> {
    for (let tries = 0; this.#kernel.addresses.apiUrl === '' && tries < 500; tries += 1) {
      await this.#kernel.clock.sleep(20, signal, { basis: 'elapsed' });
    }
  }

  /** Each body PUT to the token's URL is handed to `receive` until `close` is called. */
  open(token: string, receive: (body: string) => void): void {
    this.#waiting.set(token, receive);
  }

  close(token: string): void {
    this.#waiting.delete(token);
  }

  stop(): void {
    this.#waiting.clear();
    this.#kernel.engine(internalRoutes).remove(prefix);
  }

  readonly #answer: DataPlane = (request) =>
    this.answer(request.url.slice(prefix.length).split('?', 1)[0] ?? '', request);

  /** Takes what was PUT under a token, by whichever URL. */
  async answer(token: string, request: HttpRequest): Promise<HttpResponse> {
    const receive = this.#waiting.get(token);
    const body = await readBody(request.body, mostBytes);
    if (request.method !== 'PUT') return { status: 405, headers: { allow: 'PUT' }, body: undefined };
    if (!receive)
      return {
        status: 403,
        headers: { 'content-type': 'application/xml' },
        body: '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      };
    receive(body.toString('utf8'));
    return { status: 200, headers: { 'content-length': '0' }, body: undefined };
  }
}

export const responseDesk = defineEngine('cloudformation-responses', (kernel) => new ResponseDesk(kernel));
