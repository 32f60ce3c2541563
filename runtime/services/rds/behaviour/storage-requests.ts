import { databases } from '../../../engines/databases/databases.ts';
import { Rounds } from '../../../engines/databases/rounds.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { clusters } from '../state.ts';
import { sqlOf } from './sql.ts';

const periodMs = 300_000;
/** "Each write I/O is of up to 4 KB of the log" (Aurora pricing); a read is of one of the server's pages. */
const logUnitBytes = 4096;

/**
 * What Aurora charges as I/O requests, of clusters whose storage is not I/O-Optimized: pages that servers read from their
 * storage, and the log they write, as it counts them. What was before the first look is not counted.
 */
export function meterStorageRequests(kernel: Kernel): void {
  const seen = new Map<string, number>();
  const look = async (): Promise<void> => {
    for (const scope of kernel.store.scopes('rds.clusters'))
      for (const { DBClusterArn, groupId, StorageType } of clusters({ kernel, scope }).values()) {
        if (StorageType === 'aurora-iopt1') continue;
        const requests = await requestsOf(kernel, groupId).catch(() => undefined);
        if (requests === undefined) continue;
        const amount = requests - (seen.get(groupId) ?? requests);
        seen.set(groupId, requests);
        // Counters begin anew when a server does.
        if (amount > 0)
          kernel.events.emit('usage', {
            service: 'rds',
            usageType: 'Aurora:StorageIOUsage',
            amount,
            resource: DBClusterArn,
            traces: [],
            ...scope,
          });
      }
  };
  new Rounds(kernel.clock, { name: 'rds: count storage requests', periodMs, basis: 'cloud', round: look });
}

async function requestsOf(kernel: Kernel, groupId: string): Promise<number | undefined> {
  const group = kernel.engine(databases).group(groupId);
  if (!group || group.port(group.writer) === undefined) return undefined;
  const sql = sqlOf(group.engine);
  let requests = 0;
  for (const member of group.members) {
    if (group.port(member) === undefined) continue;
    requests += await sql.storageReads(group, member);
  }
  return requests + Math.ceil((await sql.loggedBytes(group)) / logUnitBytes);
}
