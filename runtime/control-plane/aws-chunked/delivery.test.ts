import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeAwsChunked } from './decode.ts';

/** The body cut where the numbers say, as a socket may deliver it. */
function delivered(body: Buffer, cuts: number[] = []): Readable {
  const places = [0, ...[...new Set(cuts.map((cut) => cut % (body.length + 1)))].sort((a, b) => a - b), body.length];
  return Readable.from(places.slice(1).map((end, index) => body.subarray(places[index], end)));
}

const unsigned = (chunks: string[], trailers = '') => Buffer.from(`${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n${trailers}\r\n`);
const length = (chunks: string[]) => chunks.join('').length;

describe('unsigned bodies in chunks', () => {
  test('come out as they were before, however they are delivered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a-z\r\n]{1,40}$/), { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), async (chunks, cuts) => {
        const source = delivered(unsigned(chunks, 'x-amz-checksum-crc32:AAAAAA==\r\n'), cuts);
        const { body, trailers } = decodeAwsChunked(source, { mode: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', decodedLength: length(chunks) });
        assert.equal((await buffer(body)).toString(), chunks.join(''));
        assert.deepEqual(await trailers, { 'x-amz-checksum-crc32': 'AAAAAA==' });
      }),
    );
  });

  test('that end early, or are not as long as was said, are refused', async () => {
    const whole = unsigned(['hello', 'world']);
    for (const [sent, decodedLength] of [[whole.subarray(0, 7), 10], [whole.subarray(0, 14), 10], [whole, 11], [Buffer.from('zz\r\n'), 1]] as const) {
      const { body } = decodeAwsChunked(delivered(sent), { mode: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', decodedLength });
      await assert.rejects(buffer(body), { code: 'IncompleteBody' });
    }
  });

  test('a trailer without a colon is not one', async () => {
    const { body } = decodeAwsChunked(delivered(unsigned(['a'], 'nonsense\r\n')), { mode: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', decodedLength: 1 });
    await assert.rejects(buffer(body), { code: 'MalformedTrailerError' });
  });
});
