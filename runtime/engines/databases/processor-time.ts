import { readFileSync } from 'node:fs';

/** What a tick is on Linux, whatever the machine ("USER_HZ", proc(5)). */
const ticksPerSecond = 100;

/**
 * Seconds of processor time that a server and its backends, those that have ended included, have used; undefined where the
 * machine does not tell.
 */
export function processorSeconds(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const own = ticks(pid, ['self', 'ended children']);
    return children.reduce((sum, child) => sum + ofBackend(Number(child)), own) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

function ofBackend(pid: number): number {
  try {
    return ticks(pid, ['self']);
  } catch {
    return 0;
  }
}

/** Fields 14 to 17 of /proc/<pid>/stat, which follow the name in brackets. */
function ticks(pid: number, whose: ('self' | 'ended children')[]): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(fields[index] ?? 0);
  const self = whose.includes('self') ? at(11) + at(12) : 0;
  return self + (whose.includes('ended children') ? at(13) + at(14) : 0);
}
