import { createHash } from 'node:crypto';
import { dns } from '../../../data-planes/dns/dns.ts';
import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import { Endpoint } from '../../../engines/databases/endpoint.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';

/** What runs for RDS: the endpoints by AWS's names, and the work under way on each group of databases. */
export const fleet = defineEngine<Fleet>('rds.fleet', (kernel) => new Fleet(kernel));

export type Role = 'writer' | 'reader' | { member: string };

export class Fleet {
  readonly #kernel: Kernel;
  readonly #endpoints = new Map<string, { endpoint: Endpoint; groupId: string }>();
  readonly #work = new Map<string, Promise<void>>();
  #turn = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Work on one group of databases happens in order, beside the answer; a wind waits for it. */
  begin(groupId: string, work: () => Promise<void>): void {
    const turn = (this.#work.get(groupId) ?? Promise.resolve()).then(work);
    const quiet = turn.catch((error: Error) => {
      const { message, stack } = error;
      const timeMs = this.#kernel.clock.now();
      this.#kernel.events.emit('problem', { timeMs, where: 'rds', message, ...(stack ? { stack } : {}) });
    });
    this.#work.set(groupId, quiet);
    void this.#kernel.clock.track(quiet);
  }

  /** Resolves when nothing is under way on the group. */
  async settled(groupId: string): Promise<void> {
    for (let now = this.#work.get(groupId); now; now = this.#work.get(groupId)) {
      await now;
      if (this.#work.get(groupId) === now) this.#work.delete(groupId);
    }
  }

  /** The name is AWS's; it answers at a loopback address of its own, with the database's port, and Orrery's DNS says so. */
  async expose(name: string, groupId: string, role: Role, port: number): Promise<void> {
    if (this.#endpoints.has(name)) return;
    const target = (): number | undefined => this.#target(groupId, role);
    const endpoint = await new Endpoint({ target, hosts: addressesFor(name), port }).open();
    this.#endpoints.set(name, { endpoint, groupId });
    this.#kernel.engine(dns).awsNames.set(name, { addresses: [endpoint.localHost], healthy: true });
  }

  async withdraw(name: string): Promise<void> {
    const known = this.#endpoints.get(name);
    this.#endpoints.delete(name);
    this.#kernel.engine(dns).awsNames.remove(name);
    await known?.endpoint.close();
  }

  /** Where an endpoint answers on this machine. */
  local(name: string): { host: string; port: number } | undefined {
    const endpoint = this.#endpoints.get(name)?.endpoint;
    return endpoint && { host: endpoint.localHost, port: endpoint.localPort };
  }

  /** Ends the connections of a group that lead where they no longer should. */
  cut(groupId: string): void {
    for (const known of this.#endpoints.values()) if (known.groupId === groupId) known.endpoint.cut();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#work.values()]);
    await Promise.all([...this.#endpoints.values()].map(({ endpoint }) => endpoint.close()));
    this.#endpoints.clear();
  }

  #target(groupId: string, role: Role): number | undefined {
    const group = this.#kernel.engine(databases).group(groupId);
    if (!group) return undefined;
    if (typeof role === 'object') return group.port(role.member);
    return group.port(role === 'writer' ? group.writer : this.#reader(group));
  }

  /** "Reader endpoint": connections are spread over the readers; with none it leads to the writer. */
  #reader(group: DatabaseGroup): string {
    const readers = group.members.filter((member) => member !== group.writer && group.port(member) !== undefined);
    this.#turn += 1;
    return readers[this.#turn % Math.max(readers.length, 1)] ?? group.writer;
  }
}

/** The same for the same name, so that an address outlives the runtime; others where another runtime has it. */
function addressesFor(name: string): string[] {
  return Array.from({ length: 6 }, (_, attempt) => {
    const [one = 1, two = 1, three = 1] = createHash('sha256').update(`${name} ${attempt}`).digest();
    return `127.${200 + (one % 50)}.${two}.${1 + (three % 254)}`;
  });
}
