import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { arnOf, clusters, instances, type Tag } from './state.ts';

/** Resource types by the parameter that names them ("Actions, resources, and condition keys for Amazon RDS"). */
const named: Readonly<Record<string, string>> = lookupTable({
  DBInstanceIdentifier: 'db',
  SourceDBInstanceIdentifier: 'db',
  TargetDBInstanceIdentifier: 'db',
  DBClusterIdentifier: 'cluster',
  SourceDBClusterIdentifier: 'cluster',
  DBSubnetGroupName: 'subgrp',
  DBParameterGroupName: 'pg',
  DBClusterParameterGroupName: 'cluster-pg',
  DBSnapshotIdentifier: 'snapshot',
  DBClusterSnapshotIdentifier: 'cluster-snapshot',
  OptionGroupName: 'og',
  SubscriptionName: 'es',
});

/** What a listing is of, when it names none. */
const listed: Readonly<Record<string, string>> = lookupTable({
  DescribeDBInstances: 'db',
  DescribeDBClusters: 'cluster',
  DescribeDBSubnetGroups: 'subgrp',
  DescribeDBParameterGroups: 'pg',
  DescribeDBClusterParameterGroups: 'cluster-pg',
  DescribeDBSnapshots: 'snapshot',
  DescribeDBClusterSnapshots: 'cluster-snapshot',
  DescribeEvents: 'es',
  DescribeEventSubscriptions: 'es',
});

/** Every resource that the request names must be allowed; names are kept, and so compared, in lower case. */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  const action = `rds:${operation}`;
  const conditions = conditionsOf(input);
  const resources = new Map<string, Record<string, string | string[]>>();
  for (const [parameter, type] of Object.entries(named)) {
    const value = input[parameter];
    if (typeof value !== 'string') continue;
    // "cluster-snapshot", where the operation is about clusters.
    const arn = value.startsWith('arn:') ? value : arnOf(ctx, type, value.toLowerCase());
    resources.set(arn, { ...conditions, ...tagsOf(ctx, arn) });
  }
  if (typeof input.SnapshotIdentifier === 'string') {
    const id = input.SnapshotIdentifier;
    resources.set(id.startsWith('arn:') ? id : arnOf(ctx, 'cluster-snapshot', id.toLowerCase()), conditions);
  }
  if (typeof input.ResourceName === 'string')
    resources.set(input.ResourceName, { ...conditions, ...tagsOf(ctx, input.ResourceName) });
  if (resources.size === 0) {
    const type = listed[operation];
    return [{ action, resource: type === undefined ? '*' : arnOf(ctx, type, '*'), conditions }];
  }
  return [...resources].map(([resource, about]) => ({ action, resource, conditions: about }));
}

function conditionsOf(input: Record<string, unknown>): Record<string, string | string[]> {
  const keys = {
    'rds:DatabaseEngine': input.Engine,
    'rds:DatabaseClass': input.DBInstanceClass,
    'rds:DatabaseName': input.DBName ?? input.DatabaseName,
    'rds:StorageEncrypted': input.StorageEncrypted,
    'rds:StorageSize': input.AllocatedStorage,
    'rds:MultiAz': input.MultiAZ,
    'rds:ManageMasterUserPassword': input.ManageMasterUserPassword,
  };
  const tags = (Array.isArray(input.Tags) ? input.Tags : []) as Tag[];
  return {
    ...Object.fromEntries(
      Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    ),
    ...Object.fromEntries(
      tags.flatMap(({ Key, Value }) => [
        [`aws:RequestTag/${Key}`, Value ?? ''],
        [`rds:req-tag/${Key}`, Value ?? ''],
      ]),
    ),
    ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ Key }) => Key ?? '') } : {}),
  };
}

function tagsOf(ctx: Context, arn: string): Record<string, string> {
  const [type, id = ''] = arn.split(':').slice(5);
  const own = lookupTable({ db: ['db-tag', instances], cluster: ['cluster-tag', clusters] } as const);
  const [key, collection] = own[type as keyof typeof own] ?? [];
  const tags = collection?.(ctx).get(id)?.Tags ?? [];
  return Object.fromEntries(
    tags.flatMap(({ Key, Value }) => [
      [`aws:ResourceTag/${Key}`, Value ?? ''],
      [`rds:${key}/${Key}`, Value ?? ''],
    ]),
  );
}
