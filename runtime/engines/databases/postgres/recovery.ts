import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Base } from '../archive.ts';
import type { Recovery } from '../engine.ts';
import type { GroupHost } from '../group-contract.ts';
import { ServerProcess } from '../server-process.ts';
import { copyData } from './data-directory.ts';

/**
 * The databases as they were at a moment: the last base backup before it, and the log replayed up to the last commit that is
 * not after it ("Recovering Using a Continuous Archive Backup", PostgreSQL documentation).
 */
export function recover(host: GroupHost, recovery: Recovery): Promise<void> {
  return recovery.archive.reading(async () => {
    const { archive, target, to } = recovery;
    const targetMs = target?.machineMs;
    const bases = archive.bases();
    const base = bases.findLast(({ machineMs }) => targetMs === undefined || machineMs <= targetMs);
    if (!base) throw new Error('there is no backup from before that moment');
    const log = `${to}.log`;
    try {
      if (recovery.live !== undefined) await copyData(join(recovery.live, 'pg_wal'), log);
      try {
        await replay(host, { ...recovery, base, log, targetMs });
      } catch (error) {
        // Nothing was committed after the moment, so there is nothing to stop at: the end is as it was at the moment.
        if (targetMs === undefined || !/before configured recovery target was reached/.test(String(error))) throw error;
        await replay(host, { ...recovery, base, log, targetMs: undefined });
      }
    } finally {
      rmSync(log, { recursive: true, force: true });
    }
  });
}

async function replay(
  host: GroupHost,
  recovery: Recovery & { base: Base; log: string; targetMs: number | undefined },
): Promise<void> {
  const { archive, base, log, targetMs, to } = recovery;
  const making = `${to}.making`;
  rmSync(making, { recursive: true, force: true });
  await copyData(base.folder, making);
  const from = (folder: string): string => `cp ${shellWord(folder)}/"%f" "%p" 2>/dev/null`;
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    fsync: 'off',
    // So that "ready to accept connections" means that the recovery is over.
    hot_standby: 'off',
    archive_mode: 'off',
    restore_command: `${from(archive.log)} || ${from(log)}`,
    recovery_target_timeline: 'latest',
    recovery_target_action: 'promote',
    // The clock is read in milliseconds, commits are stamped in microseconds.
    recovery_target_time: targetMs === undefined ? '' : new Date(targetMs + 1).toISOString().replace('Z', '+00'),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  writeFileSync(join(making, 'postgresql.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(making, 'recovery.signal'), '');
  const { clock, engine, watchdog, socketDir } = host;
  const unheard = (): void => undefined;
  const options = { clock, engine, watchdog, socketDir, dataDir: making, onLine: unheard, onDeath: unheard };
  const server = await ServerProcess.start(options);
  await server.stop();
  rmSync(to, { recursive: true, force: true });
  renameSync(making, to);
}

function shellWord(text: string): string {
  return `'${text.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'`;
}
