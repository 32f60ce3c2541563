import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { crc64nvme } from './crc64.ts';

/** Bit by bit, from the definition ("CRC-64/NVME", NVM Express base specification). */
function byDefinition(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  }
  return crc ^ 0xffffffffffffffffn;
}

test('CRC-64/NVME has its check value, and is the same in whatever pieces the bytes come', () => {
  assert.equal(crc64nvme(Buffer.from('123456789'), 0n), 0xae8b14860a799888n);
  const block = createHash('sha512').update('any bytes').digest();
  const bytes = Buffer.concat(Array.from({ length: 47 }, (_, turn) => block.subarray(turn)));
  for (const size of [0, 1, 7, 15, 16, 17, 255, bytes.length]) {
    const some = bytes.subarray(bytes.length - size);
    const whole = byDefinition(some);
    assert.equal(crc64nvme(some, 0n), whole);
    for (const cut of [1, 16, 19, 200]) {
      assert.equal(crc64nvme(some.subarray(cut), crc64nvme(some.subarray(0, cut), 0n)), whole, `${size} at ${cut}`);
    }
  }
  // More than the machine holds at once.
  const large = Buffer.alloc(600_001, block);
  const inPieces = crc64nvme(large.subarray(300_007), crc64nvme(large.subarray(0, 300_007), 0n));
  assert.equal(crc64nvme(large, 0n), inPieces);
});
