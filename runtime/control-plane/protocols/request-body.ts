import { gunzipSync } from 'node:zlib';
import { CodecError } from './codec-error.ts';
import type { WireRequest } from './protocol.ts';

/** What a compressed document may unfold to; above every request size that AWS takes in a document. */
const LIMIT = 80 * 1024 * 1024;

/**
 * The body as a whole document, unpacked when the client compressed it (SDKs do from 10 KB for operations with the
 * requestCompression trait, e.g. CloudWatch's PutMetricData).
 */
export function documentBody(request: WireRequest): Buffer {
  const { body } = request;
  if (!Buffer.isBuffer(body)) throw new Error('a document of a protocol was handed over as a stream');
  if (request.headers['content-encoding'] !== 'gzip' || body.length === 0) return body;
  try {
    return gunzipSync(body, { maxOutputLength: LIMIT });
  } catch {
    throw new CodecError('SerializationException', 'The body is not what its Content-Encoding says, or too large.');
  }
}
