import { spawnSync } from 'node:child_process';

/**
 * What holds a sandbox apart from the machine.
 * - `namespaces` (Linux, as root or where user namespaces are allowed): a mount and a process namespace. The sandbox has
 *   a /tmp and /var of its own, sees only its own processes, and all of them end with the first. Of the machine's file
 *   system the rest can be read and not written, as in Lambda ("Lambda execution environment": only /tmp can be written).
 * - `plain`: a process group with folders of its own; it can read what the runtime's user can.
 * The network is the machine's loopback in both (level `loopback` of the design).
 */
export interface Isolation {
  level: 'namespaces' | 'plain';
  network: 'loopback';
  /** Makes the command that starts `command` in the sandbox with these folders. */
  enclose(command: string[], enclosure: Enclosure): string[];
}

export interface Enclosure {
  /** The sandbox's own folder on the machine, holding `tmp` and `var`. */
  folder: string;
  folders: BoundFolder[];
}

/** A folder or file of the machine and where the sandbox finds it: a path under /var. */
export interface BoundFolder {
  from: string;
  at: string;
}

export const plain: Isolation = { level: 'plain', network: 'loopback', enclose: (command) => command };

export function probeIsolation(): Isolation {
  if (process.platform !== 'linux') return plain;
  const flags = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const namespaces: Isolation = {
    level: 'namespaces',
    network: 'loopback',
    enclose: (command, enclosure) => [...unshare(flags), setUp, 'sandbox', ...binds(enclosure), '--', ...command],
  };
  const trial = spawnSync(
    'unshare',
    [...unshare(flags).slice(1), 'mount -t proc proc /proc && mount -t tmpfs tmpfs /var && mount -o remount,bind,ro /'],
    {
      stdio: 'ignore',
    },
  );
  return trial.status === 0 ? namespaces : plain;
}

function unshare(flags: string[]): string[] {
  return ['unshare', ...flags, '--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c'];
}

/**
 * The new /var is put together beside the old one and only then laid over it, because what is bound may itself lie
 * under /var or /tmp.
 */
const setUp = `
set -e
home=$1; shift
mount -t tmpfs -o mode=755 tmpfs "$home/var"
mkdir -p "$home/var/tmp" "$home/var/.tmp" "$home/var/task"
[ -d /run ] && ln -s /run "$home/var/run"
mount --bind "$home/tmp" "$home/var/.tmp"
while [ "$1" != -- ]; do
  from=$1; at=$2; shift 2
  case "$at" in /etc/*) mount --bind "$from" "$at"; continue ;; esac
  target="$home$at"
  if [ -d "$from" ]; then mkdir -p "$target"; else mkdir -p "\${target%/*}"; : > "$target"; fi
  mount --bind "$from" "$target"
done
shift
mount --rbind "$home/var" /var
mount --bind /var/.tmp /tmp
mount -t proc proc /proc
mount -o remount,bind,ro /
cd /var/task
exec "$@"
`;

/** Files of the machine that a sandbox with a network of its own sees in another's place. */
const settings = ['/etc/resolv.conf', '/etc/nsswitch.conf'];

function binds({ folder, folders }: Enclosure): string[] {
  for (const { at } of folders)
    if (!at.startsWith('/var/') && !settings.includes(at))
      throw new Error(`a sandbox finds folders under /var, not at ${at}`);
  return [folder, ...folders.flatMap(({ from, at }) => [from, at])];
}
