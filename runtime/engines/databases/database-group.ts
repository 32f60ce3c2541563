import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import type { ServerCertificate } from './certificate.ts';
import { configurationOf } from './configuration.ts';
import { Endings } from './endings.ts';
import type { BasePosition, Configuration, Engine, EngineName, Row } from './engine.ts';
import { Following } from './following.ts';
import type { GroupEvent, GroupHost, GroupOptions, Settings } from './group-contract.ts';
import { GroupLog } from './group-log.ts';
import { type GroupRecord, readGroup, writeGroup } from './group-record.ts';
import { MemberServers } from './member-servers.ts';
import type { ServerProcess } from './server-process.ts';

export type { GroupEvent, GroupHost, GroupOptions, Settings } from './group-contract.ts';

/**
 * A writer and the standbys that follow it by replication. A commit waits for one standby that has joined, so
 * when the writer dies the most advanced standby has every write that was acknowledged, and takes its place. Changes of
 * who is who happen one after another.
 */
export class DatabaseGroup {
  readonly folder: string;
  readonly archive: Archive;
  readonly log: GroupLog;
  readonly #id: string;
  readonly #host: GroupHost;
  readonly #engine: Engine;
  readonly #following: Following;
  readonly #onEvent: (event: GroupEvent) => void;
  readonly #servers: MemberServers;
  /** Standbys that commits wait for: only they may become the writer. */
  readonly #joined = new Set<string>();
  readonly #endings = new Endings();
  #record: GroupRecord;
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = true;

