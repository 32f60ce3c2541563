import type { GroupEvent, GroupHost } from './group-contract.ts';
import { ServerProcess } from './server-process.ts';

export interface MemberServersOptions {
  host: GroupHost;
  dataDir(member: string): string;
  /** Writes what a member is to do from its start. */
  configure(member: string): void;
  onEvent(event: GroupEvent): void;
  /** A member's server ended without being asked to. */
  onDeath(member: string): void;
}

/** The servers of a group's members, as they run. */
export class MemberServers {
  readonly #options: MemberServersOptions;
  readonly #servers = new Map<string, ServerProcess>();
  readonly #floors = new Map<string, Record<string, string>>();

  constructor(options: MemberServersOptions) {
    this.#options = options;
  }

  /** Throws when it was not started. */
  get(member: string): ServerProcess {
    const server = this.#servers.get(member);
    if (!server) throw new Error(`${member} is not running`);
    return server;
  }

  /** Undefined when it does not run. */
  alive(member: string): ServerProcess | undefined {
    const server = this.#servers.get(member);
    return server?.alive ? server : undefined;
  }

  all(): ServerProcess[] {
    return [...this.#servers.values()].filter(({ alive }) => alive);
  }

  /** Parameters of which a member needs no less. */
  floors(member: string): Record<string, string> {
    return this.#floors.get(member) ?? {};
  }

  async start(member: string): Promise<void> {
    const { host, dataDir, configure, onEvent, onDeath } = this.#options;
    const start = (): Promise<ServerProcess> => {
      configure(member);
      return ServerProcess.start({
        ...host,
        dataDir: dataDir(member),
        onLine: (line) => onEvent({ kind: 'log', member, line }),
        onDeath: () => onDeath(member),
      });
    };
    const server = await start().catch((error: Error) => {
      if (!this.#raise(member, error.message)) throw error;
      return start();
    });
    this.#floors.delete(member);
    this.#servers.set(member, server);
    onEvent({ kind: 'up', member });
  }

  async stop(member: string): Promise<void> {
    await this.#servers.get(member)?.stop();
  }

  async remove(member: string): Promise<void> {
    await this.stop(member);
    this.#servers.delete(member);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    this.#servers.clear();
  }

  /** Gives a standby what its start failed for the lack of; false when that is not what it failed for. */
  #raise(member: string, message: string): boolean {
    const raised = this.#options.host.engine.floors(message);
    this.#floors.set(member, { ...this.#floors.get(member), ...raised });
    return Object.keys(raised).length > 0;
  }
}
