import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from '../../../kernel/service.ts';
import { own } from './instance-disk.ts';

/** What of a root volume's folder is the instance's data; the rest is made anew at each boot. /etc tells that all is there. */
const parts = (): string[] => [...own.filter((part) => part !== 'etc'), 'usr', 'etc'];

/** The copy of a root volume: folders, as the volume itself is. As a crash would find it while the instance runs. */
export async function copyRoot(kernel: Kernel, instanceId: string, snapshotId: string): Promise<void> {
  const from = join(kernel.store.folder('instances'), instanceId);
  if (!existsSync(join(from, 'etc'))) throw new Error('the instance has not booted yet: its root volume is empty');
  const folder = join(kernel.store.folder('ebs/roots'), snapshotId);
  // Under its name only when it is whole.
  await copyParts(from, `${folder}.new`);
  renameSync(`${folder}.new`, folder);
}

/** A new root volume from a snapshot. It boots as another instance: what the first boot does is done again. */
export async function layRoot(kernel: Kernel, snapshotId: string, to: string): Promise<void> {
  const from = join(kernel.store.folder('ebs/roots'), snapshotId);
  const laid = join(to, '.laid');
  await copyParts(from, laid);
  rmSync(join(laid, 'var/lib/cloud/instance'), { recursive: true, force: true });
  for (const part of parts()) if (existsSync(join(laid, part))) renameSync(join(laid, part), join(to, part));
  rmSync(laid, { recursive: true, force: true });
}

export function forgetRoot(kernel: Kernel, snapshotId: string): void {
  rmSync(join(kernel.store.folder('ebs/roots'), snapshotId), { recursive: true, force: true });
}

async function copyParts(from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const there = parts()
    .map((part) => join(from, part))
    .filter((path) => existsSync(path));
  await new Promise<void>((resolve, reject) => {
    execFile('cp', ['-a', '--reflink=auto', '--sparse=auto', ...there, `${to}/`], (error, _out, stderr) =>
      // A socket or a file that went in between is no data.
      error &&
      !stderr
        .trim()
        .split('\n')
        .every((line) => /^cp: (cannot (stat|open)|skipping|warning)/.test(line))
        ? reject(new Error(stderr))
        : resolve(),
    );
  });
}
