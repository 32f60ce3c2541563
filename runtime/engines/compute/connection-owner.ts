import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Whether a connection to a port of this machine comes from a process or from those it started: sandboxes that share a network
 * reach each other's ports, and at AWS they would not. Linux tells (proc(5): net/tcp, fd); where it does not, who comes is
 * believed.
 */
export function comesFrom(pid: number, { fromPort, toPort }: { fromPort: number; toPort: number }): boolean {
  const sockets = socketsBetween(pid, fromPort, toPort);
  if (!sockets) return true;
  return treeOf(pid).some((one) => openOf(one).some((open) => sockets.has(open)));
}

/** The client's ends of such connections in the network that the process is in, as the links of descriptors name them. */
function socketsBetween(pid: number, fromPort: number, toPort: number): Set<string> | undefined {
  const [from, to] = [fromPort, toPort].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  const found = new Set<string>();
  for (const table of ['tcp', 'tcp6']) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, 'latin1');
    } catch {
      if (table === 'tcp') return undefined;
      continue;
    }
    for (const line of text.split('\n')) {
      const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/ +/);
      if (inode !== undefined && local.endsWith(from ?? '') && remote.endsWith(to ?? ''))
        found.add(`socket:[${inode}]`);
    }
  }
  return found;
}

function openOf(pid: number): string[] {
  return entriesOf(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
}

/** Whichever of its threads began them. */
function treeOf(pid: number): number[] {
  const begun = entriesOf(`/proc/${pid}/task`).flatMap((thread) => childrenOf(`/proc/${pid}/task/${thread}/children`));
  return [pid, ...begun.flatMap(treeOf)];
}

function childrenOf(path: string): number[] {
  try {
    return readFileSync(path, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Empty for what has ended. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed since it was listed.
    return '';
  }
}
