import type { Clock } from '../../kernel/clock/clock.ts';
import type { Archive } from './archive.ts';
import type { BasePosition, Engine, Instant } from './engine.ts';
import type { ServerProcess } from './server-process.ts';

export interface GroupLogOptions {
  engine: Engine;
  archive: Archive;
  /** Whether it is archived. */
  wanted(): boolean;
  /** Of the writer of now: throws while it does not run. */
  server(): ServerProcess;
  folder(): string;
  clock: Clock;
}

/** The log of a group's writer, from which a moment can be reached. */
export class GroupLog {
  readonly #options: GroupLogOptions;

  constructor(options: GroupLogOptions) {
    this.#options = options;
  }

  /** Where the log goes on, when another server takes writes. */
  get archive(): Archive | undefined {
    return this.#options.wanted() ? this.#options.archive : undefined;
  }

  /** A writer runs, or what runs is to be archived from now on. */
  async begin(): Promise<void> {
    const { engine, server } = this.#options;
    if (this.archive) await engine.archiving.begin?.(this.archive, server());
  }

  /** What was written until now is kept, and can be told from what comes later. */
  keep(now?: Instant): void {
    const { engine, folder, clock } = this.#options;
    const instant = now ?? { cloudMs: clock.now(), machineMs: clock.now() - clock.offset() };
    if (this.archive) engine.archiving.keep?.(this.archive, folder(), instant);
  }

  /** A copy from which a later moment can be reached, and where the log stood in it. */
  async base(to: string): Promise<BasePosition> {
    const { engine, archive, server, folder } = this.#options;
    await engine.backup(server(), folder(), to);
    return engine.archiving.base(to, server(), archive);
  }

  /** Bytes of log since a position. */
  writtenSince(position: string): Promise<number> {
    const { engine, server, archive } = this.#options;
    return engine.archiving.writtenSince(server(), position, archive);
  }

  /** Makes the log tell this moment from those before. */
  commit(): Promise<void> {
    const { engine, server } = this.#options;
    return engine.archiving.commit(server());
  }
}
