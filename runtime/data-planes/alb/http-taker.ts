import { certificates } from '../../engines/certificates/certificates.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import { serveDirectly } from '../http/direct-connections.ts';
import type { DataPlane } from '../http/exchange.ts';
import { createServer } from '../http/node-http.ts';
import { keepAliveSeconds } from '../http/response-head.ts';
import { secureTaker } from '../http/secure-gateway.ts';
import { nodeListener, type Serve } from '../http/serve.ts';
import { alpnOf } from '../http/tls/terms.ts';
import { acceptUpgrades, isWebSocket } from '../http/upgrades.ts';
import type { ListenerTable } from './configuration.ts';
import type { Taker } from './inner-listeners.ts';

/** HTTP, or HTTP/2 and HTTP/1.1 over TLS on the listener's terms, answered by one data plane. */
export function httpTaker(kernel: Kernel, listener: ListenerTable, plane: DataPlane): Taker {
  const secure = listener.protocol === 'HTTPS';
  const serve: Serve = async (request, write) => {
    const hop = startTrace(kernel, 'gateway', `${request.method} ${request.url}`, {
      header: request.headers['x-amzn-trace-id'],
    });
    const answer = await plane(request, hop);
    await write(answer);
    hop.end({ status: answer.status });
  };
  const way = { serve, where: 'gateway', secure, judgesFraming: true };
  return secure ? overTls(kernel, listener, { way, plane }) : overTcp(kernel, { way, plane });
}

interface Served {
  way: Parameters<typeof serveDirectly>[2];
  plane: DataPlane;
}

function overTls(kernel: Kernel, { certificates: arns, tls }: ListenerTable, { way, plane }: Served): Taker {
  return secureTaker(kernel, way, {
    planeOf: () => plane,
    async choose(name) {
      const context = await kernel.engine(certificates).contextAmong(arns, name, tls?.settings);
      return context && { context, alpn: alpnOf({ http2: tls?.http2 ?? true }) };
    },
  });
}

function overTcp(kernel: Kernel, { way, plane }: Served): Taker {
  const options = { keepAliveTimeout: keepAliveSeconds * 1000, requestTimeout: 0, maxHeaderSize: 32 * 1024 };
  const listener = nodeListener(kernel, way.where, way.serve, { secure: false });
  const server = createServer({ ...options, shouldUpgradeCallback: isWebSocket }, listener);
  const endDirect = serveDirectly(kernel, server, way);
  const endUpgraded = acceptUpgrades(kernel, server, { secure: false, planeOf: () => plane });
  return {
    take: (socket) => void server.emit('connection', socket),
    stop() {
      endUpgraded();
      endDirect();
    },
  };
}
