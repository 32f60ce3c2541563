import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compute } from '../../../engines/compute/compute.ts';
import type { SandboxSpec } from '../../../engines/compute/sandbox.ts';
import { endpointVariables } from '../../../engines/network/endpoint-variables.ts';
import type { Place } from '../../../engines/network/fabric.ts';
import { pythonFolder } from '../../../engines/network/loopback/loopback-fabric.ts';
import { network } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { authoritiesFile, authorityFile, initFolder } from './instance-disk.ts';
import { enclosed, partsOf } from './instance-root.ts';
import { smtpPorts } from './vpc-doors.ts';

/** How an instance runs on this machine: all of a sandbox but what the cloud says about it. */
export type Housing = Pick<SandboxSpec, 'folders' | 'enclose' | 'command' | 'environment' | 'plain' | 'user'>;

export interface Tenant {
  instanceId: string;
  region: string;
  hostname: string;
  /** The folder that is its root volume. */
  disk: string;
  place: Place;
  /** Where it finds metadata and its proxy, at the level loopback. */
  doorAt: string | undefined;
}

/**
 * The levels at which instances run (decisions/0023): `namespace`, with a network and a root of its own; at `loopback` with a
 * root of its own where user namespaces and bubblewrap are there (`root`), else in a folder of its own (`folder`).
 */
export function housing(kernel: Kernel, tenant: Tenant): Housing {
  switch (levelOf(kernel)) {
    case 'namespace':
      return inNamespace(kernel, tenant);
    case 'root':
      return inRoot(kernel, tenant);
    case 'folder':
      return inFolder(kernel, tenant);
  }
}

export function levelOf(kernel: Kernel): 'namespace' | 'root' | 'folder' {
  if (kernel.engine(network).level === 'namespace') return 'namespace';
  return kernel.engine(compute).isolation.level === 'namespaces' && kernel.engine(bubblewrap).works ? 'root' : 'folder';
}

/** What no level can do is said by name, before anything is made. */
export function checkMachine(kernel: Kernel): void {
  if (process.platform !== 'linux')
    throw refused('ec2 RunInstances', 'instances need Linux: elsewhere this machine has no addresses for them.');
  if (levelOf(kernel) === 'folder') checkFolder(kernel);
  if (levelOf(kernel) !== 'namespace') return;
  if (kernel.engine(compute).isolation.level !== 'namespaces')
    throw refused('ec2 RunInstances', 'mount namespaces cannot be made here; --network loopback does without.');
  if (!kernel.engine(bubblewrap).isThere)
    throw refused('ec2 RunInstances', 'instances need bubblewrap (Debian and Ubuntu: apt install bubblewrap).');
}

/** Of unix(7): the longest path of a socket, and what comes behind the data folder. */
const longestSocketPath = 107;
const socketPath = '/instances/i-0123456789abcdef0/tree/run/systemctl.sock';

