import { databases } from '../../../engines/databases/databases.ts';
import { rootOf } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { instances } from '../state.ts';
import type { EventKind } from './event-kinds.ts';
import { tell } from './events.ts';
import { fleet } from './fleet.ts';
import { listenerOf } from './groups.ts';
import { undertake } from './lifecycle.ts';
import { type AnyOwner, kindOf, nameOf, ownerOf, putOwner } from './owners.ts';

/** "If you don't manually start your DB instance after seven days", it starts by itself ("Stopping a DB instance"). */
const longestStopMs = 7 * 86_400_000;

export function stopGroup(ctx: Context, owner: AnyOwner): void {
  const { groupId } = owner;
  putStatuses(ctx, groupId, 'stopping');
  undertake(ctx, membersOf(ctx, groupId), groupId, async () => {
    await ctx.engine(databases).group(groupId)?.stop();
    ctx.engine(fleet).cut(groupId);
    putStatuses(ctx, groupId, 'stopped');
    tellOwner(ctx, groupId, { cluster: 'clusterStopped', instance: 'instanceStopped' });
    const stoppedMs = ctx.clock.now();
    putOwner(ctx, groupId, { stoppedMs });
    startWhenLong(ctx, ctx, groupId, stoppedMs);
  });
}

export function startGroup(ctx: Context, { groupId }: AnyOwner): void {
  putStatuses(ctx, groupId, 'starting');
  undertake(ctx, membersOf(ctx, groupId), groupId, async () => {
    const engine = ctx.engine(databases);
    const group = engine.group(groupId);
    if (group) await group.start();
    else await engine.resume(groupId, listenerOf(ctx, { account: ctx.account, region: ctx.region }, groupId));
    ctx.engine(fleet).cut(groupId);
    putStatuses(ctx, groupId, 'available');
    tellOwner(ctx, groupId, { cluster: 'clusterStarted', instance: 'instanceStarted' });
    putOwner(ctx, groupId, { stoppedMs: undefined });
  });
}

export function startWhenLong(kernel: Kernel, { account, region }: Scope, groupId: string, stoppedMs: number): void {
  const ctx = kernel.context({ principal: rootOf(account), region });
  kernel.clock.at(
    stoppedMs + longestStopMs,
    'start of databases that were stopped for seven days',
    () => {
      const owner = ownerOf(ctx, groupId);
      if (owner?.Status === 'stopped' && owner.stoppedMs === stoppedMs) startGroup(ctx, owner);
    },
    { kind: 'backup' },
  );
}

/** Of the cluster and its instances, or of the one instance. */
export function putStatuses(ctx: Context, groupId: string, Status: string): void {
  putOwner(ctx, groupId, { Status });
  for (const id of membersOf(ctx, groupId)) {
    const record = instances(ctx).get(id);
    if (record) instances(ctx).put(id, { ...record, Status });
  }
}

function tellOwner(ctx: Context, groupId: string, kinds: { cluster: EventKind; instance: EventKind }): void {
  const owner = ownerOf(ctx, groupId);
  if (owner) tell(ctx, ctx, kinds[kindOf(owner)], nameOf(owner));
}

function membersOf(ctx: Context, groupId: string): string[] {
  return instances(ctx)
    .values()
    .filter((one) => one.groupId === groupId)
    .map(({ DBInstanceIdentifier }) => DBInstanceIdentifier);
}
