import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { databases } from '../../../engines/databases/databases.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { gigabyte, type Standing } from '../../../kernel/usage.ts';
import { clusters, type InstanceRecord, instances, snapshots } from '../state.ts';
import { offerOf } from './engines.ts';
import { sqlOf } from './sql.ts';

const dayMs = 86_400_000;

/**
 * "DB instance billing for Amazon RDS" and "… for Aurora": instances by the hour while they run, provisioned storage of RDS,
 * storage that Aurora uses, and snapshots beyond what is free.
 */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('rds.instances')) {
    const all = instances({ kernel, scope }).values();
    for (const record of all) yield* ofInstance(kernel, scope, record);
  }
  for (const scope of kernel.store.scopes('rds.clusters'))
    for (const { Engine, DBClusterArn, groupId, StorageType, volume } of clusters({ kernel, scope }).values()) {
      const below = sqlOf(offerOf(Engine).runs).databasesIn;
      const group = kernel.engine(databases).group(groupId);
      const folder = group ? join(group.dataDir(group.writer), below) : volume && join(volume, below);
      const usageType = StorageType === 'aurora-iopt1' ? 'Aurora:IO-OptimizedStorageUsage' : 'Aurora:StorageUsage';
      yield { usageType, amount: kernel.engine(sizes).of(folder), resource: DBClusterArn, ...scope };
    }
  for (const scope of kernel.store.scopes('rds.snapshots')) yield* ofSnapshots(kernel, scope);
}

/** An instance of Aurora and one of RDS cost differently, although AWS's bill calls both InstanceUsage. */
function* ofInstance(kernel: Kernel, scope: Scope, record: InstanceRecord): Generator<Standing> {
  const { DBInstanceClass, DBInstanceArn: resource, MultiAZ, StorageType = 'gp2', AllocatedStorage } = record;
  const runs = record.Status !== 'stopped' && record.Status !== 'creating';
  if (record.DBClusterIdentifier !== undefined) {
    const cluster = clusters({ kernel, scope }).get(record.DBClusterIdentifier);
    const optimized = cluster?.StorageType === 'aurora-iopt1' ? 'IOOptimized' : '';
    const serverless = DBInstanceClass === 'db.serverless';
    const usageType = serverless
      ? `Aurora:ServerlessV2${optimized}Usage`
      : `Aurora:InstanceUsage${optimized}:${DBInstanceClass}`;
    // Capacity does not follow the load here: it is the least that is asked for.
    const amount = serverless ? (cluster?.serverless?.MinCapacity ?? 0.5) : 1;
    if (runs) yield { usageType, amount, resource, ...scope };
    return;
  }
  if (runs)
    yield {
      usageType: `${MultiAZ ? 'Multi-AZUsage' : 'InstanceUsage'}:${DBInstanceClass}`,
      amount: 1,
      resource,
      ...scope,
    };
  const kind = { gp2: 'GP2-Storage', gp3: 'GP3-Storage', standard: 'StorageUsage' }[StorageType] ?? 'GP2-Storage';
  yield { usageType: `RDS:${MultiAZ ? 'Multi-AZ-' : ''}${kind}`, amount: AllocatedStorage, resource, ...scope };
}

/**
 * RDS: free up to all storage that is provisioned in the region. Aurora: free while the cluster is there and the snapshot
 * younger than its retention ("Amazon RDS backup storage", "Understanding Amazon Aurora backup storage usage").
 */
function* ofSnapshots(kernel: Kernel, scope: Scope): Generator<Standing> {
  const at = { kernel, scope };
  let free = instances(at)
    .values()
    .filter(({ DBClusterIdentifier }) => DBClusterIdentifier === undefined)
    .reduce((sum, { AllocatedStorage }) => sum + AllocatedStorage, 0);
  for (const { kind, arn, of, folder, createdMs, owner } of snapshots(at).values()) {
    const size = kernel.engine(sizes).of(join(folder, sqlOf(offerOf(owner.Engine).runs).databasesIn));
    if (kind === 'cluster') {
      const retentionDays = clusters(at).get(of)?.BackupRetentionPeriod ?? 0;
      const charged = kernel.clock.now() - createdMs >= retentionDays * dayMs;
      if (charged) yield { usageType: 'Aurora:BackupUsage', amount: size, resource: arn, ...scope };
      continue;
    }
    const charged = Math.max(size - free, 0);
    free = Math.max(free - size, 0);
    if (charged > 0) yield { usageType: 'RDS:ChargedBackupUsage', amount: charged, resource: arn, ...scope };
  }
}

const leastRealMs = 1000;

/**
 * A database grows by the machine's time: what it was a second ago it still is, however many hours are wound meanwhile.
 * Folders that are gone are forgotten as the map fills.
 */
const sizes = defineEngine('rds.sizes', ({ clock }) => {
  const known = new Map<string, { gigabytes: number; elapsedMs: number }>();
  return {
    of(folder: string | undefined): number {
      if (folder === undefined) return 0;
      const before = known.get(folder);
      const elapsedMs = clock.elapsed();
      if (before && elapsedMs - before.elapsedMs < leastRealMs) return before.gigabytes;
      if (known.size >= 1000) known.clear();
      const gigabytes = gigabytesIn(folder);
      known.set(folder, { gigabytes, elapsedMs });
      return gigabytes;
    },
  };
});

/** Of the tables and indexes, two folders deep. */
function gigabytesIn(folder: string): number {
  let bytes = 0;
  for (const database of entries(folder))
    for (const file of entries(join(folder, database)))
      bytes += statSync(join(folder, database, file), { throwIfNoEntry: false })?.size ?? 0;
  return bytes / gigabyte;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
