import { renameSync, rmSync } from 'node:fs';
import type { Engine } from './engine.ts';
import type { Leader } from './group-contract.ts';
import type { ServerProcess } from './server-process.ts';

export interface FollowingOptions {
  engine: Engine;
  /** Undefined where the group follows none, or the other is gone. */
  leader(): Leader | undefined;
  /** Of the group's own writer. */
  server(): ServerProcess;
  folder(): string;
  start(): Promise<void>;
}

/** How a group that is a copy of another goes on as that one does. */
export class Following {
  readonly #options: FollowingOptions;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  get leader(): Leader | undefined {
    return this.#options.leader();
  }

  /** Follows from where it is; where it cannot, or must not for what it may have, as a new copy. */
  async go(how: 'on' | 'anew'): Promise<void> {
    const { leader } = this;
    if (!leader || (how === 'on' && (await this.#joins(leader)))) return;
    const { folder, start, server } = this.#options;
    await server().stop();
    const copy = `${folder()}.copying`;
    await leader.backup(copy);
    rmSync(folder(), { recursive: true, force: true });
    renameSync(copy, folder());
    await start();
    if (!(await this.#joins(leader))) throw new Error('the copy does not follow what it was made of');
  }

  /** A leader that does not run is followed when it does. */
  async #joins({ server: writer, certificate }: Leader): Promise<boolean> {
    const { engine, server } = this.#options;
    if (!writer || !engine.follow) return true;
    return engine.follow({ writer, standby: server(), certificate }).then(
      () => true,
      () => false,
    );
  }
}
