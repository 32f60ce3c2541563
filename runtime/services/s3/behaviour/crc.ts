/** CRC-32C (Castagnoli), which Node has not: eight bytes at a step from eight tables ("slicing by 8"). */
export function crc32c(chunk: Uint8Array, previous: number): number {
  castagnoliTables ??= makeTables();
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

function at32(table: Int32Array | undefined, index: number): number {
  return (table as Int32Array)[index] as number;
}

/** Made when first needed: they take longer than all else that S3 does at a start. */
let castagnoliTables: Int32Array[] | undefined;

function makeTables(): Int32Array[] {
  return Array.from({ length: 8 }, (_, table) =>
    new Int32Array(256).map((_value, byte) => Number(entry(byte, table, 0x82f63b78n) & 0xffffffffn)),
  );
}

/** What a byte comes to after it and `zeros` bytes of zero have gone through the register. */
function entry(byte: number, zeros: number, polynomial: bigint): bigint {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8 * (zeros + 1); bit += 1) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
  return value;
}
