import { databases } from '../../../engines/databases/databases.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { rootOf } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { arnOf, retained, type SnapshotRecord, snapshots } from '../state.ts';
import { backupWindow, nextWindow } from './backup-window.ts';
import { tell } from './events.ts';
import { fleet } from './fleet.ts';
import { type AnyOwner, hasBackups, kindOf, nameOf, ownerOf } from './owners.ts';

const dayMs = 86_400_000;
/** With less of the log than this since the last base backup, replaying it is quicker than another copy. */
const worthCopyingBytes = 16 * 1024 * 1024;

/** When automated backups are due, for each group of databases that has them. */
const schedule = defineEngine('rds.backups', () => new Map<string, Timer>());

/** The first backup is made when the databases begin ("Working with backups"); the others each day. */
export async function beginBackups(ctx: Context, owner: AnyOwner, began: 'empty' | 'with data'): Promise<void> {
  if (!hasBackups(owner)) return;
  const engine = ctx.engine(databases);
  if (began === 'empty') await engine.takeEmptyBase(owner.groupId);
  else {
    const group = engine.group(owner.groupId);
    await group?.configure({ archiving: true });
    // What is stopped has its first backup in the next window in which it runs.
    if (group?.port(group.writer) !== undefined) await engine.takeBase(owner.groupId);
  }
  scheduleBackups(ctx, ctx, owner.groupId);
}

export function scheduleBackups(kernel: Kernel, scope: Scope, groupId: string): void {
  const timers = kernel.engine(schedule);
  timers.get(groupId)?.cancel();
  timers.delete(groupId);
  const { account, region } = scope;
  const ctx = kernel.context({ principal: rootOf(account), region });
  const owner = ownerOf(ctx, groupId);
  if (!owner || !hasBackups(owner)) return;
  const atMs = nextWindow(kernel.clock.now(), backupWindow(owner.PreferredBackupWindow, nameOf(owner)));
  const due = (): void => {
    scheduleBackups(kernel, scope, groupId);
    ctx.engine(fleet).begin(groupId, () => backUp(ctx, groupId));
  };
  timers.set(groupId, kernel.clock.at(atMs, `automated backup of ${nameOf(owner)}`, due, { kind: 'backup' }));
}

/** After a change of the retention period. "Setting to 0 disables automated backups" and deletes those there are. */
export async function changeBackups(ctx: Context, before: AnyOwner, after: AnyOwner): Promise<void> {
  if (!hasBackups(before) && hasBackups(after)) await beginBackups(ctx, after, 'with data');
  else if (hasBackups(before) && !hasBackups(after)) {
    await ctx.engine(databases).group(after.groupId)?.configure({ archiving: false });
    forgetBackups(ctx, after.groupId);
  } else scheduleBackups(ctx, ctx, after.groupId);
}

/** With its databases, or later: "retained automated backups" go when their period is over. */
export function endBackups(ctx: Context, owner: AnyOwner, options: { retain: boolean }): void {
  ctx.engine(schedule).get(owner.groupId)?.cancel();
  ctx.engine(schedule).delete(owner.groupId);
  if (!options.retain || !hasBackups(owner)) {
    forgetBackups(ctx, owner.groupId);
    return;
  }
  const deletedMs = ctx.clock.now();
  const expiresMs = deletedMs + owner.BackupRetentionPeriod * dayMs;
  retained(ctx).put(owner.groupId, { kind: kindOf(owner), owner, deletedMs, expiresMs });
  expireRetained(ctx, ctx, owner.groupId, expiresMs);
}

export function expireRetained(kernel: Kernel, { account, region }: Scope, groupId: string, expiresMs: number): void {
  kernel.clock.at(
    expiresMs,
    'end of retained automated backups',
    () => forgetBackups(kernel.context({ principal: rootOf(account), region }), groupId),
    { kind: 'backup' },
  );
}

export function forgetBackups(ctx: Context, groupId: string): void {
  retained(ctx).delete(groupId);
  for (const [key, one] of snapshots(ctx).entries()) if (one.moment?.groupId === groupId) snapshots(ctx).delete(key);
  ctx.engine(databases).archive(groupId).destroy();
}

/** From when to when there are backups; undefined when there are none. */
export function restoreWindow(ctx: Context, owner: AnyOwner): { earliestMs: number; latestMs: number } | undefined {
  if (!hasBackups(owner)) return undefined;
  const [first] = ctx.engine(databases).archive(owner.groupId).bases();
  if (!first) return undefined;
  const latestMs = retained(ctx).get(owner.groupId)?.deletedMs ?? ctx.clock.now();
  return { earliestMs: Math.max(first.cloudMs, latestMs - owner.BackupRetentionPeriod * dayMs), latestMs };
}

/** What happens in the backup window: an automated snapshot, and what is older than the retention period goes. */
async function backUp(ctx: Context, groupId: string): Promise<void> {
  const owner = ownerOf(ctx, groupId);
  if (!owner || !hasBackups(owner)) return;
  const engine = ctx.engine(databases);
  const group = engine.group(groupId);
  if (group?.port(group.writer) !== undefined) {
    const base = engine.archive(groupId).bases().at(-1);
    if (!base || (await group.log.writtenSince(base.position)) >= worthCopyingBytes) await engine.takeBase(groupId);
    keepSnapshot(ctx, owner, engine.note().cloudMs);
  }
  const oldestMs = ctx.clock.now() - owner.BackupRetentionPeriod * dayMs;
  for (const [key, one] of snapshots(ctx).entries())
    if (one.moment?.groupId === groupId && one.createdMs <= oldestMs) snapshots(ctx).delete(key);
  engine.archive(groupId).prune(oldestMs);
}

/** "Automated snapshots … follow the pattern rds:<identifier>-yyyy-mm-dd-hh-mm". */
function keepSnapshot(ctx: Context, owner: AnyOwner, cloudMs: number): void {
  const kind = kindOf(owner);
  const of = nameOf(owner);
  const stamp = new Date(cloudMs).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  const id = `rds:${of}-${stamp}`;
  const record: SnapshotRecord = {
    id,
    arn: arnOf(ctx, kind === 'cluster' ? 'cluster-snapshot' : 'snapshot', id),
    kind,
    of,
    createdMs: cloudMs,
    folder: '',
    moment: { groupId: owner.groupId, cloudMs },
    owner,
    Tags: [],
  };
  snapshots(ctx).put(`${kind} ${id}`, record);
  tell(ctx, ctx, kind === 'cluster' ? 'clusterSnapshotAutomated' : 'snapshotAutomated', id);
}
