import { constants, type Dirent } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface CopyRules {
  leaves?(name: string): boolean;
  /** Folders that are there, and empty, in the copy. */
  empties?(name: string): boolean;
}

/** Copies a folder; files that vanish meanwhile were of no use to a backup. */
export async function copyFolder(from: string, to: string, rules: CopyRules = {}): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const entries = await readdir(from, { withFileTypes: true }).catch(vanished);
  const kept = entries.filter(({ name }) => !rules.leaves?.(name));
  // Several at a time: most files are small, and each costs a few turns of the thread pool.
  const hands = Array.from({ length: 8 }, async () => {
    for (let entry = kept.pop(); entry; entry = kept.pop()) await copyEntry(entry, from, to, rules);
  });
  await Promise.all(hands);
}

async function copyEntry(entry: Dirent, from: string, to: string, rules: CopyRules): Promise<void> {
  const [source, target] = [join(from, entry.name), join(to, entry.name)];
  if (entry.isDirectory()) {
    if (rules.empties?.(entry.name)) await mkdir(target, { mode: 0o700 });
    else await copyFolder(source, target, rules);
  } else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
  else await copyFile(source, target, constants.COPYFILE_FICLONE).catch(vanished);
}

function vanished(error: NodeJS.ErrnoException): [] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}
