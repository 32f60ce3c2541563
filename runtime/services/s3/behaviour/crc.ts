/**
 * Cyclic redundancy checks that Node has not: CRC-32C (Castagnoli) and CRC-64/NVME, eight bytes at a step from eight
 * tables ("slicing by 8"). 64-bit values are kept as two 32-bit halves, for BigInt would be many times slower.
 */
export function crc32c(chunk: Uint8Array, previous: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = castagnoliTables;
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let crc = ~previous;
  let at = 0;
  for (const end = chunk.length - 7; at < end; at += 8) {
    const low = view.getInt32(at, true) ^ crc;
    const high = view.getInt32(at + 4, true);
    crc =
      at32(t7, low & 255) ^
      at32(t6, (low >>> 8) & 255) ^
      at32(t5, (low >>> 16) & 255) ^
      at32(t4, low >>> 24) ^
      at32(t3, high & 255) ^
      at32(t2, (high >>> 8) & 255) ^
      at32(t1, (high >>> 16) & 255) ^
      at32(t0, high >>> 24);
  }
  for (; at < chunk.length; at += 1) crc = at32(t0, (crc ^ view.getUint8(at)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

export function crc64nvme(chunk: Uint8Array, previous: bigint): bigint {
  const { low: lowTable, high: highTable } = nvmeTables();
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let low = ~Number(previous & 0xffffffffn);
  let high = ~Number(previous >> 32n);
  let at = 0;
  for (const end = chunk.length - 7; at < end; at += 8) {
    const a = view.getInt32(at, true) ^ low;
    const b = view.getInt32(at + 4, true) ^ high;
    const i0 = 1792 + (a & 255);
    const i1 = 1536 + ((a >>> 8) & 255);
    const i2 = 1280 + ((a >>> 16) & 255);
    const i3 = 1024 + (a >>> 24);
    const i4 = 768 + (b & 255);
    const i5 = 512 + ((b >>> 8) & 255);
    const i6 = 256 + ((b >>> 16) & 255);
    const i7 = b >>> 24;
    low =
      at32(lowTable, i0) ^
      at32(lowTable, i1) ^
      at32(lowTable, i2) ^
      at32(lowTable, i3) ^
      at32(lowTable, i4) ^
      at32(lowTable, i5) ^
      at32(lowTable, i6) ^
      at32(lowTable, i7);
    high =
      at32(highTable, i0) ^
      at32(highTable, i1) ^
      at32(highTable, i2) ^
      at32(highTable, i3) ^
      at32(highTable, i4) ^
      at32(highTable, i5) ^
      at32(highTable, i6) ^
      at32(highTable, i7);
  }
  for (; at < chunk.length; at += 1) {
    const index = (low ^ view.getUint8(at)) & 255;
    low = ((low >>> 8) | (high << 24)) ^ at32(lowTable, index);
    high = (high >>> 8) ^ at32(highTable, index);
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}

function at32(table: Int32Array | undefined, index: number): number {
  return (table as Int32Array)[index] as number;
}

const castagnoliTables = Array.from({ length: 8 }, (_, table) =>
  new Int32Array(256).map((_value, byte) => Number(entry(byte, table, 0x82f63b78n) & 0xffffffffn)),
);

/** All eight tables in one array, table after table. */
let nvme: { low: Int32Array; high: Int32Array } | undefined;

/** Made when they are first needed: sixteen thousand steps over large integers are no work for every start. */
function nvmeTables(): { low: Int32Array; high: Int32Array } {
  nvme ??= makeNvmeTables();
  return nvme;
}

function makeNvmeTables(): { low: Int32Array; high: Int32Array } {
  const low = new Int32Array(2048);
  const high = new Int32Array(2048);
  for (let index = 0; index < 2048; index += 1) {
    const value = entry(index & 255, index >> 8, 0x9a6c9329ac4bc9b5n);
    low[index] = Number(value & 0xffffffffn);
    high[index] = Number(value >> 32n);
  }
  return { low, high };
}

/** What a byte comes to after it and `zeros` bytes of zero have gone through the register. */
function entry(byte: number, zeros: number, polynomial: bigint): bigint {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8 * (zeros + 1); bit += 1) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
  return value;
}
