import { open } from 'node:fs/promises';

/** One event of a binary log, as far as recovery must know it. */
interface LogEvent {
  at: number;
  end: number;
  /** Seconds, by the clock of the machine, of the statement it is of. */
  stamp: number;
  /** Of the transaction that begins here; undefined where none does. */
  sequence: bigint | undefined;
}

export interface Until {
  /** Nothing from this offset on. */
  offset?: number | undefined;
  /** No transaction after this one. */
  sequence?: bigint | undefined;
  stamps?: Stamps | undefined;
}

/** From an offset on no transaction stamped later than `last`; stamps later than `latest` are a client's fancy and say nothing. */
export interface Stamps {
  from: number;
  last: number;
  latest: number;
}

/** "Event Structure" (MariaDB documentation): every event begins with nineteen bytes, the file with four of its own. */
export const firstEvent = 4;
const headerBytes = 19;
const gtidEvent = 162;
const chunkBytes = 1024 * 1024;

/** Of a global transaction id; all is of one domain: "0-<server>-<sequence>". */
export function sequenceOf(position: string | null | undefined): bigint {
  return BigInt(/^\d+-\d+-(\d+)$/.exec(position ?? '')?.[1] ?? '0');
}

/**
 * Where in a log file to end reading: at its end, or where `until` says; what a crash tore off is left out. `late` when it was
 * a stamp that ended it.
 */
export async function endOf(file: string, from: number, until: Until): Promise<{ end: number; late: boolean }> {
  const { offset = Number.POSITIVE_INFINITY, sequence: last, stamps } = until;
  let end = from;
  for await (const event of eventsOf(file, from)) {
    if (event.end > offset) break;
    if (event.sequence !== undefined && last !== undefined && event.sequence > last) break;
    if (event.sequence !== undefined && stamps && isLate(event, stamps)) return { end, late: true };
    end = event.end;
  }
  return { end, late: false };
}

const isLate = ({ at, stamp }: LogEvent, { from, last, latest }: Stamps): boolean =>
  at >= from && stamp > last && stamp <= latest;

async function* eventsOf(file: string, from: number): AsyncGenerator<LogEvent> {
  const log = await open(file, 'r');
  try {
    const { size } = await log.stat();
    let held = { at: 0, bytes: Buffer.alloc(0) };
    const take = async (at: number, length: number): Promise<Buffer> => {
      if (at < held.at || at + length > held.at + held.bytes.length) {
        const { buffer, bytesRead } = await log.read(Buffer.alloc(chunkBytes), 0, chunkBytes, at);
        held = { at, bytes: buffer.subarray(0, bytesRead) };
      }
      return held.bytes.subarray(at - held.at, at - held.at + length);
    };
    for (let at = from; at + headerBytes <= size; ) {
      const header = await take(at, headerBytes);
      const end = at + header.readUInt32LE(9);
      if (end < at + headerBytes || end > size) return;
      const begins = header[4] === gtidEvent;
      const sequence = begins ? (await take(at + headerBytes, 8)).readBigUInt64LE() : undefined;
      yield { at, end, stamp: (await take(at, headerBytes)).readUInt32LE(0), sequence };
      at = end;
    }
  } finally {
    await log.close();
  }
}
