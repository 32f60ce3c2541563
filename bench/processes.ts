import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 10 ms, so a measure should last a second or more. */
const TICK_MS = 10;

/** CPU time of a process, its ended children and its living descendants. */
export function cpuMs(pid: number): number {
  const byParent = new Map<number, number[]>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const id = Number(name);
    const stat = Number.isInteger(id) ? statOf(id) : undefined;
    if (!stat) continue;
    ticks.set(id, stat.ticks);
    byParent.set(stat.parent, [...(byParent.get(stat.parent) ?? []), id]);
  }
  const sum = (id: number): number =>
    (ticks.get(id) ?? 0) + (byParent.get(id) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(pid) * TICK_MS;
}

/** The process and everything it has started that lives. */
export function descendants(pid: number): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const found = [pid];
  for (const one of found) found.push(...all.filter((id) => id !== one && statOf(id)?.parent === one));
  return found;
}

/** Resident memory in MB. */
export function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** proc(5): the name may hold spaces, so the fields are counted from the parenthesis that ends it. */
function statOf(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const time = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
    return { parent: Number(fields[1]), ticks: time };
  } catch {
    return undefined;
  }
}
