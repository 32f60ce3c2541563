import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel, Running } from '../../../kernel/service.ts';
import { buckets } from '../state.ts';
import { dayMs } from './lifecycle-dates.ts';
import { objectTable } from './object-table.ts';

/** How the metrics call the storage classes ("Amazon S3 dimensions in CloudWatch"). */
const storageTypes: Record<string, string> = lookupTable({
  STANDARD: 'StandardStorage',
  REDUCED_REDUNDANCY: 'ReducedRedundancyStorage',
  STANDARD_IA: 'StandardIAStorage',
  ONEZONE_IA: 'OneZoneIAStorage',
  GLACIER_IR: 'GlacierIRStorage',
  GLACIER: 'GlacierStorage',
  DEEP_ARCHIVE: 'DeepArchiveStorage',
});

/** "Amazon S3 daily storage metrics for buckets in CloudWatch": once a day, at midnight UTC, without being asked. */
export function publishStorageMetrics(kernel: Kernel): Running {
  const midnight = (Math.floor(kernel.clock.now() / dayMs) + 1) * dayMs;
  let daily = kernel.clock.at(midnight, 'S3 storage metrics', () => {
    daily = kernel.clock.every(dayMs, 'S3 storage metrics', () => publish(kernel));
    publish(kernel);
  });
  return { stop: () => daily.cancel() };
}

function publish(kernel: Kernel): void {
  const timeMs = kernel.clock.now();
  for (const { Name, region, account } of buckets(kernel).values()) {
    const metric = (name: string, StorageType: string, value: number, unit: string): void =>
      kernel.events.emit('metric', {
        namespace: 'AWS/S3',
        name,
        dimensions: { BucketName: Name, StorageType },
        value,
        unit,
        timeMs,
        region,
        account,
      });
    let count = 0;
    for (const held of kernel.engine(objectTable).sizes(Name)) {
      metric('BucketSizeBytes', storageTypes[held.storageClass] ?? held.storageClass, held.bytes, 'Bytes');
      count += held.count;
    }
    if (count > 0) metric('NumberOfObjects', 'AllStorageTypes', count, 'Count');
  }
}
