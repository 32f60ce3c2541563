import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import { Watchdog } from '../compute/watchdog.ts';
import { Archive, type Base } from './archive.ts';
import { findPostgres, type PostgresBinaries } from './binaries.ts';
import { makeCertificate } from './certificate.ts';
import { copyFolder, makeTemplate } from './data-directory.ts';
import { DatabaseGroup, type GroupEvent, type GroupHost } from './database-group.ts';
import { readGroup } from './group-record.ts';
import { recover } from './recovery.ts';
import { Rounds } from './rounds.ts';
import { type BadSetting, checkSettings, describeSettings, hasLibrary, type Setting } from './settings.ts';
import { TimeMarks } from './time-marks.ts';

/** Real PostgreSQL for the services that have databases. Nothing of it outlives the runtime but the data. */
export const databases = defineEngine<Databases>('databases', (kernel) => new Databases(kernel));

export interface NewGroup {
  /** The first member, which is the writer. */
  member: string;
  parameters: Record<string, string>;
  forceSsl: boolean;
  /** Whether the log is archived from the beginning. */
  archiving?: boolean;
  /** Names its certificate is for. */
  names: string[];
  /** A backup to begin from; without it the databases are empty. */
  from?: string;
  /** Whether that backup becomes the group's own, instead of a copy of it. */
  consume?: boolean;
  onEvent(event: GroupEvent): void;
}

/** Longest path of a unix socket on Linux and macOS, less the socket's own name. */
const longestSocketDir = 80;

