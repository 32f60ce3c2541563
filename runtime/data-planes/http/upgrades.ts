import type { IncomingMessage, Server } from 'node:http';
import { Duplex } from 'node:stream';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpRequest } from './exchange.ts';
import { hosts } from './hosts.ts';
import { fromNode, toNode } from './node-adapter.ts';
import { ServerResponse } from './node-http.ts';

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

/**
 * Takes upgrades at the HTTP port. Such connections are no longer the server's to close: what is returned ends them.
 */
export function acceptUpgrades(kernel: Kernel, http: Server): () => void {
  const upgraded = new Set<Duplex>();
  const serveUpgrade = upgradeGateway(kernel);
  http.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    serveUpgrade(message, socket, head);
  });
  return () => {
    for (const socket of upgraded) socket.destroy();
  };
}

function upgradeGateway(kernel: Kernel): (message: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (message, socket, head) => {
    socket.on('error', () => socket.destroy());
    serve(kernel, message, { socket, head }).catch((error: Error) => {
      kernel.events.emit('problem', {
        timeMs: kernel.clock.now(),
        where: 'gateway',
        message: error.message,
        ...(error.stack ? { stack: error.stack } : {}),
      });
      socket.destroy();
    });
  };
}

async function serve(
  kernel: Kernel,
  message: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): Promise<void> {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  const request = fromNode(message, response, { secure: true });
  upgradable.add(request);
  const plane = kernel.engine(hosts).find(request.host);
  const hop = startTrace(kernel, 'gateway', `${request.method} ${request.url}`, {
    header: request.headers['x-amzn-trace-id'],
  });
  const answer = plane ? await plane(request, hop) : { status: 404, headers: {}, body: undefined };
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
