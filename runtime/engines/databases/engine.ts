import type { Archive } from './archive.ts';
import type { ServerCertificate } from './certificate.ts';
import type { GroupHost } from './group-contract.ts';
import type { ServerProcess } from './server-process.ts';

/** What a row says, by column; as text. */
export type Row = Record<string, string | null>;

/** A session of the runtime's own superuser with a server, over its unix socket. Nobody else's SQL goes through it. */
export interface Session {
  /** Runs statements; the rows are the last one's. */
  query(sql: string): Promise<Row[]>;
  close(): void;
}

/** RDS keeps a superuser of this name for itself ("Master user account privileges", RDS User Guide). */
export const superuser = 'rdsadmin';

/** A setting as the server itself describes it. */
export interface Setting {
  name: string;
  /** When it can change: `postmaster` at the start alone, `internal` never, else while the server runs. */
  context: string;
  type: 'bool' | 'enum' | 'integer' | 'real' | 'string';
  default: string;
  min: string;
  max: string;
  description: string;
}

export interface BadSetting {
  name: string;
  /** The server does not know it; else it does not take the value. */
  unknown: boolean;
  message: string;
}

/** How a server is started and spoken to. */
export interface Launch {
  command: string[];
  /** What it says, on its standard error, when it takes connections. */
  ready: RegExp;
  /** What it says when it does not start for what its configuration asks. */
  incompatible: RegExp;
  /** Ends its connections, then itself. */
  shutdown: NodeJS.Signals;
  /** Where the runtime is believed whoever it says to be. */
  socketPath?: string;
  connect(database: string | undefined): Promise<Session>;
}

export interface Configuration {
  /** The server's own names and values, from parameter groups. */
  parameters: Record<string, string>;
  /** Members whose copy a commit waits for: any one of them. */
  synchronousWith: string[];
  /** Of a standby: whom it follows, and the name it has there where it is another than `member`. */
  primary?: { socketDir: string; port: number; as?: string | undefined } | undefined;
  /** Where the log of whom it follows is archived: what that one has no more is taken from there. */
  archivedBy?: Archive | undefined;
  member: string;
  /** Whether connections without TLS are turned away. */
  forceSsl: boolean;
  /** Where the log goes, segment by segment; undefined: nowhere. */
  archiveCommand: string | undefined;
  certificate: ServerCertificate;
}

/** What must be so for a standby to be one that commits wait for. */
export interface Joining {
  writer: ServerProcess;
  standby: ServerProcess;
  /** Whether commits wait for other standbys already. */
  others: boolean;
  /** Writes the writer's configuration, in which commits wait for the standby too. */
  configure(): Configuration;
  /** From here on the standby may become the writer. */
  joined(): void;
}

export type EngineName = 'postgres' | 'mariadb';

/**
 * What differs between kinds of databases: how a server is started, told what it is to do, copied and followed. A group of
 * databases (database-group.ts) decides when; an engine knows how.
 */
export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /** What the server can be told, by name; the folder is the template's. */
  settings(folder: string): Promise<ReadonlyMap<string, Setting>>;
  /** What the server has against the values; undefined when it takes them all. */
  badSetting(folder: string, parameters: Readonly<Record<string, string>>): Promise<BadSetting | undefined>;
  /** Whether a library is there that parameters name. */
  hasLibrary(name: string): boolean;
  /** An empty set of databases, made once in the folder and copied for each instance. */
  template(folder: string): Promise<string>;
  /** A copy of databases whose server does not run. */
  copy(from: string, to: string): Promise<void>;
  /** A copy of a running server's databases from which another starts. */
  backup(server: ServerProcess, from: string, to: string): Promise<void>;
  launch(at: { dataDir: string; socketDir: string; port: number }): Launch;
  /** Writes what is in force from the next start, and from `reload` on where it can be. */
  configure(folder: string, configuration: Configuration): void;
  reload(server: ServerProcess, folder: string, configuration: Configuration): Promise<void>;
  /** Whether a running server has been given what only its next start puts in force. */
  awaitsRestart(server: ServerProcess, folder: string): Promise<boolean>;
  /** Whether a folder is a standby's; `mark` makes it one, or a writer's. */
  isStandby(folder: string): boolean;
  mark(folder: string, as: 'writer' | 'standby'): void;
  /** Parameters of which a standby needs no less than this, where a start failed for that. */
  floors(message: string): Record<string, string>;
  /** A server follows another without its commits waiting. Left out where its configuration says whom it follows. */
  follow?(following: { writer: ServerProcess; standby: ServerProcess; certificate: ServerCertificate }): Promise<void>;
  /** Commits wait for a standby that runs, from here on. */
  join(joining: Joining): Promise<void>;
  /** How much of the writer's log a standby has received; its writer may be gone. */
  position(standby: ServerProcess): Promise<bigint>;
  /** Takes writes from here on, when it has replayed all that it has received; its log goes on in the archive, where there is one. */
  promote(standby: ServerProcess, archive: Archive | undefined): Promise<void>;
  /** Point-in-time recovery. */
  readonly archiving: Archiving;
}

/** A moment, by the cloud's clock and by the machine's, which is the one a log goes by. */
export interface Instant {
  cloudMs: number;
  machineMs: number;
}

/** A moment to recover to: one that was noted, or one between two of those. */
export interface Target extends Instant {
  noted: boolean;
}

export interface Recovery {
  archive: Archive;
  /** The folder of the group's writer, of which the last of the log is not archived yet; undefined where it is gone. */
  live: string | undefined;
  /** Undefined: the last moment there is. */
  target: Target | undefined;
  /** The folder to make, from which a group can begin. */
  to: string;
}

/** Recovery from a copy and the log since. */
export interface Archiving {
  /** The log of a server that takes writes is archived from here on. Left out where servers do all of that themselves. */
  begin?(archive: Archive, server: ServerProcess): Promise<void>;
  /** What a writer wrote until now is in the archive, even if its folder goes, and can be told from what it writes later. */
  keep?(archive: Archive, folder: string, now: Instant): void;
  /** Where the log stood at a copy: of one just made of the server, or of databases that never ran. */
  base(folder: string, server: ServerProcess | undefined, archive: Archive): Promise<BasePosition>;
  /** Bytes of log since a position; without end where the log does not lead on from there. */
  writtenSince(server: ServerProcess, position: string, archive: Archive): Promise<number>;
  /** Something in the log, at which a replay can see that it has passed an earlier moment. */
  commit(server: ServerProcess): Promise<void>;
  /** The databases of an archive as they were at a moment. */
  recover(host: GroupHost, recovery: Recovery): Promise<void>;
}

export interface BasePosition {
  position: string;
  /** The first file of the log that is needed. */
  segment: string;
}

/** An engine, or why it cannot run on this machine and what to do about it. */
export type Found = Engine | { lacking: string };
