import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type CallUsage, gigabyte, type MeteredCall, type Standing } from '../../../kernel/usage.ts';
import { buckets } from '../state.ts';
import { objectTable } from './object-table.ts';

/** "Amazon S3 pricing", Requests & data retrievals: PUT, COPY, POST and LIST are one class, GET and all others another; DELETE and CANCEL are free. */
export function meterCall({ operation, input, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  // "Billing for Amazon S3 error responses": whom the owner does not let in costs the owner nothing.
  if (/^(Delete|Abort)/.test(operation) || errorCode === 'AccessDenied') return [];
  if (errorCode === 'InternalError' || errorCode === 'SlowDown' || errorCode === 'NoSuchBucket') return [];
  const first = /^(Put|Copy|Post|List|Create|Upload|Complete|Restore)/.test(operation);
  const bucket = (input as { Bucket?: string }).Bucket;
  const owner = bucket === undefined ? undefined : buckets(ctx).get(bucket);
  return [
    {
      usageType: first ? 'Requests-Tier1' : 'Requests-Tier2',
      amount: 1,
      resource: bucket === undefined ? '' : `arn:aws:s3:::${bucket}`,
      ...(owner ? { region: owner.region, account: owner.account } : {}),
    },
  ];
}

/** The price list's names of the storage classes. */
const usageTypes: Record<string, string> = lookupTable({
  STANDARD: 'TimedStorage-ByteHrs',
  INTELLIGENT_TIERING: 'TimedStorage-INT-FA-ByteHrs',
  STANDARD_IA: 'TimedStorage-SIA-ByteHrs',
  ONEZONE_IA: 'TimedStorage-ZIA-ByteHrs',
  GLACIER_IR: 'TimedStorage-GIR-ByteHrs',
  GLACIER: 'TimedStorage-GlacierByteHrs',
  DEEP_ARCHIVE: 'TimedStorage-GDA-ByteHrs',
  REDUCED_REDUNDANCY: 'TimedStorage-RRS-ByteHrs',
});

export function* standing(kernel: Kernel): Generator<Standing> {
  for (const { Name, region, account } of buckets(kernel).values()) {
    for (const { storageClass, bytes } of kernel.engine(objectTable).sizes(Name)) {
      const usageType = usageTypes[storageClass] ?? storageClass;
      yield { usageType, amount: bytes / gigabyte, resource: `arn:aws:s3:::${Name}`, region, account };
    }
  }
}
