import type { Context, OperationHandler } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';

/**
 * A listing in pages of MaxRecords, 20 to 100 ("Describe…" actions, RDS API Reference); in one page where it is left out,
 * as there is nothing here that takes long to list. A Marker is where the next page begins.
 */
export function paged(list: OperationHandler): OperationHandler {
  return async (ctx: Context, input: { MaxRecords?: number; Marker?: string }) => {
    const whole = (await list(ctx, input)) as Record<string, unknown>;
    const { MaxRecords, Marker } = input;
    if (MaxRecords === undefined && Marker === undefined) return whole;
    if (MaxRecords !== undefined && (MaxRecords < 20 || MaxRecords > 100))
      throw invalidParameter(`Invalid value ${MaxRecords} for MaxRecords. Must be between 20 and 100`);
    const start = Marker === undefined ? 0 : Number(Buffer.from(Marker, 'base64').toString());
    if (!Number.isInteger(start) || start < 0)
      throw invalidParameter('The parameter Marker is not one that was given.');
    const end = start + (MaxRecords ?? 100);
    const [name = '', all = []] = Object.entries(whole).find(([, value]) => Array.isArray(value)) ?? [];
    const isMore = end < (all as unknown[]).length;
    return {
      ...whole,
      [name]: (all as unknown[]).slice(start, end),
      ...(isMore ? { Marker: Buffer.from(String(end)).toString('base64') } : {}),
    };
  };
}

/** The operations that list in pages. */
export const listings: readonly string[] = [
  'DescribeDBClusterAutomatedBackups',
  'DescribeDBClusterParameterGroups',
  'DescribeDBClusterParameters',
  'DescribeDBClusterSnapshots',
  'DescribeDBClusters',
  'DescribeDBEngineVersions',
  'DescribeDBInstanceAutomatedBackups',
  'DescribeDBInstances',
  'DescribeDBLogFiles',
  'DescribeDBParameterGroups',
  'DescribeDBParameters',
  'DescribeDBSnapshots',
  'DescribeDBSubnetGroups',
  'DescribeEventSubscriptions',
  'DescribeEvents',
  'DescribeOrderableDBInstanceOptions',
];
