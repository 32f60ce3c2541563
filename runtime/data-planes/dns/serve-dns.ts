import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { PersonError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';
import { dns } from './dns.ts';

export interface DnsListening {
  port: number;
  close(): Promise<void>;
}

const address = '127.0.0.1';
const mostConnections = 256;
/** A connection without a question is closed ("DNS Transport over TCP", RFC 7766 §6.2.3: a few seconds). */
const idleMs = 10_000;
const attempts = 10;
/** A client that asks and does not read. */
const mostUnread = 1024 * 1024;

/** The DNS port, UDP and TCP under one number; 0 for any that is free under both. */
export async function serveDns(kernel: Kernel, wanted: number): Promise<DnsListening> {
  for (let attempt = 1; ; attempt += 1) {
    // The machine's multicast DNS has port 5353 on every address and shares it; what is asked at 127.0.0.1 comes here. A
    // second server of unicast DNS is noticed by its TCP port.
    const udp = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024, reuseAddr: wanted !== 0 });
    await bound(udp, wanted);
    const { port } = udp.address();
    try {
      const connections = new Set<Socket>();
      const tcp = await tcpServer(kernel, port, connections);
      answerUdp(kernel, udp);
      return { port, close: () => close(udp, tcp, connections) };
    } catch (error) {
      await new Promise<void>((resolve) => udp.close(resolve));
      if (wanted !== 0 || attempt === attempts) throw explained(error as NodeJS.ErrnoException, port, 'TCP');
    }
  }
}

function bound(udp: UdpSocket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    udp.once('error', (error: NodeJS.ErrnoException) => {
      udp.close();
      reject(explained(error, port, 'UDP'));
    });
    udp.bind({ port, address }, () => {
      udp.removeAllListeners('error');
      resolve();
    });
  });
}

function explained(error: NodeJS.ErrnoException, port: number, protocol: string): Error {
  if (error.code === 'EADDRINUSE')
    return new PersonError(
      'port-taken',
      `${protocol} port ${port} on ${address}, for DNS, is taken by another program.`,
      `End that program, or choose another port: --dns-port ${port + 1} (0 for any free one).`,
    );
  if (error.code === 'EACCES')
    return new PersonError(
      'port-refused',
      `This user may not listen on port ${port}.`,
      `Choose a port above 1023: --dns-port 5353.`,
    );
  return error;
}

/** `vpcId`: the socket is the resolver of a VPC, and answers as that does. */
export function answerUdp(kernel: Kernel, udp: UdpSocket, { vpcId }: { vpcId?: string } = {}): void {
  const names = kernel.engine(dns);
  udp.on('message', (query, from) => {
    const answer = names.answer(query, { transport: 'udp', ip: from.address, vpcId });
    // The bytes are kept for the next who asks the same, with another id; sending reads them later.
    if (answer) udp.send(Uint8Array.prototype.slice.call(answer), from.port, from.address, () => undefined);
  });
  // What a client that has gone leaves behind (ECONNREFUSED) concerns nobody else.
  udp.on('error', () => undefined);
}

function tcpServer(kernel: Kernel, port: number, connections: Set<Socket>): Promise<Server> {
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    answerTcp(kernel, socket);
  });
  server.maxConnections = mostConnections;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: address }, () => resolve(server));
  });
}

/** Each message is led by its length in two bytes (RFC 1035 §4.2.2). */
export function answerTcp(kernel: Kernel, socket: Socket, { vpcId }: { vpcId?: string } = {}): void {
  const names = kernel.engine(dns);
  const ip = socket.remoteAddress ?? address;
  let received = Buffer.alloc(0);
  const wait = () => kernel.clock.after(idleMs, 'a DNS connection', () => void socket.destroy(), { basis: 'elapsed' });
  let idle = wait();
  socket.on('data', (chunk) => {
    idle.cancel();
    idle = wait();
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (received.length >= 2) {
      const length = received.readUInt16BE(0);
      if (received.length < 2 + length) return;
      const answer = names.answer(received.subarray(2, 2 + length), { transport: 'tcp', ip, vpcId });
      received = received.subarray(2 + length);
      if (!answer || socket.writableLength > mostUnread) return void socket.destroy();
      const framed = Buffer.allocUnsafe(2 + answer.length);
      framed.writeUInt16BE(answer.length, 0);
      answer.copy(framed, 2);
      socket.write(framed);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => idle.cancel());
}

function close(udp: UdpSocket, tcp: Server, connections: Set<Socket>): Promise<void> {
  const stopped = new Promise<void>((resolve) => tcp.close(() => resolve()));
  for (const socket of connections) socket.destroy();
  return Promise.all([stopped, new Promise<void>((resolve) => udp.close(resolve))]).then(() => undefined);
}
