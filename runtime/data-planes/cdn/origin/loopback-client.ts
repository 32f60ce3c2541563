import type { Agent } from 'undici';
import type { HttpResponse } from '../../http/exchange.ts';
import type { Origin } from '../configuration.ts';
import type { OriginRequest } from './ask-origin.ts';

/** Reaches custom origins that listen on this machine. The client library is loaded when one is first asked. */
export class LoopbackClient {
  #agent: Promise<Agent> | undefined;

  async ask(what: Asked): Promise<HttpResponse> {
    const { origin, secure, request } = what;
    const { request: send } = await import('undici');
    const port = secure ? origin.httpsPort : origin.httpPort;
    const answer = await send(`${secure ? 'https' : 'http'}://${origin.domainName}:${port}${request.url}`, {
      dispatcher: await this.#connections(origin),
      method: request.method as 'GET',
      headers: { ...request.headers, 'x-amzn-trace-id': what.trace },
      body: request.body ?? null,
      signal: what.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { status: answer.statusCode, headers: defined(answer.headers), body: answer.body };
  }

  async stop(): Promise<void> {
    await (await this.#agent)?.destroy();
  }

  /** One pool for all origins; its connection timeout is the first origin's, which CloudFront limits to 10 seconds anyway. */
  #connections(origin: Origin): Promise<Agent> {
    this.#agent ??= import('undici').then(
      ({ Agent: Pool }) => new Pool({ connect: { timeout: origin.connectionTimeoutSeconds * 1000 } }),
    );
    return this.#agent;
  }
}

interface Asked {
  origin: Origin;
  secure: boolean;
  request: OriginRequest;
  signal: AbortSignal;
  trace: string;
}

function defined(headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) result[name] = value;
  return result;
}
