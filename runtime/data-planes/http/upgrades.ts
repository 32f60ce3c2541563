import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane, HttpRequest, HttpResponse } from './exchange.ts';
import { hosts } from './hosts.ts';
import { fromNode, hasTwoHosts, toNode } from './node-adapter.ts';
import { ServerResponse } from './node-http.ts';
import { explainUnreachable } from './unreachable.ts';

/**
 * Requests whose client would go on with another protocol (WebSocket). A data plane that agrees answers 101 with the stream
 * to the server as body; one that does not know of it answers as ever.
 */
const upgradable = new WeakSet<HttpRequest>();

export function isUpgrade(request: HttpRequest): boolean {
  return upgradable.has(request);
}

export function isWebSocket(message: IncomingMessage): boolean {
  return message.headers.upgrade?.toLowerCase() === 'websocket';
}

export interface UpgradeOptions {
  secure: boolean;
  /** Which data plane is asked; by default the one of the request's host. */
  planeOf?: (request: HttpRequest) => DataPlane | undefined;
}

interface Upgrading {
  on(event: 'upgrade', listener: (message: IncomingMessage, socket: Duplex, head: Buffer) => void): unknown;
}

/**
 * Takes upgrades at a server. Such connections are no longer the server's to close: what is returned ends them.
 */
export function acceptUpgrades(kernel: Kernel, server: Upgrading, options: UpgradeOptions): () => void {
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (message, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(kernel, message, { socket, head }, options).catch((error: Error) => {
      kernel.events.emit('problem', {
        timeMs: kernel.clock.now(),
        where: 'gateway',
        message: error.message,
        ...(error.stack ? { stack: error.stack } : {}),
      });
      socket.destroy();
    });
  });
  return () => {
    for (const socket of upgraded) socket.destroy();
  };
}

async function serve(
  kernel: Kernel,
  message: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
  { secure, planeOf }: UpgradeOptions,
): Promise<void> {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  if (hasTwoHosts(message)) {
    response.once('finish', () => socket.end());
    return void response.writeHead(400).end();
  }
  const request = fromNode(message, response, { secure });
  upgradable.add(request);
  const plane = planeOf ? planeOf(request) : kernel.engine(hosts).find(request.host);
  const hop = startTrace(kernel, 'gateway', `${request.method} ${request.url}`, {
    header: request.headers['x-amzn-trace-id'],
  });
  const asked = plane ? plane(request, hop) : Promise.resolve({ status: 404, headers: {}, body: undefined });
  const answer: HttpResponse = await asked.catch(explainUnreachable);
  hop.end({ status: answer.status });
  if (answer.status !== 101 || !(answer.body instanceof Duplex)) {
    response.once('finish', () => socket.end());
    return toNode(answer, response, request.method);
  }
  response.detachSocket(socket as never);
  socket.write(headOf(answer.headers));
  join(socket, answer.body, head);
}

function headOf(headers: Record<string, string | string[]>): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** What either end sends goes to the other, until one of them ends. */
function join(client: Duplex, server: Duplex, head: Buffer): void {
  if (head.length > 0) server.write(head);
  server.on('error', () => client.destroy());
  client.once('close', () => server.destroy());
  server.once('close', () => client.destroy());
  client.pipe(server);
  server.pipe(client);
}
