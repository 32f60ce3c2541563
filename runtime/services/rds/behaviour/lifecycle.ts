import { databases } from '../../../engines/databases/databases.ts';
import { StartFailure } from '../../../engines/databases/server-process.ts';
import type { Context } from '../../../kernel/service.ts';
import { type ClusterRecord, clusters, type InstanceRecord, instances, type Owner } from '../state.ts';
import { beginBackups } from './backups.ts';
import { offerOf } from './engines.ts';
import { tell } from './events.ts';
import { fleet } from './fleet.ts';
import { beginGroup, clusterNames, instanceName } from './groups.ts';
import { moveIn, standbyOf } from './housing.ts';
import { followedBy, ownerOf, putOwner } from './owners.ts';
import { configurationOf } from './parameters.ts';

/** Begins an instance, or begins it again where the runtime ended before it had begun. */
export function beginInstance(ctx: Context, record: InstanceRecord): void {
  undertake(ctx, [record.DBInstanceIdentifier], record.groupId, () => begin(ctx, record));
}

/** Work on instances; when the server does not start for it, their status says so ("Viewing DB instance status"). */
export function undertake(ctx: Context, ids: readonly string[], groupId: string, work: () => Promise<void>): void {
  ctx.engine(fleet).begin(groupId, async () => {
    try {
      await work();
    } catch (error) {
      const refused = error instanceof StartFailure;
      const Status = refused && error.incompatible ? 'incompatible-parameters' : 'failed';
      for (const id of ids) {
        putStatus(ctx, id, Status);
        tell(
          ctx,
          ctx,
          refused && error.incompatible ? 'instanceIncompatible' : 'instanceFailed',
          id,
          (error as Error).message,
        );
      }
      if (!refused) throw error;
    }
  });
}

export function putStatus(ctx: Context, id: string, Status: string): void {
  const record = instances(ctx).get(id);
  if (record) instances(ctx).put(id, { ...record, Status });
}

/** A cluster's first instance begins its databases; each other one is a standby that answers reads. */
async function begin(ctx: Context, record: InstanceRecord): Promise<void> {
  const member = record.DBInstanceIdentifier;
  const cluster = record.DBClusterIdentifier === undefined ? undefined : clusters(ctx).get(record.DBClusterIdentifier);
  if (!instances(ctx).has(member)) return;
  const group = cluster && ctx.engine(databases).group(cluster.groupId);
  if (!group) await beginDatabases(ctx, record, cluster);
  else if (!group.members.includes(member)) await group.addMember(member);
  if (cluster) await configureOwn(ctx, record);
  const role = cluster ? { member } : 'writer';
  await ctx.engine(fleet).expose(instanceName(ctx, member), record.groupId, role, record.Port);
  const now = instances(ctx).get(member);
  if (!now) return;
  // "incompatible-network": its interface cannot be used.
  const answers = await moveIn(ctx, { account: ctx.account, region: ctx.region }, now);
  putStatus(ctx, member, answers ? 'available' : 'incompatible-network');
  tell(ctx, ctx, 'instanceCreated', member);
}

/** What the instance's own parameter group says beyond the cluster's, in force when it is available. */
async function configureOwn(ctx: Context, record: InstanceRecord): Promise<void> {
  const { own } = configurationOf(ctx, record);
  const group = ctx.engine(databases).group(record.groupId);
  if (!own || Object.keys(own.parameters).length === 0 || !group) return;
  await group.configure({ own });
  if (await group.awaitsRestart(own.member)) await group.reboot(own.member);
}

async function beginDatabases(ctx: Context, record: InstanceRecord, cluster: ClusterRecord | undefined) {
  const member = record.DBInstanceIdentifier;
  await fillVolume(ctx, cluster ?? record);
  const owner = ownerOf(ctx, record.groupId) ?? record;
  const names = cluster
    ? [...Object.values(clusterNames(ctx, cluster.DBClusterIdentifier)), everyInstance(ctx, member)]
    : [instanceName(ctx, member)];
  const { verifier = '', volume } = owner;
  const follows = followedBy(ctx, record);
  if (follows !== undefined) await ctx.engine(fleet).settled(follows);
  const options = { member, names, verifier, from: volume, follows };
  const group = await beginGroup(ctx, owner, options);
  if (!cluster && record.MultiAZ) await group.addMember(standbyOf(member));
  putOwner(ctx, record.groupId, { volume: undefined });
  await beginBackups(ctx, owner, volume === undefined ? 'empty' : 'with data');
}

/** A restored cluster has an address at once, and data to begin from once that is replayed. */
export function restoreCluster(ctx: Context, record: ClusterRecord): void {
  undertake(ctx, [], record.groupId, async () => {
    try {
      await fillVolume(ctx, record);
      putOwner(ctx, record.groupId, { Status: 'available' });
    } catch (error) {
      putOwner(ctx, record.groupId, { Status: 'incompatible-restore' });
      tell(ctx, ctx, 'clusterNotRestored', record.DBClusterIdentifier, (error as Error).message);
    }
  });
}

/** Makes the volume of what is restored to a moment of something else. */
export async function fillVolume(ctx: Context, { Engine, groupId, from }: Owner): Promise<void> {
  if (!from) return;
  const engine = ctx.engine(databases);
  const volume = engine.backupFolder(`volume-${groupId}`);
  await engine.recover(from.groupId, { engine: offerOf(Engine).runs, cloudMs: from.cloudMs, to: volume });
  putOwner(ctx, groupId, { volume, from: undefined });
}

/** Readers come later and have the cluster's certificate: `*.…` stands for the name of any of its instances. */
function everyInstance(ctx: Context, member: string): string {
  return instanceName(ctx, member).replace(/^[^.]+/, '*');
}
