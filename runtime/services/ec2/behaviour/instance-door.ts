import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createServer } from '../../../data-planes/http/node-http.ts';
import { standIn } from '../../../engines/network/loopback/ports.ts';
import { apiPort, network } from '../../../engines/network/network.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { instanceMetadata } from './instance-metadata.ts';

/** Whose door it is: an interface's address in its VPC, and the one that stands for it on this machine. */
export interface Owner {
  vpcId: string;
  privateIp: string;
  loopbackAddress: string;
  /** Why a connection did not come about, for the console. */
  tell(line: string): void;
}

/** What one instance finds at the level loopback, where no address of its VPC is one that any program could call. */
export interface InstanceDoor {
  /** host:port */
  at: string;
  close(): void;
}

const metadataAddress = '169.254.169.254';
const mostConnections = 1024;
const patienceMs = 10_000;
const awsNames = /(^|\.)(amazonaws\.com|on\.aws|cloudfront\.net|api\.aws)$/;

/**
 * The metadata service, and the proxy of programs that heed `http_proxy` (curl, wget, Python, the AWS CLI): it leads 127.0.0.1
 * to the instance itself, the VPC's addresses through its rules, and AWS's names to this runtime. Nothing else is reached.
 */
export async function openInstanceDoor(kernel: Kernel, owner: Owner): Promise<InstanceDoor> {
  const server = createServer((request, response) => void answer(kernel, owner, request, response));
  server.maxConnections = mostConnections;
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy());
    const { host, port } = placeOf(request.url ?? '', 443);
    dial(kernel, owner, host, port).then(
      (inner) => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        if (head.length > 0) inner.write(head);
        join(client, inner);
      },
      (error: Error) => hangUp(owner, client, error),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, owner.loopbackAddress, () => resolve());
  });
  const bound = server.address();
  return {
    at: `${owner.loopbackAddress}:${typeof bound === 'object' && bound ? bound.port : 0}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(kernel: Kernel, owner: Owner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  const asProxy = /^http:\/\//i.test(url);
  const target = asProxy ? new URL(url) : undefined;
  if (!target || target.hostname === metadataAddress) {
    if (target) request.url = target.pathname + target.search;
    return instanceMetadata(kernel, { vpcId: owner.vpcId, address: owner.privateIp }, request, response);
  }
  try {
    const inner = await dial(kernel, owner, target.hostname, Number(target.port || 80));
    forward(inner, { owner, target }, request, response);
  } catch (error) {
    hangUp(owner, request.socket, error as Error);
  }
}

/** As where nothing listens: an answer of a proxy would look like one of the server that was meant. */
function hangUp(owner: Owner, client: Socket, error: Error): void {
  if (!/ECONNREFUSED/.test(error.message)) owner.tell(`orrery: ${error.message}`);
  client.destroy();
}

/** One request a connection: the answer's end is the connection's. */
function forward(
  inner: Socket,
  { owner, target }: { owner: Owner; target: URL },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { request: ask } = process.getBuiltinModule('node:http');
  const kept = Object.entries(request.headers).filter(([name]) => !/^(proxy-|connection$|keep-alive$)/.test(name));
  const asked = ask(
    {
      createConnection: () => inner,
      method: request.method,
      path: target.pathname + target.search,
      headers: { ...Object.fromEntries(kept), host: request.headers.host ?? target.host, connection: 'close' },
    },
    (answered) => {
      const { connection: _connection, 'keep-alive': _keepAlive, ...headers } = answered.headers;
      response.writeHead(answered.statusCode ?? 502, headers);
      answered.pipe(response);
    },
  );
  asked.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else hangUp(owner, request.socket, error);
  });
  response.once('close', () => asked.destroy());
  request.pipe(asked);
}

function dial(kernel: Kernel, owner: Owner, host: string, port: number): Promise<Socket> {
  const { vpcId, privateIp, loopbackAddress } = owner;
  if (host === 'localhost' || host === '::1' || host.startsWith('127.'))
    return opened(connect({ host: loopbackAddress, port: standIn(port), localAddress: loopbackAddress }));
  const { httpPort, httpsPort, apiUrl } = kernel.addresses;
  const ports = new Map([
    [apiPort, Number(new URL(apiUrl).port)],
    [80, httpPort],
    [443, httpsPort],
  ]);
  const atAws = ports.get(port);
  if (awsNames.test(host) && atAws !== undefined) return opened(connect({ host: '127.0.0.1', port: atAws }));
  if (/\.amazonaws\.com\.localhost$/.test(host) && port === ports.get(apiPort))
    return opened(connect({ host: '127.0.0.1', port }));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host))
    return kernel.engine(network).connect(vpcId, { from: privateIp, address: host, port, timeoutMs: patienceMs });
  return Promise.reject(new Error(`${host}:${port} is not reached: it is neither in its VPC nor AWS's`));
}

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function placeOf(authority: string, otherwise: number): { host: string; port: number } {
  const [, host = '', port] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(authority) ?? [];
  return { host, port: Number(port ?? otherwise) };
}

function join(client: Socket, inner: Socket): void {
  const end = (): void => {
    client.destroy();
    inner.destroy();
  };
  for (const each of [client, inner]) each.once('error', end).once('close', end);
  client.pipe(inner).pipe(client);
}
