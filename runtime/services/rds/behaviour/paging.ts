import { pageAt } from '../../../kernel/pages.ts';
import type { Context, OperationHandler } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';

/**
 * A listing in pages of MaxRecords, 20 to 100 ("Describe…" actions, RDS API Reference); in one page where it is left out,
 * as there is nothing here that takes long to list.
 */
export function paged(list: OperationHandler): OperationHandler {
  return async (ctx: Context, input: { MaxRecords?: number; Marker?: string }) => {
    const whole = (await list(ctx, input)) as Record<string, unknown>;
    const { MaxRecords, Marker } = input;
    if (MaxRecords === undefined && Marker === undefined) return whole;
    if (MaxRecords !== undefined && (MaxRecords < 20 || MaxRecords > 100))
      throw invalidParameter(`Invalid value ${MaxRecords} for MaxRecords. Must be between 20 and 100`);
    const [name = '', all = []] = Object.entries(whole).find(([, value]) => Array.isArray(value)) ?? [];
    const unknown = () => invalidParameter('The parameter Marker is not one that was given.');
    const { items, next } = pageAt(all as unknown[], { token: Marker, size: MaxRecords ?? 100, unknown });
    return { ...whole, [name]: items, ...(next === undefined ? {} : { Marker: next }) };
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
