import type { Clock } from '../../kernel/clock/clock.ts';
import type { Watchdog } from '../compute/watchdog.ts';
import type { Archive } from './archive.ts';
import type { ServerCertificate } from './certificate.ts';
import type { Engine } from './engine.ts';
import type { GroupRecord } from './group-record.ts';
import type { ServerProcess } from './server-process.ts';

export interface GroupHost {
  clock: Clock;
  engine: Engine;
  watchdog: Watchdog;
  socketDir: string;
}

export type GroupEvent =
  /** `durationMs` from the writer's end to the first moment its successor takes writes; measured, not wound. */
  | { kind: 'failover'; from: string; to: string; durationMs: number }
  | { kind: 'down' | 'up' | 'failed'; member: string; message?: string }
  | { kind: 'log'; member: string; line: string };

/** Another group, as one that follows it sees it. */
export interface Leader {
  readonly writer: string;
  readonly archive: Archive;
  readonly archiving: boolean;
  readonly certificate: ServerCertificate;
  /** Of its writer; undefined while that does not run. */
  readonly server: ServerProcess | undefined;
  port(member: string): number | undefined;
  backup(to: string): Promise<void>;
}

export interface GroupOptions {
  /** Of the engine that has the groups. */
  id: string;
  folder: string;
  /** A group by its id. */
  leader(id: string): Leader | undefined;
  archive: Archive;
  record?: GroupRecord;
  onEvent(event: GroupEvent): void;
}

export interface Settings {
  parameters?: Record<string, string>;
  forceSsl?: boolean;
  archiving?: boolean;
  /** What one member has beyond, or instead of, what all have. */
  own?: { member: string; parameters: Record<string, string> };
}