  constructor(host: GroupHost, options: GroupOptions) {
    const record = options.record ?? readGroup(options.folder);
    if (!record) throw new Error(`no databases in ${options.folder}`);
    this.#id = options.id;
    this.#host = host;
    this.#engine = host.engine;
    this.folder = options.folder;
    this.archive = options.archive;
    this.#onEvent = options.onEvent;
    this.#record = record;
    this.#servers = new MemberServers({
      host,
      dataDir: (member) => this.dataDir(member),
      configure: (member) => this.#configure(member),
      onEvent: options.onEvent,
      onDeath: (member) => this.#died(member),
    });
    const writer = { server: () => this.#servers.get(this.writer), folder: () => this.dataDir(this.writer) };
    this.log = new GroupLog({ ...host, ...writer, archive: options.archive, wanted: () => this.archiving });
    const leader = () => (this.follows === undefined ? undefined : options.leader(this.follows));
    this.#following = new Following({ ...host, ...writer, leader, start: () => this.#startFirst() });
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.#save({});
  }

  get writer(): string {
    return this.#record.writer;
  }

  get members(): readonly string[] {
    return this.#record.members;
  }

  dataDir(member: string): string {
    return join(this.folder, member);
  }

  /** The port a member answers at on loopback; undefined while it does not. */
  port(member: string): number | undefined {
    return this.#servers.alive(member)?.port;
  }

  get server(): ServerProcess | undefined {
    return this.#servers.alive(this.writer);
  }

  pid(member: string): number | undefined {
    return this.#servers.alive(member)?.pid;
  }

  get engine(): EngineName {
    return this.#engine.name;
  }

  /** The unix socket of a member, at which the runtime is believed whoever it says to be. */
  socketPath(member: string): string | undefined {
    return this.#servers.alive(member)?.socketPath;
  }

  get certificate(): ServerCertificate {
    return this.#record.certificate;
  }

  get archiving(): boolean {
    return this.#record.archiving ?? false;
  }

  /** As the runtime's superuser; at the writer unless told. */
  query(sql: string, where: { database?: string; member?: string } = {}): Promise<Row[]> {
    return this.#servers.get(where.member ?? this.writer).query(sql, where.database);
  }

  start(): Promise<void> {
    return this.#next(async () => {
      this.#stopped = false;
      await this.#startWriter();
      for (const member of this.members) if (member !== this.writer) await this.#startLeft(member);
    });
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#next(async () => {
      this.#joined.clear();
      await this.#servers.stop(this.writer);
      await this.#servers.stopAll();
      this.log.keep();
    });
  }

  async destroy(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  addMember(member: string): Promise<void> {
    return this.#next(async () => {
      this.#save({ members: [...this.members, member] });
      if (!this.#stopped) await this.#startStandby(member);
    });
  }

  /** The group that this one copies as it goes. */
  get follows(): string | undefined {
    return this.#record.follows;
  }

  /** The leader's writer is elsewhere: `anew` where it is another one, which may lack what was copied already. */
  follow(how: 'on' | 'anew'): Promise<void> {
    return this.#next(async () => {
      if (this.#stopped || !this.#following.leader) return;
      if (how === 'on') await this.#reconfigure(this.writer);
      await this.#following.go(how);
    }).catch((error: Error) => this.#onEvent({ kind: 'failed', member: this.writer, message: error.message }));
  }

  /** Follows no more, and takes writes. */
  stand(): Promise<void> {
    return this.#next(async () => {
      if (this.follows === undefined) return;
      await this.#engine.promote(this.#servers.get(this.writer), this.log.archive);
      this.#save({ follows: undefined });
      await this.#reconfigure(this.writer);
    });
  }

  /** A standby; the writer leaves only with the group, or after a failover. */
  removeMember(member: string): Promise<void> {
    return this.#next(async () => {
      await this.#leave(member);
      await this.#servers.remove(member);
      this.#save({ members: this.members.filter((other) => other !== member) });
      rmSync(this.dataDir(member), { recursive: true, force: true });
    });
  }

  /** Hands the writer's part to a standby that has everything; `to` by default the most advanced. */
  failover(to?: string): Promise<void> {
    return this.#next(async () => {
      const from = this.writer;
      if (to !== undefined && !this.#joined.has(to)) throw new Error(`${to} does not follow the writer`);
      if (this.#joined.size === 0) throw new Error('there is no standby to fail over to');
      const startMs = this.#host.clock.elapsed();
      await this.#servers.stop(from);
      await this.#promote(startMs, to);
      await this.#startStandby(from, 'anew');
    });
  }

  reboot(member: string): Promise<void> {
    return this.#next(async () => {
      if (member !== this.writer) await this.#leave(member);
      await this.#servers.stop(member);
      if (member !== this.writer) return this.#startStandby(member);
      await this.#startWriter();
      await this.#followed();
      // With it, they take up what only a start puts in force: a standby may not have less of it than its writer.
      for (const other of this.members)
        if (other !== member && (await this.awaitsRestart(other))) await this.#rejoin(other);
    });
  }

  /** A server that does not answer is made one that has ended, whose place another takes. */
  async probe(): Promise<void> {
    await Promise.all(this.#servers.all().map(async (server) => (await server.hangs()) && server.kill()));
  }

  /** Ends the group; what it held becomes the folder `to`, from which another can begin. */
  async retire(to: string): Promise<void> {
    await this.stop();
    this.#engine.mark(this.dataDir(this.writer), 'writer');
    rmSync(to, { recursive: true, force: true });
    mkdirSync(join(to, '..'), { recursive: true, mode: 0o700 });
    renameSync(this.dataDir(this.writer), to);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts parameters in force: at once where the server can, else with the next start. */
  configure(change: Settings): Promise<void> {
    return this.#next(async () => {
      const { own, ...all } = change;
      this.#save({ ...all, ...(own ? { own: { ...this.#record.own, [own.member]: own.parameters } } : {}) });
      for (const member of this.members) await this.#reconfigure(member);
      if (all.archiving && this.#servers.alive(this.writer)) await this.log.begin();
    });
  }

  /** Whether a member has been given what only its next start puts in force. */
  async awaitsRestart(member: string): Promise<boolean> {
    if (this.port(member) === undefined) return false;
    return this.#engine.awaitsRestart(this.#servers.get(member), this.dataDir(member));
  }

  /** A copy from which a later moment can be reached, and where the log stood in it. */
  base(to: string): Promise<BasePosition> {
    return this.#next(() => this.log.base(to));
  }

  /** A copy another group can begin from, as of now. */
  backup(to: string): Promise<void> {
    return this.#next(() => this.#engine.backup(this.#servers.get(this.writer), this.dataDir(this.writer), to));
  }

  async #startWriter(): Promise<void> {
    await this.#startFirst();
    await this.#following.go('on');
  }

  async #startFirst(): Promise<void> {
    this.#engine.mark(this.dataDir(this.writer), this.follows === undefined ? 'writer' : 'standby');
    this.#joined.clear();
    await this.#servers.start(this.writer);
    await this.log.begin();
  }

  async #startStandby(member: string, how: 'again' | 'anew' = 'again'): Promise<void> {
    const folder = this.dataDir(member);
    if (how === 'anew' || !this.#engine.isStandby(folder)) {
      const copy = `${folder}.copying`;
      await this.#engine.backup(this.#servers.get(this.writer), this.dataDir(this.writer), copy);
      rmSync(folder, { recursive: true, force: true });
      renameSync(copy, folder);
      this.#engine.mark(folder, 'standby');
    }
    await this.#servers.start(member);
    await this.#join(member);
  }

  /** A standby as it was left; where that is no good any more, as a new copy. */
  async #startLeft(member: string): Promise<void> {
    try {
      await this.#startStandby(member);
    } catch {
      await this.#servers.stop(member);
      await this.#startStandby(member, 'anew');
    }
  }

  /** From here on commits wait for this standby too. */
  async #join(member: string): Promise<void> {
    await this.#engine.join({
      writer: this.#servers.get(this.writer),
      standby: this.#servers.get(member),
      others: this.#joined.size > 0,
      configure: () => this.#configure(this.writer, [...this.#joined, member]),
      joined: () => this.#joined.add(member),
    });
    this.#joined.add(member);
  }

  async #leave(member: string): Promise<void> {
    if (this.#joined.delete(member)) await this.#reconfigure(this.writer);
  }

  #died(member: string): void {
    const startMs = this.#host.clock.elapsed();
    this.#onEvent({ kind: 'down', member });
    void this.#host.clock.track(
      this.#next(() => this.#recover(member, startMs)).catch((error: Error) =>
        this.#onEvent({ kind: 'failed', member, message: error.message }),
      ),
    );
  }

  async #recover(member: string, startMs: number): Promise<void> {
    const { count, enough } = this.#endings.note(member, this.#host.clock.now());
    if (this.#stopped || !this.members.includes(member) || this.#servers.alive(member)) return;
    if (member !== this.writer) {
      await this.#leave(member);
      if (!enough) await this.#startStandby(member);
    } else if (this.#standbys().length > 0) {
      await this.#promote(startMs);
      if (!enough) await this.#startStandby(member, 'anew');
    } else if (!enough) {
      await this.#startWriter();
      for (const other of this.members) if (other !== member) await this.#rejoin(other);
    }
    if (enough) throw new Error(`${member} ended ${count} times in ten minutes`);
  }

  async #rejoin(member: string, how?: 'anew'): Promise<void> {
    await this.#servers.stop(member);
    await this.#startStandby(member, how);
  }

  #standbys(): string[] {
    return [...this.#joined].filter((member) => this.#servers.alive(member));
  }

  async #promote(startMs: number, wanted?: string): Promise<void> {
    const from = this.writer;
    const to = wanted ?? (await this.#mostAdvanced());
    this.#joined.clear();
    await this.#reload(to, this.#configure(to, []));
    this.log.keep();
    await this.#engine.promote(this.#servers.get(to), this.log.archive);
    this.#save({ writer: to });
    this.#onEvent({ kind: 'failover', from, to, durationMs: this.#host.clock.elapsed() - startMs });
    await this.#followed();
  }

  /** Standbys that run follow the writer of now, at its port of now. */
  async #followed(): Promise<void> {
    for (const member of this.members) {
      if (member === this.writer || !this.#servers.alive(member)) continue;
      await this.#reconfigure(member);
      // One that cannot follow its new writer from where it is begins again as a copy of it.
      await this.#join(member).catch(() => this.#rejoin(member, 'anew'));
    }
  }

  async #mostAdvanced(): Promise<string> {
    const positions = await Promise.all(
      this.#standbys().map(async (member) => ({
        member,
        position: await this.#engine.position(this.#servers.get(member)),
      })),
    );
    return positions.reduce((one, other) => (other.position > one.position ? other : one)).member;
  }

  async #reconfigure(member: string): Promise<void> {
    const configuration = this.#configure(member);
    if (this.#servers.alive(member)) await this.#reload(member, configuration);
  }

  #reload(member: string, configuration: Configuration): Promise<void> {
    return this.#engine.reload(this.#servers.get(member), this.dataDir(member), configuration);
  }

  #configure(member: string, synchronousWith = [...this.#joined]): Configuration {
    if (this.archiving) this.archive.prepare();
    const configuration = configurationOf({
      record: this.#record,
      id: this.#id,
      member,
      synchronousWith,
      floors: this.#servers.floors(member),
      archive: this.archive,
      socketDir: this.#host.socketDir,
      writerPort: this.port(this.writer),
      leader: this.#following.leader,
    });
    this.#engine.configure(this.dataDir(member), configuration);
    return configuration;
  }

  #save(change: Partial<GroupRecord>): void {
    this.#record = { ...this.#record, ...change };
    writeGroup(this.folder, this.#record);
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
