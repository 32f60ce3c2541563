import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
} from 'dns-packet';

export interface Dug {
  rcode: string;
  answers: Answer[];
  authorities: Answer[];
  packet: DecodedPacket;
}

interface Options {
  transport?: 'udp' | 'tcp';
  /** EDNS client subnet: 34.240.1.0/24 */
  subnet?: string;
  udpPayloadSize?: number;
}

/** Asks a name server on loopback with a real packet, as `dig` does. */
export async function dig(port: number, name: string, type: string, options: Options = {}): Promise<Dug> {
  const query = encode(questionOf(name, type, options));
  const bytes = await (options.transport === 'tcp' ? overTcp(port, query) : overUdp(port, query));
  const packet = decode(bytes);
  return {
    rcode: (packet as unknown as { rcode: string }).rcode,
    answers: packet.answers ?? [],
    authorities: packet.authorities ?? [],
    packet,
  };
}

export async function dataOf(port: number, name: string, type: string, options: Options = {}): Promise<unknown[]> {
  const { answers } = await dig(port, name, type, options);
  return answers.map((answer) => ('data' in answer ? answer.data : undefined));
}

function questionOf(name: string, type: string, { subnet, udpPayloadSize }: Options): Packet {
  const [ip, bits] = subnet?.split('/') ?? [];
  const options = ip
    ? [{ code: 'CLIENT_SUBNET', family: 1, sourcePrefixLength: Number(bits), scopePrefixLength: 0, ip }]
    : [];
  const opt = { type: 'OPT', name: '.', udpPayloadSize: udpPayloadSize ?? 1232, flags: 0, options };
  return {
    type: 'query',
    id: 4660,
    flags: RECURSION_DESIRED,
    questions: [{ name, type: type as RecordType }],
    additionals: ip || udpPayloadSize ? [opt as unknown as Answer] : [],
  };
}

function overUdp(port: number, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('message', (message) => {
      socket.close();
      resolve(message);
    });
    socket.once('error', reject);
    socket.send(query, port, '127.0.0.1');
  });
}

function overTcp(port: number, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      socket.destroy();
      resolve(received.subarray(2));
    });
    socket.once('error', reject);
  });
}
