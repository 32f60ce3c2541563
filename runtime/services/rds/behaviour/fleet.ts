import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { dns } from '../../../data-planes/dns/dns.ts';
import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import { Endpoint, type Gate } from '../../../engines/databases/endpoint.ts';
import { network, outside } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Place } from '../state.ts';
import { runsEc2 } from './places.ts';
import { tokenSignIn } from './token-sign-in.ts';

/**
 * What runs for RDS: databases at their addresses in VPCs, the endpoints by AWS's names, and the work under way on each
 * group of databases. A name leads to the addresses of the databases that have its role at the moment; what has a public
 * address answers on this machine too, at a loopback address, and its security groups decide there as well.
 */
export const fleet = defineEngine<Fleet>('rds.fleet', (kernel) => new Fleet(kernel));

export type Role = 'writer' | 'reader' | { member: string };

interface Name {
  groupId: string;
  role: Role;
  port: number;
  /** Answers on this machine, outside any VPC. */
  outside?: Promise<Endpoint> | undefined;
  localAt?: { host: string; port: number } | undefined;
}

interface Housed {
  place: Place;
  port: number;
  endpoint: Endpoint;
}

/** "Amazon Aurora endpoint connections": how long clients may keep what DNS says. */
const ttlSeconds = { writer: 5, reader: 1 };
/** How long a client outside waits for what the VPC's rules drop; of real time. */
const patienceMs = 2000;

export class Fleet {
  readonly #kernel: Kernel;
  readonly #names = new Map<string, Name>();
  /** By group and member. */
  readonly #housed = new Map<string, Map<string, Housed>>();
  readonly #work = new Map<string, Promise<void>>();

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

