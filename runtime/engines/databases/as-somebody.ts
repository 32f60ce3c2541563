import { spawnSync } from 'node:child_process';

/**
 * What is put before a database server's command so that it runs as somebody else than root; undefined where that cannot be
 * done. In a user namespace of its own, root's files stay readable and writable while the process is nobody's superuser; a
 * second user would need its way into every folder above the data.
 */
export function asSomebody(): string[] | undefined {
  if (process.getuid?.() !== 0) return [];
  const command = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  const tried = spawnSync(command[0] ?? '', [...command.slice(1), 'true'], { stdio: 'ignore' });
  return tried.status === 0 ? command : undefined;
}
