import { Readable } from 'node:stream';
import { detectProtocol } from './detect.ts';
import { loadModel, type Operation, type ServiceModel } from './model.ts';
import { operationName } from './operation-name.ts';
import { type Protocol, protocols, type WireError, type WireResponse } from './protocol.ts';
import { matchRestOperation } from './rest-router.ts';

/**
 * For tests: the real SDK as judge of the codecs. A client made with `connect()` sends to a server that is nothing but
 * decode and encode: what it understood is in `heard`, what it answers is `answer`.
 */
export class SdkJudge {
  readonly #model: ServiceModel;
  /** What came in last. */
  heard: { protocol: string; operation: string; input: Record<string, unknown> } | undefined;
  /** The output or the error that the next request is answered with. */
  answer: { output: object } | { error: WireError } = { output: {} };

  constructor(service: string) {
    this.#model = loadModel(service);
  }

  connect<Client>(ClientClass: new (config: never) => Client, config: object = {}): Client {
    const base = {
      region: 'us-east-1',
      endpoint: 'https://judge.test',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      forcePathStyle: true,
      requestHandler: {
        metadata: { handlerProtocol: 'http/1.1' },
        handle: (request: SdkRequest) => this.#serve(request),
        destroy() {},
      },
      ...config,
    };
    return new ClientClass(base as never);
  }

  async #serve(request: SdkRequest): Promise<{ response: object }> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const wire = { method: request.method, path: request.path, query: queryString(request.query ?? {}), headers };
    const protocol = protocols[detectProtocol(wire, this.#model.index)];
    const body = await bytesOf(request.body);
    const { operation, labels } = this.#route(protocol, { ...wire, body });
    const input = protocol.decode(this.#model, operation, { ...wire, body }, labels);
    this.heard = { protocol: protocol.name, operation: operation.name, input };
    return { response: toSdk(this.#reply(protocol, operation)) };
  }

  #reply(protocol: Protocol, operation: Operation): WireResponse {
    if ('error' in this.answer) return protocol.encodeError(this.#model, operation, this.answer.error, 'request-1');
    return protocol.encode(this.#model, operation, this.answer.output as Record<string, unknown>, 'request-1');
  }

  #route(
    protocol: Protocol,
    request: { method: string; path: string; query: string; headers: Record<string, string>; body: Buffer },
  ) {
    if (protocol.name === 'restJson' || protocol.name === 'restXml') {
      const { path, labels } = this.#model.name === 's3' ? bucketOf(request.path) : { path: request.path, labels: {} };
      const match = matchRestOperation(this.#model, { ...request, path, labels });
      if (!match) throw new Error(`no operation at ${request.method} ${request.path}`);
      return { operation: match.operation, labels: { ...labels, ...match.labels } };
    }
    const name = operationName(protocol.name, request) ?? '';
    const operation = this.#model.operations.get(name);
    if (!operation) throw new Error(`no operation ${name}`);
    return { operation, labels: {} };
  }
}

/** Every event of a stream that an SDK hands out. */
export async function eventsOf<T>(stream: AsyncIterable<T> | undefined): Promise<T[]> {
  const events: T[] = [];
  for await (const event of stream ?? []) events.push(event);
  return events;
}

interface SdkRequest {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

function bucketOf(path: string): { path: string; labels: Record<string, string> } {
  const [, bucket = '', key = ''] = /^\/([^/]*)(.*)$/.exec(path) ?? [];
  return bucket ? { path: key || '/', labels: { Bucket: bucket } } : { path: '/', labels: {} };
}

function queryString(query: Record<string, string | string[] | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, one ?? '');
  return search.toString();
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.concat(await Readable.from(body as AsyncIterable<Buffer>).toArray());
}

function toSdk({ status, headers, body }: WireResponse): object {
  const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
  return {
    statusCode: status,
    headers: flat,
    body: body instanceof Readable ? body : Readable.from([Buffer.from(body ?? '')]),
  };
}
