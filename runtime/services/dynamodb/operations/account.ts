import type { Context } from '../../../kernel/service.ts';

/** "Service, account, and table quotas": the defaults of an account. */
export function DescribeLimits() {
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
}

export function DescribeEndpoints(ctx: Context) {
  return { Endpoints: [{ Address: `dynamodb.${ctx.region}.amazonaws.com`, CachePeriodInMinutes: 1440 }] };
}