function checkFolder(kernel: Kernel): void {
  const folder = kernel.store.folder('instances');
  if (Buffer.byteLength(folder) - '/instances'.length + socketPath.length > longestSocketPath)
    throw refused('ec2 RunInstances', `the path of the data folder is too long for a socket in it: ${folder}.`);
  if (/[\s'"$\\]/.test(folder))
    throw refused(
      'ec2 RunInstances',
      `scripts of instances cannot name the data folder ${folder}: choose one without spaces.`,
    );
  const user = unprivileged();
  if (user && spawnSync('test', ['-x', folder], user).status !== 0)
    throw refused(
      'ec2 RunInstances',
      `instances run as the user nobody here, who cannot reach the data folder ${folder}.`,
    );
}

const bubblewrap = defineEngine('ec2.bubblewrap', () => {
  const runs = (args: string[]): boolean => spawnSync('bwrap', args, { stdio: 'ignore' }).status === 0;
  let [isThere, works]: (boolean | undefined)[] = [];
  return {
    get isThere(): boolean {
      isThere ??= runs(['--version']);
      return isThere;
    },
    /** Also without being root, as instances run at the level loopback. */
    get works(): boolean {
      works ??= runs([...asNobody, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true']);
      return works;
    },
  };
});

/** Root inside, and outside no more than the runtime's user without any of root's capabilities. */
const asNobody = ['--unshare-user', '--unshare-pid', '--uid', '0', '--gid', '0'];

const searched = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');

function environmentOf(region: string, apiUrl: string): Record<string, string> {
  return {
    PATH: searched,
    HOME: '/root',
    LANG: 'C.UTF-8',
    NODE_EXTRA_CA_CERTS: authorityFile,
    // OpenSSL looks for single authorities where it has no link to the bundle.
    SSL_CERT_FILE: authoritiesFile,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...endpointVariables(region, apiUrl),
  };
}

function inNamespace(kernel: Kernel, { disk, hostname, place, region }: Tenant): Housing {
  return {
    folders: partsOf(disk),
    enclose: place.enclose,
    command: () => enclosed(hostname),
    environment: () => environmentOf(region, kernel.addresses.apiUrl),
  };
}

/** Where the root has what binds programs to their address. */
const networkFolder = '/run/orrery-network';

function inRoot(kernel: Kernel, tenant: Tenant): Housing {
  const { disk, hostname, place, region } = tenant;
  const paths = [...place.files, pythonFolder];
  const files = paths.map((from) => ({ from, at: `/var/network/${basename(from)}` }));
  const binds = files.flatMap(({ at }) => ['--ro-bind', at, `${networkFolder}/${basename(at)}`]);
  const seen = (path: string): string => seenAt(paths, path, (name) => `${networkFolder}/${name}`);
  return {
    folders: [...partsOf(disk), ...files],
    command: () => enclosed(hostname, [...asNobody, ...binds]),
    environment: () => ({
      ...environmentOf(region, kernel.addresses.apiUrl),
      ...networkOf(kernel, tenant, seen),
      ORRERY_ONE_USER: '1',
    }),
  };
}

function inFolder(kernel: Kernel, tenant: Tenant): Housing {
  const { disk, region } = tenant;
  const tree = join(disk, 'tree');
  plant(tree);
  const user = unprivileged();
  if (user) handOver(disk, user);
  const authorities = join(tree, 'etc/ssl/certs/ca-certificates.crt');
  const environment = {
    ...environmentOf(region, kernel.addresses.apiUrl),
    ...networkOf(kernel, tenant, (path) => path),
    PATH: [join(tree, 'usr/local/bin'), join(tree, 'usr/bin'), searched].join(':'),
    HOME: join(tree, 'root'),
    TMPDIR: join(tree, 'tmp'),
    NODE_EXTRA_CA_CERTS: join(tree, authorityFile),
    ...Object.fromEntries(
      ['CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'AWS_CA_BUNDLE'].map((name) => [name, authorities]),
    ),
    ORRERY_ROOT: tree,
    ORRERY_ONE_USER: '1',
  };
  return {
    plain: true,
    user,
    command: () => [process.execPath, join(initFolder, 'init.cjs')],
    environment: () => environment,
  };
}

/** What leads programs at the level loopback; `seen` tells where the instance finds a file of this machine. */
function networkOf(
  kernel: Kernel,
  { place, doorAt = '' }: Tenant,
  seen: (path: string) => string,
): Record<string, string> {
  const { httpPort, httpsPort, apiUrl, smtpPort } = kernel.addresses;
  const mail = smtpPorts.map((port) => `,${port}=${smtpPort}`).join('');
  const proxy = `http://${doorAt}`;
  const led = Object.entries(place.environment).map(([name, value]) => [
    name,
    value.replace(/(?<=^|=)\/.+$/, (path) => seen(path)),
  ]);
  return {
    ...Object.fromEntries(led),
    PYTHONPATH: seen(pythonFolder),
    ORRERY_METADATA: doorAt,
    ORRERY_AWS_PORTS: `4566=${new URL(apiUrl).port},80=${httpPort},443=${httpsPort}${mail}`,
    http_proxy: proxy,
    https_proxy: proxy,
    HTTPS_PROXY: proxy,
  };
}

function seenAt(files: readonly string[], path: string, at: (name: string) => string): string {
  const found = files.find((file) => path === file || path.startsWith(`${file}/`));
  return found ? `${at(basename(found))}${path.slice(found.length)}` : path;
}

/** The folder as a root: what of it an instance may call its own, by the paths it has on Amazon Linux. */
function plant(tree: string): void {
  const parts = ['etc', 'var', 'opt', 'home', 'root', 'srv', 'tmp', 'usr-local'];
  for (const folder of ['usr/bin', 'run']) mkdirSync(join(tree, folder), { recursive: true });
  const links: [string, string][] = [
    ...parts.map((part): [string, string] =>
      part === 'usr-local' ? ['usr/local', '../../usr-local'] : [part, `../${part}`],
    ),
    ['usr/bin/node', process.execPath],
    ['run/orrery', initFolder],
  ];
  for (const [path, target] of links) if (!existsSync(join(tree, path))) symlinkSync(target, join(tree, path));
}

/** nobody, where the runtime is root: an instance without a root of its own must not be root of this machine. */
function unprivileged(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

function handOver(folder: string, { uid, gid }: { uid: number; gid: number }): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), uid, gid);
  chownSync(folder, uid, gid);
}
