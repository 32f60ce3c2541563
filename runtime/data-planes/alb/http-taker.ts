import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane } from '../http/exchange.ts';
import { createServer } from '../http/node-http.ts';
import { planeListener } from '../http/plane-listener.ts';
import { secureServer } from '../http/secure-gateway.ts';
import { acceptUpgrades, isWebSocket } from '../http/upgrades.ts';
import type { ListenerTable } from './configuration.ts';
import type { Taker } from './inner-listeners.ts';

/** HTTP, or HTTP/2 and HTTP/1.1 over TLS with the listener's certificates, answered by one data plane. */
export async function httpTaker(kernel: Kernel, listener: ListenerTable, plane: DataPlane): Promise<Taker> {
  const secure = listener.protocol === 'HTTPS';
  const answer = planeListener(kernel, plane, { secure });
  const known = kernel.engine(certificates);
  const server = secure
    ? await secureServer((name) => known.contextAmong(listener.certificates, name), answer)
    : createServer({ keepAliveTimeout: 65_000, requestTimeout: 0, shouldUpgradeCallback: isWebSocket }, answer);
  const stop = acceptUpgrades(kernel, server, { secure, planeOf: () => plane });
  return { take: (socket) => void server.emit('connection', socket), stop };
}