  /** AWS's name for the databases of a group that have a role. */
  async expose(name: string, groupId: string, role: Role, port: number): Promise<void> {
    if (!this.#names.has(name)) this.#names.set(name, { groupId, role, port });
    await this.announce(groupId);
  }

  async withdraw(name: string): Promise<void> {
    const known = this.#names.get(name);
    this.#names.delete(name);
    this.#kernel.engine(dns).awsNames.remove(name);
    await (await known?.outside)?.close();
  }

  /** Makes a database answer at its address in the VPC. */
  async house(groupId: string, member: string, place: Place, port: number): Promise<void> {
    const housed = this.#housed.get(groupId) ?? new Map<string, Housed>();
    this.#housed.set(groupId, housed);
    const there = housed.get(member);
    if (there) there.place = place;
    else {
      const target = (): number | undefined => this.#group(groupId)?.port(member);
      const endpoint = new Endpoint({ target, gate: (at) => this.#gate(groupId, at) });
      const address = place.PrivateIpAddress;
      endpoint.serve(await this.#kernel.engine(network).listen(place.VpcId, { address, port }));
      housed.set(member, { place, port, endpoint });
    }
    await this.announce(groupId);
  }

  async evict(groupId: string, member: string): Promise<void> {
    const housed = this.#housed.get(groupId);
    const there = housed?.get(member);
    housed?.delete(member);
    if (housed?.size === 0) this.#housed.delete(groupId);
    await there?.endpoint.close();
    await this.announce(groupId);
  }

  /** Where an endpoint answers on this machine; undefined where nothing outside its VPC reaches it. */
  local(name: string): { host: string; port: number } | undefined {
    return this.#names.get(name)?.localAt;
  }

  /** Ends the connections of a group that lead where they no longer should, and tells DNS where its names lead now. */
  cut(groupId: string): void {
    for (const { endpoint } of this.#housed.get(groupId)?.values() ?? []) endpoint.cut();
    for (const known of this.#names.values())
      if (known.groupId === groupId) void known.outside?.then((endpoint) => endpoint.cut());
    void this.#kernel.clock.track(this.announce(groupId));
  }

  /** Where the names of a group lead, as things are now. */
  async announce(groupId: string): Promise<void> {
    for (const [name, known] of this.#names) if (known.groupId === groupId) await this.#announce(name, known);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#work.values()]);
    const inside = [...this.#housed.values()].flatMap((housed) => [...housed.values()]);
    await Promise.all(inside.map(({ endpoint }) => endpoint.close()));
    await Promise.all([...this.#names.values()].map(async (known) => (await known.outside)?.close()));
    this.#names.clear();
    this.#housed.clear();
  }

  async #announce(name: string, known: Name): Promise<void> {
    const { groupId, role } = known;
    const housed = this.#housed.get(groupId);
    const places = this.#members(groupId, role).flatMap((member) => housed?.get(member)?.place ?? []);
    const anyPublic = [...(housed?.values() ?? [])].some(({ place }) => place.isPublic);
    await this.#open(name, known, anyPublic || !runsEc2(this.#kernel));
    if (this.#names.get(name) !== known) return;
    const inside = places.map(({ PrivateIpAddress }) => PrivateIpAddress);
    const reached = known.localAt && (places.length === 0 || places.some(({ isPublic }) => isPublic));
    const vpcId = places[0]?.VpcId;
    this.#kernel.engine(dns).awsNames.set(name, {
      addresses: reached && known.localAt ? [known.localAt.host] : inside,
      ...(vpcId === undefined ? {} : { vpc: { id: vpcId, addresses: inside } }),
      oneOfThem: true,
      local: reached && known.localAt ? `${known.localAt.host}:${known.localAt.port}` : '',
      ttlSeconds: role === 'reader' ? ttlSeconds.reader : ttlSeconds.writer,
      healthy: true,
    });
  }

  /** Begins or ends answering on this machine. */
  async #open(name: string, known: Name, wanted: boolean): Promise<void> {
    if (!wanted) {
      const open = known.outside;
      known.outside = undefined;
      known.localAt = undefined;
      await (await open)?.close();
      return;
    }
    known.outside ??= new Endpoint({
      target: () => this.#target(known),
      ...(runsEc2(this.#kernel)
        ? { connect: (port) => this.#fromOutside(known.groupId, port) }
        : { gate: (port) => this.#gate(known.groupId, port) }),
      hosts: addressesFor(name),
      port: known.port,
    }).open();
    const endpoint = await known.outside;
    known.localAt = { host: endpoint.localHost, port: endpoint.localPort };
  }

  #gate(groupId: string, port: number): Gate | undefined {
    const names = [...this.#names].filter(([, known]) => known.groupId === groupId);
    const addresses = (member: string): string[] =>
      names
        .filter(([, { role }]) => typeof role === 'string' || role.member === member)
        .map(([name, known]) => `${name}:${known.port}`);
    return this.#kernel.engine(tokenSignIn).gate({ groupId, port, addresses });
  }

  /** As somebody on the internet connects: the route, the network ACL and the security groups decide. */
  #fromOutside(groupId: string, serverPort: number): Promise<Socket> {
    const group = this.#group(groupId);
    const member = group?.members.find((one) => group.port(one) === serverPort);
    const housed = this.#housed.get(groupId)?.get(member ?? '');
    if (!housed) return Promise.reject(new Error('the database is gone'));
    const { place, port } = housed;
    const options = { from: outside.users, address: place.PrivateIpAddress, port, timeoutMs: patienceMs };
    return this.#kernel.engine(network).connect(place.VpcId, options);
  }

  #target({ groupId, role }: Name): number | undefined {
    const group = this.#group(groupId);
    const members = this.#members(groupId, role).filter((member) => group?.port(member) !== undefined);
    const chosen = members[Math.floor(this.#kernel.ids.random() * members.length)];
    return chosen === undefined ? undefined : group?.port(chosen);
  }

  /** "Reader endpoint": connections are spread over the readers; with none it leads to the writer. */
  #members(groupId: string, role: Role): string[] {
    if (typeof role === 'object') return [role.member];
    const group = this.#group(groupId);
    if (!group) return [];
    const readers = group.members.filter((member) => member !== group.writer && group.port(member) !== undefined);
    return role === 'reader' && readers.length > 0 ? readers : [group.writer];
  }

  #group(groupId: string): DatabaseGroup | undefined {
    return this.#kernel.engine(databases).group(groupId);
  }
}

/** The same for the same name, so that an address outlives the runtime; others where another runtime has it. */
function addressesFor(name: string): string[] {
  return Array.from({ length: 6 }, (_, attempt) => {
    const [one = 1, two = 1, three = 1] = createHash('sha256').update(`${name} ${attempt}`).digest();
    return `127.${200 + (one % 50)}.${two}.${1 + (three % 254)}`;
  });
}
