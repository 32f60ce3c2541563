import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nativeVerifier } from './handshake.ts';
import { tokenStatements } from './token-statements.ts';

const packet = (sequence: number, body: string): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(Buffer.byteLength(body, 'latin1'), 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
};

test('only statements that make a user of tokens are changed, however the bytes come', async () => {
  const before = [
    packet(0, "\x03CREATE USER jane IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'"),
    packet(0, "\x03SELECT 'CREATE USER jane IDENTIFIED WITH AWSAuthenticationPlugin AS RDS'"),
    packet(0, '\x0e'),
    packet(1, 'a file'.repeat(4000)),
    packet(2, ''),
  ];
  const made = `\x03CREATE USER jane IDENTIFIED VIA mysql_native_password USING '${nativeVerifier('secret')}'`;
  const wanted = Buffer.concat([packet(0, made), ...before.slice(1)]);
  for (const size of [1, 3, 5, 1000, 100_000]) {
    const through = tokenStatements('secret');
    const all = Buffer.concat(before);
    const heard: Buffer[] = [];
    through.on('data', (chunk: Buffer) => heard.push(chunk));
    for (let at = 0; at < all.length; at += size) through.write(all.subarray(at, at + size));
    // Nothing is held back until the end of the stream: a client waits for the answer to its last packet.
    await new Promise((resolve) => through.write(Buffer.alloc(0), resolve));
    assert.deepEqual(Buffer.concat(heard), wanted, `${size} bytes at a time`);
  }
});
