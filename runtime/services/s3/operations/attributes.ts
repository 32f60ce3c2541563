import type { GetObjectAttributesCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { checksumMembers } from '../behaviour/checksums.ts';
import { checkCustomerKey } from '../behaviour/encryption.ts';
import { findObject } from '../behaviour/find-object.ts';
import { lastModified, metaOf, versionMembers } from '../behaviour/presentation.ts';

export function GetObjectAttributes(ctx: Context, input: GetObjectAttributesCommandInput) {
  const { bucket, object } = findObject(ctx, input);
  const meta = metaOf(object);
  checkCustomerKey(meta.sse, input);
  const wanted = new Set<string>(input.ObjectAttributes ?? []);
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(input.MaxParts ?? 1000, 1000);
  const rest = (meta.parts ?? []).filter((part) => part.number > after);
  const page = rest.slice(0, limit);
  return {
    LastModified: lastModified(object),
    ...versionMembers(bucket, object.versionId),
    ETag: wanted.has('ETag') ? object.etag : undefined,
    Checksum:
      wanted.has('Checksum') && meta.checksums
        ? { ...checksumMembers(meta.checksums), ChecksumType: meta.checksumType ?? ('FULL_OBJECT' as const) }
        : undefined,
    ObjectParts:
      wanted.has('ObjectParts') && meta.parts
        ? {
            TotalPartsCount: meta.parts.length,
            PartNumberMarker: String(after),
            NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
            MaxParts: limit,
            IsTruncated: rest.length > page.length,
            // "GetObjectAttributes": parts are told one by one where they have checksums of their own.
            ...(meta.checksumType === 'COMPOSITE'
              ? {
                  Parts: page.map((part) => ({
                    PartNumber: part.number,
                    Size: part.size,
                    ...checksumMembers(part.checksums),
                  })),
                }
              : {}),
          }
        : undefined,
    StorageClass: wanted.has('StorageClass') ? object.storageClass : undefined,
    ObjectSize: wanted.has('ObjectSize') ? object.size : undefined,
  };
}
