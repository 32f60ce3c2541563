import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type AwsChunkedOptions, type ChunkSigning, decodeAwsChunked } from './decode.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, '20130524'), 'us-east-1'), 's3'), 'aws4_request');

/** The example of "Signature calculations for the Authorization header: transferring a payload in multiple chunks". */
const signing: ChunkSigning = {
  key,
  scope: '20130524/us-east-1/s3/aws4_request',
  timestamp: '20130524T000000Z',
  seedSignature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const documented = [
  `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${'a'.repeat(65536)}\r\n`,
  `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n`,
  '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
].join('');

async function read(wire: string | Buffer, options: Partial<AwsChunkedOptions>, pieceSize = 1000) {
  const bytes = Buffer.from(wire as string);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceSize) }, (_, index) =>
    bytes.subarray(index * pieceSize, (index + 1) * pieceSize),
  );
  const { body, trailers } = decodeAwsChunked(Readable.from(pieces), {
    mode: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    decodedLength: Number.NaN,
    ...options,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return { body: Buffer.concat(chunks), trailers: await trailers };
}

const signed = { mode: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', decodedLength: 66560, signing } as const;

describe('a body in signed chunks', () => {
  test("is taken as in AWS's own example", async () => {
    for (const pieceSize of [97, 65536, 100_000])
      assert.ok((await read(documented, signed, pieceSize)).body.equals(Buffer.alloc(66560, 'a')));
  });

  test('is refused when a byte, a signature or the end is not as signed', async () => {
    const mismatch = { name: 'SignatureDoesNotMatch', status: 403 };
    await assert.rejects(read(documented.replace('aaa', 'aab'), signed), mismatch);
    await assert.rejects(read(documented.replace('0055', '0056'), signed), mismatch);
    await assert.rejects(
      read(documented.replace(/0;chunk-signature=b6.*/s, `0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`), signed),
      mismatch,
    );
    await assert.rejects(read(documented.slice(0, -90), signed), { name: 'IncompleteBody' });
    await assert.rejects(read(documented, { ...signed, decodedLength: 66561 }), { name: 'IncompleteBody' });
  });

  test('may have a signed trailer', async () => {
    const chain = (previous: string, text: string): string =>
      hmac(
        key,
        ['AWS4-HMAC-SHA256-PAYLOAD', signing.timestamp, signing.scope, previous, sha(''), sha(text)].join('\n'),
      ).toString('hex');
    const one = chain(signing.seedSignature, 'hello');
    const end = chain(one, '');
    const trailer = hmac(
      key,
      ['AWS4-HMAC-SHA256-TRAILER', signing.timestamp, signing.scope, end, sha('x-amz-checksum-crc32:NhCmhg==\n')].join(
        '\n',
      ),
    ).toString('hex');
    const wire = (signature: string): string =>
      `5;chunk-signature=${one}\r\nhello\r\n0;chunk-signature=${end}\r\nx-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
    const options = { mode: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', decodedLength: 5, signing } as const;
    assert.deepEqual((await read(wire(trailer), options)).trailers, { 'x-amz-checksum-crc32': 'NhCmhg==' });
    await assert.rejects(read(wire('0'.repeat(64)), options), { name: 'SignatureDoesNotMatch' });
  });
});

describe('a body in unsigned chunks', () => {
  test('is what was in the chunks, however it was cut on its way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 64 }),
        async (parts, pieceSize) => {
          const chunks = parts.map((part) =>
            Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
          );
          const wire = Buffer.concat([...chunks, Buffer.from('0\r\nx-amz-checksum-sha1: c3Vt\r\n\r\n')]);
          const { body, trailers } = await read(wire, {}, pieceSize);
          assert.ok(body.equals(Buffer.concat(parts)));
          assert.deepEqual(trailers, { 'x-amz-checksum-sha1': 'c3Vt' });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('is refused when it is cut short, ill-formed, or its trailer is', async () => {
    await assert.rejects(read('5\r\nhel', {}), { name: 'IncompleteBody' });
    await assert.rejects(read('5\r\nhello\r\n', {}), { name: 'IncompleteBody' });
    await assert.rejects(read('5\r\nhello!\r\n0\r\n\r\n', {}), { name: 'IncompleteBody' });
    await assert.rejects(read('five\r\nhello\r\n0\r\n\r\n', {}), { name: 'IncompleteBody' });
    await assert.rejects(read('0\r\nno colon here\r\n\r\n', {}), { name: 'MalformedTrailerError' });
  });
});

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
