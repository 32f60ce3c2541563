// What tests use from Debian: a browser, isolation for sandboxes, real clients of AWS. As root on Debian the missing ones are
// installed; elsewhere each is named, with the command that brings it. In CI a missing one is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const wanted = [
  { program: 'chromium', packageName: 'chromium', use: 'the browser tests of the site' },
  { program: 'nft', packageName: 'nftables', use: 'security groups and network ACLs that the kernel enforces' },
  { program: 'ip', packageName: 'iproute2', use: 'network interfaces of VPCs' },
  { program: 'bwrap', packageName: 'bubblewrap', use: "functions' own /var/task, /opt and /tmp" },
  { program: 'dig', packageName: 'bind9-dnsutils', use: 'the test of DNS by dig' },
  { program: 'curl', packageName: 'curl', use: 'functions and instances that use it' },
  { program: 'mariadbd', packageName: 'mariadb-server', use: 'databases of MariaDB and MySQL engines' },
  { program: 'aws', packageName: 'awscli', use: 'the tests of the AWS CLI' },
  { module: 'boto3', packageName: 'python3-boto3', use: "the tests of boto3, and the CDK's own Python functions" },
];

export function prepareDebian() {
  const missing = wanted.filter((one) => !isThere(one));
  if (missing.length === 0) return;
  const names = missing.map(({ packageName }) => packageName);
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    process.stderr.write(`Installing from Debian: ${names.join(' ')} …\n`);
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options);
    // Debian begins the service that comes with it; the runtime starts servers of its own.
    if (names.includes('mariadb-server')) spawnSync('systemctl', ['disable', '--now', 'mariadb'], { stdio: 'ignore' });
  }
  const still = wanted.filter((one) => !isThere(one));
  for (const { packageName, use } of still) {
    process.stderr.write(
      `NOT HERE: ${packageName}, needed for ${use}. Install it with: sudo apt-get install ${packageName}\n`,
    );
  }
  if (still.length > 0 && process.env.CI) {
    process.stderr.write('error: in CI every suite must run; see what is not here above.\n');
    process.exit(1);
  }
}

function isThere({ program, module }) {
  return module ? spawnSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0 : find(program);
}

function find(program) {
  // What only root uses lies outside of other users' PATH.
  return `${process.env.PATH ?? ''}:/usr/sbin:/sbin`
    .split(':')
    .some((folder) => folder !== '' && existsSync(`${folder}/${program}`));
}
