import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, test } from 'node:test';
import { FileStream } from './file-stream.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-file-stream-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Every 4 bytes differ from all others, so that a block filled too early shows. */
function countedBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

const body = countedBytes(3_000_000);

function open(blocks: Buffer[]): FileStream {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  writeFileSync(one, body.subarray(0, 1_700_000));
  writeFileSync(two, body.subarray(1_700_000));
  const pieces = [
    { path: one, start: 10, end: 1_699_999 },
    { path: two, start: 0, end: 1_299_999 },
  ];
  const stream = new FileStream(pieces, blocks);
  unlinkSync(one);
  unlinkSync(two);
  return stream;
}

async function served(answer: Parameters<typeof createServer>[1]): Promise<Buffer> {
  const server = createServer(answer as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const bytes = Buffer.from(await response.arrayBuffer());
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return bytes;
}

/** "Chunked transfer coding" (RFC 9112) undone. */
function dechunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

describe('a body in files', () => {
  test('is read whole though its files are deleted meanwhile', async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of open([])) chunks.push(chunk as Buffer);
    assert.ok(Buffer.concat(chunks).equals(body.subarray(10)));
  });

  test('goes to responses through the same blocks of memory, also several at a time', async () => {
    const blocks: Buffer[] = [];
    const all = Array.from({ length: 4 }, () =>
      served(((_request: never, response: never) => pipeline(open(blocks), response)) as never),
    );
    for (const bytes of await Promise.all(all)) assert.ok(bytes.equals(body.subarray(10)));
    assert.ok(blocks.length >= 1 && blocks.length <= 4);
  });

  test('fills no block again that a slow reader has not taken yet', { timeout: 20_000 }, async (t) => {
    const blocks: Buffer[] = [];
    // More than the system's own buffers between the two take.
    const large = countedBytes(40_000_000);
    const path = join(folder, 'large');
    writeFileSync(path, large);
    const server = createServer((_request, response) => {
      const stream = new FileStream([{ path, start: 0, end: large.length - 1 }], blocks);
      pipeline(stream, response).catch(() => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const slow = connect(port, '127.0.0.1');
    t.after(() => {
      slow.destroy();
      server.closeAllConnections();
      server.close();
    });
    slow.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const chunks: Buffer[] = [];
    // Takes its first bytes, and nothing more until others have been served from whatever blocks are free.
    await once(slow, 'readable');
    for (let turn = 0; turn < 2; turn += 1) {
      const other = await fetch(`http://127.0.0.1:${port}/`);
      assert.ok(Buffer.from(await other.arrayBuffer()).equals(large));
    }
    const gone = connect(port, '127.0.0.1');
    gone.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(gone, 'readable');
    gone.destroy();
    for await (const chunk of slow) chunks.push(chunk as Buffer);
    const received = Buffer.concat(chunks);
    assert.ok(dechunked(received.subarray(received.indexOf('\r\n\r\n') + 4)).equals(large));
  });

  test('leaves its memory alone for somebody who reads along, or whom it only passes through', async () => {
    const blocks: Buffer[] = [];
    const seen: Buffer[] = [];
    const along = await served(((_request: never, response: never) => {
      const stream = open(blocks);
      stream.on('data', (chunk: Buffer) => seen.push(chunk));
      void pipeline(stream, response);
    }) as never);
    assert.ok(along.equals(body.subarray(10)) && Buffer.concat(seen).equals(along));
    const through = await served(((_request: never, response: never) =>
      pipeline(open(blocks), new PassThrough(), response)) as never);
    assert.ok(through.equals(body.subarray(10)));
    assert.equal(blocks.length, 0);
  });

  test('ends its response with an error when a file is shorter than it should be', async () => {
    const path = join(folder, 'short');
    writeFileSync(path, 'short');
    const stream = new FileStream([{ path, start: 0, end: 99 }], []);
    await assert.rejects(async () => {
      for await (const _chunk of stream);
    }, /shorter than its object/);
  });
});
