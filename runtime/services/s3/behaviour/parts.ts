import { createHash } from 'node:crypto';
import type { CompleteMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { s3Error } from '../errors.ts';
import { compositeChecksum, fullObjectChecksum, memberOf } from './checksums.ts';
import type { Part, UploadMeta } from './uploads.ts';

/** "Amazon S3 multipart upload limits": every part but the last has 5 MiB. */
const smallestPart = 5 * 1024 * 1024;

/** "Checksum types": CRC64NVME covers the whole, SHA its parts' checksums, CRC32 and CRC32C either. */
export function checksumTypeFor(algorithm: string | undefined, asked: string | undefined): UploadMeta['checksumType'] {
  const type = asked ?? (algorithm === undefined || algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE')
    throw s3Error('InvalidRequest', {}, 'Value for x-amz-checksum-type header is invalid.');
  if (asked && !algorithm)
    throw s3Error(
      'InvalidRequest',
      {},
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  if ((type === 'FULL_OBJECT' && algorithm?.startsWith('SHA')) || (type === 'COMPOSITE' && algorithm === 'CRC64NVME')) {
    throw s3Error(
      'InvalidRequest',
      {},
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return type;
}

/** The parts that the request lists, held to what it says of them. */
export function chooseParts(uploaded: Part[], input: CompleteMultipartUploadCommandInput, meta: UploadMeta): Part[] {
  const wanted = input.MultipartUpload?.Parts ?? [];
  if (wanted.length === 0) throw s3Error('MalformedXML');
  const numbers = wanted.map(({ PartNumber = 0 }) => PartNumber);
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    throw s3Error('InvalidPartOrder', { UploadId: input.UploadId });
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  return wanted.map((claim, index) => {
    const { PartNumber = 0, ETag = '' } = claim;
    const part = byNumber.get(PartNumber);
    const invalid = { UploadId: input.UploadId, PartNumber, ETag };
    if (!part || part.etag !== ETag.replaceAll('"', '')) throw s3Error('InvalidPart', invalid);
    checkPartChecksum(claim as Record<string, unknown>, part, meta, invalid);
    if (index < wanted.length - 1 && part.size < smallestPart) {
      throw s3Error('EntityTooSmall', { ETag, MinSizeAllowed: smallestPart, ProposedSize: part.size, PartNumber });
    }
    return part;
  });
}

function checkPartChecksum(
  claim: Record<string, unknown>,
  part: Part,
  meta: UploadMeta,
  invalid: Record<string, unknown>,
): void {
  const sums = JSON.parse(part.checksums) as Record<string, string>;
  for (const [algorithm, value] of Object.entries(sums)) {
    const claimed = claim[memberOf(algorithm)];
    if (claimed !== undefined && claimed !== value) throw s3Error('InvalidPart', invalid);
    if (claimed === undefined && meta.checksumType === 'COMPOSITE' && algorithm === meta.checksumAlgorithm) {
      throw s3Error(
        'InvalidRequest',
        {},
        `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
      );
    }
  }
}

/** MD5 of the parts' MD5s and their number ("Object", Amazon S3 API Reference). */
export function wholeEtag(parts: Part[]): string {
  const digest = createHash('md5')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))))
    .digest('hex');
  return `${digest}-${parts.length}`;
}

export function wholeChecksum(parts: Part[], meta: UploadMeta): Record<string, string> | undefined {
  const algorithm = meta.checksumAlgorithm ?? 'CRC64NVME';
  const sums: { checksum: string; size: number }[] = [];
  for (const part of parts) {
    const checksum = (JSON.parse(part.checksums) as Record<string, string>)[algorithm];
    if (checksum === undefined) return undefined;
    sums.push({ checksum, size: part.size });
  }
  const value =
    meta.checksumType === 'COMPOSITE'
      ? compositeChecksum(
          algorithm,
          sums.map(({ checksum }) => checksum),
        )
      : fullObjectChecksum(algorithm, sums);
  return { [algorithm]: value };
}
