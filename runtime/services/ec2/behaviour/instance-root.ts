import type { BoundFolder } from '../../../engines/compute/isolation.ts';
import { initFolder, own } from './instance-disk.ts';

/** What the root is made of, and where the command below looks for it. */
export function partsOf(disk: string): BoundFolder[] {
  return [
    { from: disk, at: '/var/disk' },
    { from: initFolder, at: '/var/init' },
    { from: process.execPath, at: '/var/node' },
  ];
}

/**
 * Programs of the machine lie under what the instance writes to /usr, so that `dnf`'s and `npm`'s places are its own. Where
 * the data folder's file system cannot lie over another, what is written there lasts until the instance stops.
 */
const layUsr = `
mkdir -p /var/usr /var/disk/usr /var/disk/.usr-work
lay() { mount -t overlay overlay -o "lowerdir=/usr,upperdir=$1,workdir=$2" /var/usr 2>/dev/null; }
lay /var/disk/usr /var/disk/.usr-work || {
  mkdir /var/usr-top; mount -t tmpfs tmpfs /var/usr-top; mkdir /var/usr-top/upper /var/usr-top/work
  lay /var/usr-top/upper /var/usr-top/work || { echo "an overlay of /usr could not be mounted"; exit 1; }
}
rm -f /var/usr/bin/node; : > /var/usr/bin/node; chmod 755 /var/usr/bin/node
exec "$@"
`;

/** /dev/sdf and /dev/xvdf are one place, and /dev/nvme1n1 the first that was attached; a link leads nowhere until then. */
const letters = [...'bcdefghijklmnopqrstuvwxyz'];
const deviceLinks = [
  ...letters.flatMap((letter) => ['sd', 'xvd'].map((kind) => [letter, `${kind}${letter}`])),
  ...letters.map((_, index) => [`nvme${index + 1}n1`, `nvme${index + 1}n1`]),
].flatMap(([node, name]) => ['--symlink', `ebs/${node}`, `/dev/${name}`]);

/** Makes the command that runs an instance with its root around it; `more` are bubblewrap's arguments beside these. */
export function enclosed(hostname: string, more: string[] = []): string[] {
  const binds = own.flatMap((folder) => ['--bind', `/var/disk/${folder}`, `/${folder.replace('-', '/')}`]);
  return [
    ...['/bin/sh', '-c', layUsr, 'instance', 'bwrap'],
    ...['--bind', '/var/usr', '/usr'],
    ...['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...binds,
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/run'],
    ...['--dev-bind', '/var/disk/devices', '/dev/ebs', ...deviceLinks],
    ...['--ro-bind', '/var/init', '/run/orrery'],
    ...['/usr/bin/node', '/usr/local/bin/node'].flatMap((path) => ['--ro-bind', '/var/node', path]),
    ...['--unshare-uts', '--hostname', hostname, '--die-with-parent', '--chdir', '/'],
    ...more,
    ...['/usr/local/bin/node', '/run/orrery/init.cjs'],
  ];
}
