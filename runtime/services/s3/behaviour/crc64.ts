/**
 * CRC-64/NVME over 16 bytes at a step ("slicing by 16"), as a few instructions of WebAssembly: S3 computes it of every body
 * that comes without a checksum, and JavaScript has no 64-bit integers that are quick.
 */
export function crc64nvme(chunk: Uint8Array, previous: bigint): bigint {
  machine ??= start();
  const { bytes, run } = machine;
  let crc = ~previous;
  for (let at = 0; at < chunk.length; at += roomBytes) {
    const part = chunk.subarray(at, at + roomBytes);
    bytes.set(part, tableBytes);
    crc = run(tableBytes, tableBytes + (part.length & ~15), tableBytes + part.length, crc);
  }
  return BigInt.asUintN(64, ~crc);
}

interface Machine {
  bytes: Uint8Array;
  /** From, to where whole steps end, to, register. */
  run(from: number, steps: number, to: number, crc: bigint): bigint;
}

/** Made when it is first needed: the tables are no work for every start. */
let machine: Machine | undefined;

const polynomial = 0x9a6c9329ac4bc9b5n;
const tables = 16;
const tableBytes = tables * 256 * 8;
const roomBytes = 256 * 1024;

function start(): Machine {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program()));
  const memory = exports.memory as WebAssembly.Memory;
  const table = new BigUint64Array(memory.buffer, 0, tables * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    table[byte] = value;
  }
  // Each table is the one before with a byte of zero gone through the register.
  for (let index = 256; index < table.length; index += 1) {
    const before = table[index - 256] ?? 0n;
    table[index] = (before >> 8n) ^ (table[Number(before & 255n)] ?? 0n);
  }
  return { bytes: new Uint8Array(memory.buffer), run: exports.run as Machine['run'] };
}

/** The module in its binary form ("Binary Format", WebAssembly Core Specification). */
function program(): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil((tableBytes + roomBytes) / 65_536);
  const signature = [0x60, 4, i32, i32, i32, i64, 1, i64];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, ...signature]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, pages]),
    ...section(7, [2, ...named('memory'), 2, 0, ...named('run'), 0, 0]),
    ...section(10, [1, ...sized(body())]),
  ]);
}

const i32 = 0x7f;
const i64 = 0x7e;
/** Locals: the arguments, then the sixteen bytes under way as two words. */
const [from, steps, to, crc, low, high] = [0, 1, 2, 3, 4, 5];

function body(): number[] {
  const first = [...get(from), ...load(0), ...get(crc), op.xor, ...set(low), ...get(from), ...load(8), ...set(high)];
  const looked = Array.from({ length: tables }, (_, place) => [
    ...lookUp(place < 8 ? low : high, (place % 8) * 8, tables - 1 - place),
    ...(place === 0 ? [] : [op.xor]),
  ]).flat();
  const single = [
    ...[...get(crc), ...get(from), op.loadByte, 0, 0, op.xor, ...set(low)],
    ...[...lookUp(low, 0, 0), ...get(crc), op.constant64, 8, op.shiftRight, op.xor, ...set(crc)],
  ];
  return [
    ...[1, 2, i64],
    ...whileBelow(steps, [...first, ...looked, ...set(crc), ...advance(16)]),
    ...whileBelow(to, [...single, ...advance(1)]),
    ...get(crc),
    op.end,
  ];
}

const op = {
  end: 0x0b,
  loadByte: 0x31,
  constant64: 0x42,
  and: 0x83,
  xor: 0x85,
  shiftRight: 0x88,
};

/** What the byte of a word that is `shift` bits up comes to in a table. */
function lookUp(word: number, shift: number, table: number): number[] {
  const byte = [...get(word), op.constant64, shift, op.shiftRight, op.constant64, ...[0xff, 0x01], op.and];
  // As an address: wrapped to 32 bits, times eight.
  return [...byte, 0xa7, 0x41, 3, 0x74, ...load(table * 256 * 8)];
}

function whileBelow(end: number, inside: number[]): number[] {
  const leaveAtEnd = [...get(from), ...get(end), 0x4f, 0x0d, 1];
  return [0x02, 0x40, 0x03, 0x40, ...leaveAtEnd, ...inside, 0x0c, 0, op.end, op.end];
}

function advance(bytes: number): number[] {
  return [...get(from), 0x41, bytes, 0x6a, ...set(from)];
}

function load(offset: number): number[] {
  return [0x29, 3, ...unsigned(offset)];
}

function get(local: number | undefined): number[] {
  return [0x20, local ?? 0];
}

function set(local: number | undefined): number[] {
  return [0x21, local ?? 0];
}

function section(id: number, content: number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: number[]): number[] {
  return [...unsigned(content.length), ...content];
}

function named(name: string): number[] {
  return sized([...Buffer.from(name)]);
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}
