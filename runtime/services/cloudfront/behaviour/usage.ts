import type { CallUsage, MeteredCall } from '../../../kernel/usage.ts';
import { distributions } from '../state.ts';

/** "Pay for file invalidation" (CloudFront Developer Guide): by path, however many objects a path with * stands for. */
export function meterCall({ operation, input, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  if (operation !== 'CreateInvalidation' || errorCode !== undefined) return [];
  return [
    {
      usageType: 'Invalidations',
      amount: (input.InvalidationBatch?.Paths?.Items ?? []).length,
      resource: distributions(ctx, ctx).get(input.DistributionId)?.ARN ?? '',
      region: 'us-east-1',
    },
  ];
}
