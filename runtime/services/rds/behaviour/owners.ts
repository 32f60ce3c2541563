import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type ClusterRecord, clusters, type InstanceRecord, instances, type Owner } from '../state.ts';

type Where = Context | { kernel: Kernel; scope: Scope };
export type AnyOwner = ClusterRecord | InstanceRecord;

export const kindOf = (owner: AnyOwner): 'cluster' | 'instance' =>
  'DBInstanceIdentifier' in owner ? 'instance' : 'cluster';

/** Automated backups. */
export const hasBackups = ({ BackupRetentionPeriod }: Owner): boolean => BackupRetentionPeriod > 0;

export const nameOf = (owner: AnyOwner): string =>
  'DBInstanceIdentifier' in owner ? owner.DBInstanceIdentifier : owner.DBClusterIdentifier;

/** The cluster, or the instance that stands alone, whose databases a group is. */
export function ownerOf(ctx: Where, groupId: string): ClusterRecord | InstanceRecord | undefined {
  const cluster = clusters(ctx)
    .values()
    .find((one) => one.groupId === groupId);
  return (
    cluster ??
    instances(ctx)
      .values()
      .find((one) => one.groupId === groupId)
  );
}

export function putOwner(ctx: Context, groupId: string, change: Partial<Owner>): void {
  const owner = ownerOf(ctx, groupId);
  if (!owner) return;
  if ('DBInstanceIdentifier' in owner) instances(ctx).put(owner.DBInstanceIdentifier, { ...owner, ...change });
  else
    clusters(ctx).put(owner.DBClusterIdentifier, { ...owner, ...change, verifier: change.verifier ?? owner.verifier });
}

export function replicasOf(ctx: Where, id: string): InstanceRecord[] {
  return instances(ctx)
    .values()
    .filter(({ source }) => source === id);
}

/** The group of databases that a replica follows; undefined for what is no replica. */
export function followedBy(ctx: Context, { source }: InstanceRecord): string | undefined {
  return source === undefined ? undefined : instances(ctx).get(source)?.groupId;
}
