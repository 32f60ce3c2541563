import { Buffer } from 'node:buffer';
import { type Answer, type DecodedPacket, decode, encode, type OptAnswer } from 'dns-packet';
import { locate } from './locations.ts';
import { type Knowledge, type Rcode, type Resolution, resolve } from './resolve.ts';

/** A query's answer as bytes, with the id of the query it was made for in the first two. */
export interface AnsweredPacket {
  bytes: Buffer;
  name: string;
  type: string;
  rcode: Rcode;
  resolution: Resolution | undefined;
  clientSubnet: string | undefined;
}

const rcodes: Record<Rcode, number> = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };
const authoritativeBit = 1 << 10;
const truncatedBit = 1 << 9;
const recursionDesiredBit = 1 << 8;
/** Without fragments on any path ("DNS Flag Day 2020"), and what a resolver without EDNS takes (RFC 1035 §2.3.4). */
const payloadBytes = { edns: 1232, plain: 512 };

/** Undefined for what is no query: it gets no answer. */
export function answerPacket(
  knowledge: Knowledge,
  query: Buffer,
  from: { transport: 'udp' | 'tcp'; ip: string; vpcId?: string | undefined },
): AnsweredPacket | undefined {
  if (query.length < 12 || ((query[2] ?? 0) & 0x80) !== 0) return undefined;
  let packet: DecodedPacket;
  try {
    packet = decode(query);
  } catch {
    return failed(query, 'FORMERR');
  }
  if ((((query[2] ?? 0) >> 3) & 15) !== 0) return failed(query, 'NOTIMP');
  const [question] = packet.questions ?? [];
  if (!question || packet.questions?.length !== 1) return failed(query, 'FORMERR');
  const type: string = question.type;
  if (type === 'AXFR' || type === 'IXFR') return failed(query, 'REFUSED');
  const name = question.name === '.' ? '.' : `${question.name.toLowerCase()}.`;
  const opt = packet.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const subnet = subnetOf(opt);
  const location = locate(subnet?.ip ?? from.ip);
  const resolution = resolve(knowledge, { name, type, location, vpcId: from.vpcId });
  const response = {
    type: 'response' as const,
    id: packet.id ?? 0,
    flags:
      rcodes[resolution.rcode] |
      (resolution.authoritative ? authoritativeBit : 0) |
      ((packet.flags ?? 0) & recursionDesiredBit),
    questions: [question],
    additionals: opt ? [optOf(subnet)] : [],
  };
  const limit =
    from.transport === 'tcp' ? 65_535 : opt ? Math.min(Math.max(opt.udpPayloadSize, 512), payloadBytes.edns) : 512;
  let bytes = encode({ ...response, answers: resolution.answers, authorities: resolution.authorities });
  if (bytes.length > limit) bytes = encode({ ...response, flags: response.flags | truncatedBit });
  return { bytes, name, type, rcode: resolution.rcode, resolution, clientSubnet: subnet?.text };
}

interface Subnet {
  ip: string;
  family: number;
  bits: number;
  text: string;
}

/** EDNS client subnet (RFC 7871): for whom a resolver asks. */
function subnetOf(opt: OptAnswer | undefined): Subnet | undefined {
  const option = opt?.options.find((found) => found.code === 8);
  if (option?.code !== 8 || option.ip === undefined) return undefined;
  const bits = option.sourcePrefixLength ?? 0;
  return { ip: option.ip, family: option.family ?? 1, bits, text: `${option.ip}/${bits}` };
}

function optOf(subnet: Subnet | undefined): Answer {
  const options = subnet
    ? [
        {
          code: 'CLIENT_SUBNET',
          family: subnet.family,
          sourcePrefixLength: subnet.bits,
          scopePrefixLength: subnet.bits,
          ip: subnet.ip,
        },
      ]
    : [];
  return { type: 'OPT', name: '.', udpPayloadSize: payloadBytes.edns, flags: 0, options } as unknown as Answer;
}

/** Header alone, with the query's id, opcode and RD bit. */
function failed(query: Buffer, rcode: Rcode): AnsweredPacket {
  const bytes = Buffer.alloc(12);
  query.copy(bytes, 0, 0, 2);
  bytes[2] = 0x80 | ((query[2] ?? 0) & 0x79);
  bytes[3] = rcodes[rcode];
  return { bytes, name: '.', type: '-', rcode, resolution: undefined, clientSubnet: undefined };
}