export class Databases {
  readonly #kernel: Kernel;
  readonly #groups = new Map<string, DatabaseGroup>();
  readonly #watchdog = new Watchdog();
  readonly #folder: string;
  #found: PostgresBinaries | { lacking: string } | undefined;
  #settings: Map<string, Setting> | undefined;
  #socketDir: string | undefined;
  #template: Promise<string> | undefined;
  readonly #archives = new Map<string, Archive>();
  #marks: TimeMarks | undefined;
  #probes: Rounds | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = kernel.store.folder('databases');
  }

  /** Why PostgreSQL cannot run here, and what to do about it; undefined when it can. */
  get lacking(): string | undefined {
    this.#found ??= findPostgres();
    return 'lacking' in this.#found ? this.#found.lacking : undefined;
  }

  /** What the server can be told, by name. */
  get settings(): ReadonlyMap<string, Setting> {
    this.#settings ??= describeSettings(this.#host().binaries);
    return this.#settings;
  }

  /** What the server has against the values; undefined when it takes them all. */
  async badSetting(parameters: Readonly<Record<string, string>>): Promise<BadSetting | undefined> {
    return checkSettings(this.#host().binaries, parameters);
  }

  hasLibrary(name: string): boolean {
    return hasLibrary(this.#host().binaries, name);
  }

  group(id: string): DatabaseGroup | undefined {
    return this.#groups.get(id);
  }

  /** Where a group's backups may be kept. */
  backupFolder(id: string): string {
    return join(this.#folder, 'backups', id);
  }

  /** Base backups and the archived log of a group; they may outlive it. */
  archive(id: string): Archive {
    const archive = this.#archives.get(id) ?? new Archive(this.backupFolder(`continuous-${id}`));
    this.#archives.set(id, archive);
    return archive;
  }

  /** The base backup of a group that began empty, and archiving: nothing needs to be copied. */
  async takeEmptyBase(id: string): Promise<Base> {
    const { binaries } = this.#host();
    this.#template ??= makeTemplate(binaries, this.#folder);
    return this.archive(id).beginsFrom(await this.#template, () => this.note());
  }

  /** A base backup now, from which any later moment can be reached. */
  takeBase(id: string): Promise<Base> {
    const group = this.#groups.get(id);
    if (!group) throw new Error(`no group ${id}`);
    return this.archive(id).takeBase(group, () => this.note());
  }

  /** Makes this very moment one to which can be recovered. */
  note(): { cloudMs: number; machineMs: number } {
    const { cloudMs, machineMs } = this.#timeMarks().note();
    return { cloudMs, machineMs };
  }

  /** Makes the folder `to` the group's databases as they were at a time of the cloud, or as they are now. */
  async recover(id: string, { cloudMs, to }: { cloudMs: number | undefined; to: string }): Promise<void> {
    const targetMs = cloudMs === undefined ? undefined : this.#timeMarks().machineTime(cloudMs);
    if (cloudMs !== undefined && targetMs === undefined) throw new Error('that moment is before all that is known');
    const group = this.#groups.get(id);
    // A commit after the moment, at which the replay can see that it has passed it.
    if (group?.port(group.writer) !== undefined) await group.query('SELECT pg_current_xact_id()');
    const log = group && join(group.dataDir(group.writer), 'pg_wal');
    await recover(this.#host(), { archive: this.archive(id), log, targetMs, to });
  }

  async create(id: string, options: NewGroup): Promise<DatabaseGroup> {
    const host = this.#host();
    const folder = this.#groupFolder(id);
    await this.#fill(folder, options);
    const { member, parameters, forceSsl, names, onEvent, archiving } = options;
    const certificate = await makeCertificate(this.#kernel, names);
    const record = { writer: member, members: [member], parameters, forceSsl, certificate, archiving };
    return this.#begin(id, new DatabaseGroup(host, { folder, archive: this.archive(id), record, onEvent }));
  }

  async #fill(folder: string, { from, consume, member }: NewGroup): Promise<void> {
    const data = join(folder, member);
    // An earlier runtime had come as far as this, and no further.
    if (consume && from !== undefined && !existsSync(from) && existsSync(data)) return;
    rmSync(folder, { recursive: true, force: true });
    if (consume && from !== undefined) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      renameSync(from, data);
      return;
    }
    this.#template ??= makeTemplate(this.#host().binaries, this.#folder);
    await copyFolder(from ?? (await this.#template), data);
  }

  /** Starts again what an earlier runtime left. */
  resume(id: string, onEvent: (event: GroupEvent) => void): Promise<DatabaseGroup> {
    return this.#begin(
      id,
      new DatabaseGroup(this.#host(), { folder: this.#groupFolder(id), archive: this.archive(id), onEvent }),
    );
  }

  /** Ends a group; its databases become the folder `to`. */
  async retire(id: string, to: string): Promise<void> {
    const group = this.#groups.get(id);
    this.#groups.delete(id);
    await group?.retire(to);
  }

  /** A copy another group can begin from: of a running group, or of one that was stopped. */
  async backup(id: string, to: string): Promise<void> {
    const group = this.#groups.get(id);
    if (group && group.port(group.writer) !== undefined) return group.backup(to);
    const writer = readGroup(this.#groupFolder(id))?.writer;
    if (writer === undefined) throw new Error(`no databases of ${id}`);
    await this.copy(join(this.#groupFolder(id), writer), to);
  }

  /** A copy of a backup that outlives it. */
  async copy(from: string, to: string): Promise<void> {
    const making = `${to}.making`;
    rmSync(making, { recursive: true, force: true });
    await copyFolder(from, making);
    rmSync(to, { recursive: true, force: true });
    renameSync(making, to);
  }

  async destroy(id: string): Promise<void> {
    const group = this.#groups.get(id);
    this.#groups.delete(id);
    if (group) await group.destroy();
    else rmSync(this.#groupFolder(id), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.stop()));
    this.#groups.clear();
    this.#watchdog.stop();
    if (this.#socketDir) rmSync(this.#socketDir, { recursive: true, force: true });
  }

  async #begin(id: string, group: DatabaseGroup): Promise<DatabaseGroup> {
    this.#groups.set(id, group);
    this.#timeMarks();
    await group.start();
    return group;
  }

  #timeMarks(): TimeMarks {
    this.#probes ??= new Rounds(this.#kernel.clock, {
      name: 'databases: do they answer',
      periodMs: 10_000,
      basis: 'elapsed',
      round: async () => void (await Promise.all([...this.#groups.values()].map((group) => group.probe()))),
    });
    this.#marks ??= new TimeMarks(this.#kernel.clock, join(this.#folder, 'times'));
    return this.#marks;
  }

  #groupFolder(id: string): string {
    return join(this.#folder, 'groups', id);
  }

  #host(): GroupHost {
    this.#found ??= findPostgres();
    if ('lacking' in this.#found) throw new Error(this.#found.lacking);
    return {
      clock: this.#kernel.clock,
      binaries: this.#found,
      watchdog: this.#watchdog,
      socketDir: this.#sockets(),
    };
  }

  #sockets(): string {
    if (!this.#socketDir) {
      const inside = join(this.#folder, 'sockets');
      this.#socketDir =
        inside.length <= longestSocketDir ? inside : join(tmpdir(), `orrery-${this.#kernel.ids.lower(10)}`);
      mkdirSync(this.#socketDir, { recursive: true, mode: 0o700 });
    }
    return this.#socketDir;
  }
}
