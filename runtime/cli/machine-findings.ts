import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { BlockDevices } from '../engines/compute/block-devices.ts';
import { probeIsolation } from '../engines/compute/isolation.ts';
import { findPostgres } from '../engines/databases/postgres/binaries.ts';
import { namespacesLacking } from '../engines/network/namespace/namespace-fabric.ts';
import { lookupTable } from '../kernel/lookup-table.ts';
import { runningRuntime } from './data-folder.ts';
import { defaultPorts } from './ports.ts';

/** One thing that Orrery needs of the machine. */
export interface Finding {
  what: string;
  /** `partly`: it runs, and not all of it is as on AWS. */
  state: 'yes' | 'partly' | 'no';
  /** What follows from it. */
  means: string;
  /** What to do about it. */
  fix?: string;
}

/** Looks at the machine; where nothing runs on the data folder, at the ports that would be wanted too. */
export async function machineFindings(folder: string): Promise<Finding[]> {
  const findings = [node(), sandboxes(), network(), volumes(), postgres(), ...programs(), disk(folder)];
  return runningRuntime(folder) ? findings : [...findings, ...(await ports())];
}

function node(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number);
  return major >= 24
    ? { what: 'Node.js', state: 'yes', means: process.version }
    : {
        what: 'Node.js',
        state: 'partly',
        means: `${process.version} runs; Orrery is tested with 24`,
        fix: 'install Node.js 24 from https://nodejs.org',
      };
}

function sandboxes(): Finding {
  const what = 'sandboxes';
  if (probeIsolation().level === 'namespaces')
    return { what, state: 'yes', means: 'functions have /tmp, /var/task and processes of their own' };
  const means = 'functions and instances can read what you can read';
  if (process.platform !== 'linux') return { what, state: 'partly', means: `${means}: namespaces are Linux’s` };
  const fix = 'run as root, or allow user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1';
  return { what, state: 'partly', means, fix };
}

function network(): Finding {
  const lacking = namespacesLacking();
  if (!lacking) return { what: 'VPC network', state: 'yes', means: 'the kernel decides about every packet' };
  return {
    what: 'VPC network',
    state: 'partly',
    means: 'security groups count at load balancers, databases and the runtime’s own connections alone',
    fix: lacking,
  };
}

function volumes(): Finding {
  const { lacking } = new BlockDevices();
  if (!lacking) return { what: 'EBS volumes', state: 'yes', means: 'instances have them as block devices' };
  return { what: 'EBS volumes', state: 'partly', means: 'they are kept, and instances do not see them', fix: lacking };
}

function postgres(): Finding {
  const what = 'PostgreSQL';
  const found = findPostgres();
  if ('lacking' in found) return { what, state: 'no', means: 'RDS for PostgreSQL: not to be had', fix: found.lacking };
  return { what, state: 'yes', means: `RDS and Aurora for PostgreSQL: ${found.version}` };
}

const wanted = [
  { what: 'MariaDB', program: 'mariadbd', packageName: 'mariadb-server', means: 'RDS for MySQL and MariaDB' },
  { what: 'Python', program: 'python3', packageName: 'python3', means: 'Lambda functions in Python' },
  { what: 'bubblewrap', program: 'bwrap', packageName: 'bubblewrap', means: 'a root of their own for instances' },
];

function programs(): Finding[] {
  return wanted.map(({ what, program, packageName, means }) => {
    const here = spawnSync(program, ['--version'], {
      stdio: 'ignore',
      env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    });
    if (here.status === 0) return { what, state: 'yes', means: `${means}: there` };
    return { what, state: 'no', means: `${means}: not to be had`, fix: `sudo apt-get install ${packageName}` };
  });
}

function disk(folder: string): Finding {
  const what = 'disk';
  try {
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    const gigabytes = (bavail * bsize) / 1e9;
    const means = `${gigabytes.toFixed(1)} GB free at ${folder}`;
    if (gigabytes >= 2) return { what, state: 'yes', means };
    return { what, state: 'partly', means, fix: 'make room, or choose another folder with --data' };
  } catch (error) {
    const means = `${folder} cannot be written: ${(error as Error).message}`;
    return { what, state: 'no', means, fix: 'choose another folder with --data' };
  }
}

async function ports(): Promise<Finding[]> {
  return Promise.all(
    Object.entries(defaultPorts).map(async ([name, port]): Promise<Finding> => {
      const what = `port ${port}`;
      const taken = await new Promise<boolean>((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(true));
        server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
      });
      if (!taken) return { what, state: 'yes', means: `free, for ${names[name]}` };
      const option = name === 'api' ? '--port' : `--${name}-port`;
      return { what, state: 'partly', means: `taken, and meant for ${names[name]}`, fix: `orrery up ${option} NUMBER` };
    }),
  );
}

const names: Record<string, string> = lookupTable({
  api: 'the API',
  http: 'sites over HTTP',
  https: 'sites over TLS',
  dns: 'DNS',
  smtp: 'mail that is handed in',
});
