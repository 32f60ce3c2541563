import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import { Watchdog } from '../compute/watchdog.ts';
import { Archive, type Base } from './archive.ts';
import { makeCertificate } from './certificate.ts';
import { DatabaseGroup, type GroupEvent, type GroupHost } from './database-group.ts';
import type { BadSetting, Engine, EngineName, Found, Instant, Setting } from './engine.ts';
import { readGroup } from './group-record.ts';
import { mariadb } from './mariadb/mariadb.ts';
import { postgres } from './postgres/postgres.ts';
import { Rounds } from './rounds.ts';
import { TimeMarks } from './time-marks.ts';

/** Real databases for the services that have some. Nothing of it outlives the runtime but the data. */
export const databases = defineEngine<Databases>('databases', (kernel) => new Databases(kernel));

const engines: Readonly<Record<EngineName, () => Found>> = { postgres, mariadb };

export interface NewGroup {
  engine?: EngineName;
  /** The first member, which is the writer. */
  member: string;
  parameters: Record<string, string>;
  forceSsl: boolean;
  /** Whether the log is archived from the beginning. */
  archiving?: boolean;
  /** Names its certificate is for. */
  names: string[];
  /** Another group, which is copied and followed from then on. */
  follows?: string;
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
  readonly #found = new Map<EngineName, Found>();
  readonly #settings = new Map<EngineName, Promise<ReadonlyMap<string, Setting>>>();
  #socketDir: string | undefined;
  readonly #templates = new Map<EngineName, Promise<string>>();
  readonly #archives = new Map<string, Archive>();
  #marks: TimeMarks | undefined;
  #probes: Rounds | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = kernel.store.folder('databases');
  }

  /** Why an engine cannot run here, and what to do about it; undefined when it can. */
  lacking(name: EngineName): string | undefined {
    const found = this.#find(name);
    return 'lacking' in found ? found.lacking : undefined;
  }

  version(name: EngineName): string {
    return this.#engine(name).version;
  }

  /** What a server can be told, by name. */
  settings(name: EngineName): Promise<ReadonlyMap<string, Setting>> {
    const known = this.#settings.get(name) ?? this.#engine(name).settings(this.#folder);
    this.#settings.set(name, known);
    return known;
  }

  /** What the server has against the values; undefined when it takes them all. */
  async badSetting(name: EngineName, parameters: Readonly<Record<string, string>>): Promise<BadSetting | undefined> {
    return this.#engine(name).badSetting(this.#folder, parameters);
  }

  hasLibrary(name: EngineName, library: string): boolean {
    return this.#engine(name).hasLibrary(library);
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
    const name = this.#groups.get(id)?.engine ?? 'postgres';
    const { archiving } = this.#engine(name);
    const template = await this.#template(name);
    const archive = this.archive(id);
    return archive.beginsFrom(template, await archiving.base(template, undefined, archive), () => this.note());
  }

  /** A base backup now, from which any later moment can be reached. */
  takeBase(id: string): Promise<Base> {
    const group = this.#groups.get(id);
    if (!group) throw new Error(`no group ${id}`);
    return this.archive(id).takeBase(
      (to) => group.base(to),
      () => this.note(),
    );
  }

  /** Makes this very moment one to which can be recovered. */
  note(): Instant {
    const { cloudMs, machineMs } = this.#timeMarks().note();
    return { cloudMs, machineMs };
  }

  /** Makes the folder `to` the group's databases as they were at a time of the cloud, or as they are now. */
  async recover(id: string, options: { engine?: EngineName; cloudMs: number | undefined; to: string }): Promise<void> {
    const { engine = 'postgres', cloudMs, to } = options;
    const isNow = cloudMs === undefined || cloudMs >= this.#kernel.clock.now();
    const target = isNow ? undefined : this.#timeMarks().find(cloudMs);
    if (!isNow && !target) throw new Error('that moment is before all that is known');
    const group = this.#groups.get(id);
    if (group?.port(group.writer) !== undefined) await group.log.commit();
    const live = group?.dataDir(group.writer);
    const { archiving } = this.#engine(engine);
    await archiving.recover(this.#host(engine), { archive: this.archive(id), live, target, to });
  }

  async create(id: string, options: NewGroup): Promise<DatabaseGroup> {
    const engine = options.engine ?? 'postgres';
    const host = this.#host(engine);
    const folder = this.#groupFolder(id);
    await this.#fill(folder, options);
    const { member, parameters, forceSsl, names, onEvent, archiving, follows } = options;
    const certificate = await makeCertificate(this.#kernel, names);
    const record = { engine, writer: member, members: [member], parameters, forceSsl, certificate, archiving, follows };
    return this.#begin(id, new DatabaseGroup(host, { ...this.#about(id, onEvent), record }));
  }

  async #fill(folder: string, { engine = 'postgres', from, consume, member, follows }: NewGroup): Promise<void> {
    const data = join(folder, member);
    if (follows !== undefined) {
      rmSync(folder, { recursive: true, force: true });
      const leader = this.#groups.get(follows);
      if (!leader) throw new Error(`no group ${follows} to follow`);
      return leader.backup(data);
    }
    // An earlier runtime had come as far as this, and no further.
    if (consume && from !== undefined && !existsSync(from) && existsSync(data)) return;
    rmSync(folder, { recursive: true, force: true });
    if (consume && from !== undefined) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      renameSync(from, data);
      return;
    }
    await this.#engine(engine).copy(from ?? (await this.#template(engine)), data);
  }

  /** Starts again what an earlier runtime left. */
  resume(id: string, onEvent: (event: GroupEvent) => void): Promise<DatabaseGroup> {
    const host = this.#host(readGroup(this.#groupFolder(id))?.engine ?? 'postgres');
    return this.#begin(id, new DatabaseGroup(host, this.#about(id, onEvent)));
  }

  #about(id: string, onEvent: NewGroup['onEvent']) {
    return {
      id,
      folder: this.#groupFolder(id),
      archive: this.archive(id),
      leader: (other: string) => this.#groups.get(other),
      onEvent: (event: GroupEvent): void => {
        onEvent(event);
        this.#lead(id, event);
      },
    };
  }

  /** Who follows a group goes on where its writer is now. */
  #lead(id: string, event: GroupEvent): void {
    const moved = event.kind === 'failover' || (event.kind === 'up' && event.member === this.#groups.get(id)?.writer);
    if (!moved) return;
    for (const group of this.#groups.values())
      if (group.follows === id) void this.#kernel.clock.track(group.follow(event.kind === 'failover' ? 'anew' : 'on'));
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
    const record = readGroup(this.#groupFolder(id));
    if (!record) throw new Error(`no databases of ${id}`);
    await this.copy(record.engine ?? 'postgres', join(this.#groupFolder(id), record.writer), to);
  }

  /** A copy of a backup that outlives it. */
  async copy(engine: EngineName, from: string, to: string): Promise<void> {
    const making = `${to}.making`;
    rmSync(making, { recursive: true, force: true });
    await this.#engine(engine).copy(from, making);
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
      round: () => this.#look(),
    });
    this.#marks ??= new TimeMarks(this.#kernel.clock, join(this.#folder, 'times'), (now) => this.#keep(now));
    return this.#marks;
  }

  /** From the outside: nobody tells of a server that hangs, or begins another file of its log. */
  async #look(): Promise<void> {
    const { clock } = this.#kernel;
    this.#keep({ cloudMs: clock.now(), machineMs: clock.now() - clock.offset() });
    await Promise.all([...this.#groups.values()].map((group) => group.probe()));
  }

  #keep(now: Instant): void {
    for (const group of this.#groups.values()) group.log.keep(now);
  }

  #groupFolder(id: string): string {
    return join(this.#folder, 'groups', id);
  }

  #host(name: EngineName): GroupHost {
    const engine = this.#engine(name);
    return { clock: this.#kernel.clock, engine, watchdog: this.#watchdog, socketDir: this.#sockets() };
  }

  #engine(name: EngineName): Engine {
    const found = this.#find(name);
    if ('lacking' in found) throw new Error(found.lacking);
    return found;
  }

  #find(name: EngineName): Found {
    const found = this.#found.get(name) ?? engines[name]();
    this.#found.set(name, found);
    return found;
  }

  #template(name: EngineName): Promise<string> {
    const template = this.#templates.get(name) ?? this.#engine(name).template(this.#folder);
    this.#templates.set(name, template);
    return template;
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
