import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BasePosition } from './engine.ts';

/** A copy of the databases from which any later moment is reached by replaying the log since. */
export interface Base {
  /** Its data. */
  folder: string;
  /** What is deleted with it. */
  place: string;
  /** When it was whole, by the cloud's clock and by the machine's, which is the one the log goes by. */
  cloudMs: number;
  machineMs: number;
  /** The log's position at that moment, and the first of the log's segments it needs. */
  position: string;
  segment: string;
}

/**
 * What point-in-time recovery rests on: base backups of a group of databases, and every segment of the write-ahead log since
 * the oldest of them, which the servers put here as they fill ("Continuous Archiving", PostgreSQL documentation).
 */
export class Archive {
  readonly folder: string;
  /** Recoveries under way, which need all there is. */
  #readers = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  get log(): string {
    return join(this.folder, 'log');
  }

  /** For `archive_command`. Writer and standbys archive the same segments; each arrives whole, by a rename. */
  get command(): string {
    const folder = `'${this.log.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'`;
    return `cp "%p" ${folder}/".%f.$$" && mv -f ${folder}/".%f.$$" ${folder}/"%f"`;
  }

  /** For `restore_command` of who follows: what the archive does not have either ends the asking. */
  get restoreCommand(): string {
    return `cp '${this.log.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'/"%f" "%p" 2>/dev/null`;
  }

  prepare(): void {
    mkdirSync(this.log, { recursive: true, mode: 0o700 });
  }

  /** Oldest first. */
  bases(): Base[] {
    const names = entries(join(this.folder, 'bases')).filter((name) => /^\d+$/.test(name));
    return names.sort().map((name) => {
      const place = join(this.folder, 'bases', name);
      const { data, ...base } = JSON.parse(readFileSync(join(place, 'base.json'), 'utf8'));
      return { ...base, place, folder: data === undefined ? join(place, 'data') : join(this.folder, data) };
    });
  }

  /** `copy` makes the folder, and tells the log's position in it. */
  async takeBase(
    copy: (to: string) => Promise<BasePosition>,
    now: () => { cloudMs: number; machineMs: number },
  ): Promise<Base> {
    this.prepare();
    const making = join(this.folder, 'making');
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { recursive: true, mode: 0o700 });
    const from = await copy(join(making, 'data'));
    return this.#keep(making, { ...now(), ...from });
  }

  /**
   * The base of a group that began as a copy of `folder`, a server's that was shut down, and has archived its log since: that
   * folder itself, which nobody changes.
   */
  beginsFrom(folder: string, from: BasePosition, now: () => { cloudMs: number; machineMs: number }): Base {
    this.prepare();
    const making = join(this.folder, 'making');
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { recursive: true, mode: 0o700 });
    const data = relative(this.folder, folder);
    return this.#keep(making, { ...now(), ...from, data });
  }

  #keep(making: string, base: Omit<Base, 'folder' | 'place'> & { data?: string }): Base {
    writeFileSync(join(making, 'base.json'), JSON.stringify(base));
    const place = join(this.folder, 'bases', String(base.machineMs).padStart(15, '0'));
    mkdirSync(join(this.folder, 'bases'), { recursive: true, mode: 0o700 });
    rmSync(place, { recursive: true, force: true });
    renameSync(making, place);
    const { data, ...kept } = base;
    return { ...kept, place, folder: data === undefined ? join(place, 'data') : join(this.folder, data) };
  }

  /** Forgets what no moment from `cloudMs` on needs: bases but the last before it, and the log before that one. */
  prune(cloudMs: number): void {
    if (this.#readers > 0) return;
    const bases = this.bases();
    const first = Math.max(
      bases.findLastIndex((base) => base.cloudMs <= cloudMs),
      0,
    );
    for (const { place } of bases.slice(0, first)) rmSync(place, { recursive: true, force: true });
    const needed = placeOf(bases[first]?.segment ?? '');
    if (needed === undefined) return;
    for (const name of entries(this.log)) {
      const place = placeOf(name);
      if (place !== undefined && place < needed) rmSync(join(this.log, name), { force: true });
    }
  }

  async reading<T>(work: () => Promise<T>): Promise<T> {
    this.#readers += 1;
    try {
      return await work();
    } finally {
      this.#readers -= 1;
    }
  }

  destroy(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Of a file of the log, as it sorts: PostgreSQL's begin with a timeline; those of MariaDB with whose they are. */
function placeOf(name: string): string | undefined {
  return /^[0-9A-F]{8}([0-9A-F]{16})/.exec(name)?.[1] ?? /^\d{8}\.\d{10}$/.exec(name)?.[0];
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
