import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { createServer } from '../../../data-planes/http/node-http.ts';

/** What the process in an environment says and asks, each at its own time. */
export interface RuntimeApiListener {
  /** It asks for an invocation; `answer` is called once there is one. */
  next(answer: (invocation: DeliveredInvocation) => void): void;
  /** A response begins; its body is still to be read. False: no such invocation is under way. */
  response(requestId: string, message: IncomingMessage): Promise<boolean>;
  error(requestId: string, errorType: string | undefined, payload: Buffer): boolean;
  initError(errorType: string | undefined, payload: Buffer): void;
}

export interface DeliveredInvocation {
  headers: Record<string, string>;
  payload: Buffer;
}

/**
 * The Runtime API of one environment, as AWS's and custom runtimes speak it ("Using the Lambda runtime API for custom
 * runtimes"), on a port of its own: which environment calls is told by the port.
 */
export class RuntimeApi {
  readonly #server: Server;
  #door: NetServer | undefined;
  #listener: RuntimeApiListener = nobody;

  /** `isOwn`: whether the environment's own process is at the other end. Another function's must not get at what is not its own. */
  constructor(isOwn: (from: { fromPort: number; toPort: number }) => boolean) {
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.prependListener('connection', (socket: Socket) => {
      const { remotePort: fromPort, localPort: toPort } = socket;
      if (fromPort === undefined || toPort === undefined || !isOwn({ fromPort, toPort })) socket.destroy();
    });
  }

  /** Whose process it is, once that is decided. */
  serve(listener: RuntimeApiListener): void {
    this.#listener = listener;
  }

  /** At the address of a VPC, whose listener is given; its process is in there and reaches nothing of this machine's. */
  async listenAt(host: string, listening: Promise<NetServer>): Promise<string> {
    this.#door = await listening;
    this.#door.on('connection', (socket) => this.#server.emit('connection', socket));
    return `${host}:${(this.#door.address() as AddressInfo).port}`;
  }

  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(this.#server.address() as AddressInfo).port}`));
    });
  }

  close(): void {
    this.#door?.close();
    this.#server.close();
    this.#server.closeAllConnections();
    this.#listener = nobody;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , runtime, noun, idOrVerb = '', verb] = (request.url ?? '').split('/');
    if (runtime !== 'runtime') return reply(response, 404, notFound);
    if (request.method === 'GET' && noun === 'invocation' && idOrVerb === 'next') {
      this.#listener.next((invocation) => {
        const { headers, payload } = invocation;
        response.writeHead(200, { ...headers, 'content-length': payload.length });
        // As text Node writes head and body in one piece, which costs the system half of what two pieces do.
        if (payload.length <= SMALL_BYTES) response.end(payload.toString('latin1'), 'latin1');
        else response.end(payload);
      });
      return;
    }
    const errorType = header(request, 'lambda-runtime-function-error-type');
    if (request.method === 'POST' && noun === 'invocation' && verb === 'response') {
      return (await this.#listener.response(idOrVerb, request))
        ? reply(response, 202, accepted)
        : reply(response, 400, invalidId);
    }
    if (request.method === 'POST' && noun === 'invocation' && verb === 'error') {
      const known = this.#listener.error(idOrVerb, errorType, await read(request));
      return reply(response, known ? 202 : 400, known ? accepted : invalidId);
    }
    if (request.method === 'POST' && noun === 'init' && idOrVerb === 'error') {
      this.#listener.initError(errorType, await read(request));
      return reply(response, 202, accepted);
    }
    reply(response, 404, notFound);
  }
}

/** "Lambda quotas": what a function may answer, buffered. */
export const responseLimitBytes = 6 * 1024 * 1024 + 100;

const SMALL_BYTES = 16 * 1024;

const nobody: RuntimeApiListener = {
  next: () => undefined,
  response: () => Promise.resolve(false),
  error: () => false,
  initError: () => undefined,
};

const accepted = '{"status":"OK"}';
const invalidId = '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}';
const notFound = '{"errorMessage":"Not found","errorType":"NotFound"}';

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name] ?? request.trailers[name];
  return typeof value === 'string' ? value : undefined;
}

/** More than a response may be is read to its end, so that it is answered, and not kept. */
export async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length - (chunk as Buffer).length <= responseLimitBytes) chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
