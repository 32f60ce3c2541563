import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from '../../../kernel/service.ts';
import type { Instance } from '../instance-state.ts';
import { layRoot } from './root-snapshots.ts';

/** Folders of the root that are the instance's own and stay over stop and start, as its root volume does. */
export const own = ['etc', 'var', 'opt', 'home', 'root', 'srv', 'tmp', 'usr-local'];

export const initFolder = join(import.meta.dirname, '..', 'instance');

/** The root volume of an instance: a folder of the runtime's, made at its first boot. */
export async function diskOf(kernel: Kernel, instance: Instance, authorityPem: string): Promise<string> {
  const { InstanceId, PrivateIpAddress, userData } = instance;
  const root = kernel.store.folder(`instances/${InstanceId}`);
  if (!existsSync(join(root, 'etc')) && instance.rootSnapshotId) await layRoot(kernel, instance.rootSnapshotId, root);
  if (!existsSync(join(root, 'etc'))) format(root);
  const hostname = `ip-${PrivateIpAddress.replaceAll('.', '-')}`;
  writeFileSync(join(root, 'etc/hostname'), `${hostname}\n`);
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n${PrivateIpAddress} ${hostname}\n`);
  writeFileSync(join(root, 'etc/resolv.conf'), 'search ec2.internal\nnameserver 169.254.169.253\n');
  trust(root, authorityPem);
  mkdirSync(join(root, 'var/lib/cloud/instance'), { recursive: true });
  if (userData) writeFileSync(join(root, 'var/lib/cloud/instance/user-data.txt'), Buffer.from(userData, 'base64'));
  return root;
}

/** Where an instance has the certificate of the local authority, and where programs look for those they trust. */
export const authorityFile = '/etc/pki/orrery-authority.pem';
export const authoritiesFile = '/etc/ssl/certs/ca-certificates.crt';
const bundles = [authoritiesFile, '/etc/pki/tls/certs/ca-bundle.crt'];

/** AWS's own names answer over TLS with certificates of the local authority: the image trusts it as it trusts Amazon's. */
function trust(root: string, authorityPem: string): void {
  mkdirSync(join(root, 'etc/pki/tls/certs'), { recursive: true });
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
  const known = existsSync(authoritiesFile) ? readFileSync(authoritiesFile, 'utf8') : '';
  writeFileSync(join(root, authorityFile), authorityPem);
  for (const file of bundles) writeFileSync(join(root, file), `${known}${authorityPem}`);
}

/** Where the devices of an instance's volumes come and go while it runs. */
export function devicesFolder(kernel: Kernel, instanceId: string): string {
  return join(kernel.store.folder(`instances/${instanceId}`), 'devices');
}

export function wipe(kernel: Kernel, instanceId: string): void {
  rmSync(join(kernel.store.folder('instances'), instanceId), { recursive: true, force: true });
}

function format(root: string): void {
  for (const folder of own) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of [
    'usr-local/bin',
    'usr-local/lib',
    'var/log',
    'var/tmp',
    'var/lib',
    'etc/systemd/system',
    'home/ec2-user',
    'opt/aws',
  ])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [
    'ld.so.cache',
    'ssl',
    'alternatives',
    'services',
    'protocols',
    'localtime',
    'bash.bashrc',
    'inputrc',
  ])
    if (existsSync(`/etc/${file}`))
      cpSync(`/etc/${file}`, join(root, 'etc', file), {
        recursive: true,
        // The hundreds of links to single authorities take longer than all the rest; the bundle holds them, and ours (`trust`).
        filter: (path) => !path.endsWith('/private') && !path.startsWith('/etc/ssl/certs/'),
      });
  for (const [file, text] of Object.entries(system)) writeFileSync(join(root, 'etc', file), text);
}

/** Users as on Amazon Linux 2023, and what programs ask about the system. */
const system = {
  passwd: `root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
mail:x:8:12:mail:/var/spool/mail:/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
ec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/bash
`,
  group: `root:x:0:
bin:x:1:
daemon:x:2:
sys:x:3:
adm:x:4:ec2-user
tty:x:5:
wheel:x:10:ec2-user
mail:x:12:
users:x:100:
nobody:x:65534:
ec2-user:x:1000:
`,
  shadow: 'root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\nec2-user:!:19000:0:99999:7:::\n',
  gshadow: 'root:::\nec2-user:!::\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n',
  'login.defs':
    'UID_MIN 1000\nUID_MAX 60000\nSYS_UID_MIN 201\nSYS_UID_MAX 999\nGID_MIN 1000\nGID_MAX 60000\nSYS_GID_MIN 201\nSYS_GID_MAX 999\nENCRYPT_METHOD SHA512\n',
  'system-release': 'Amazon Linux release 2023 (Amazon Linux)\n',
  'os-release':
    'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"\n',
};

/** What is said when UserData is not a shell script: the rest of cloud-init's formats are not done. */
export function userDataRefusal(userData: string | undefined): string | undefined {
  if (!userData) return undefined;
  const text = Buffer.from(userData, 'base64').toString();
  if (text.startsWith('#!')) return undefined;
  const kind = text.startsWith('#cloud-config')
    ? 'cloud-config'
    : text.startsWith('Content-Type:')
      ? 'MIME multi-part'
      : 'this format';
  return `UserData of ${kind} is not run; a script that begins with #! is.`;
}
