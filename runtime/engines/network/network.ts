import type { Socket as Datagrams } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { defineEngine } from '../../kernel/engine.ts';
import { PersonError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ConnectOptions, Fabric, ListenOptions, Place, SharedPlace } from './fabric.ts';
import type { FlowCount } from './flows.ts';
import { LiveVpc } from './live-vpc.ts';
import { LoopbackFabric } from './loopback/loopback-fabric.ts';
import { NamespaceFabric, namespacesLacking } from './namespace/namespace-fabric.ts';
import { emptyVpc, type InterfaceTable, type VpcTable } from './vpc-table.ts';

/**
 * The networks of the cloud's VPCs. The EC2 service pushes what it is configured to (`apply`); compute, load balancers and
 * databases ask for places to run in, connections and listeners. Nothing of a network outlives the runtime.
 */
export const network = defineEngine<Network>('network', (kernel) => new Network(kernel));

/** Where users come from, and where AWS's API answers inside a VPC: addresses that documentation alone uses (RFC 5737). */
export const outside = {
  users: '203.0.113.1',
  /** CloudFront, towards its origins: of a range that AWS publishes (CLOUDFRONT_ORIGIN_FACING in ip-ranges.json). */
  edge: '130.176.0.1',
  edges: '130.176.0.0/17',
  aws: '198.51.100.1',
  /** Services that gateway endpoints lead to answer at addresses of their own, so that a route can name them alone. */
  s3: '198.51.100.2',
  dynamodb: '198.51.100.3',
};

/** The port of AWS's API at these addresses; they have 80 and 443 as well, for AWS's own names. */
export const apiPort = 4566;

export class Network {
  readonly #kernel: Kernel;
  readonly #vpcs = new Map<string, VpcTable>();
  readonly #live = new Map<string, LiveVpc>();
  readonly #entered = new Set<string>();
  readonly #furnished = new Map<string, Promise<void>>();
  readonly #furnishers: ((vpcId: string) => Promise<void>)[] = [];
  #fabric: Fabric | undefined;
  #lacking: string | undefined;
  #asked: Fabric['level'] | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Asks for one level, before anything is carried: `loopback` where namespaces could be made, or namespaces or nothing. */
  prefer(level: Fabric['level']): void {
    const lacking = level === 'namespace' ? namespacesLacking() : undefined;
    if (lacking)
      throw new PersonError(
        'no-namespaces',
        `The network level namespace cannot be had here: ${lacking}`,
        'Leave --network out, or ask for --network loopback.',
      );
    this.#asked = level;
  }

  /** How its rules are enforced: by the kernel (`namespace`) or at the runtime's own connections (`loopback`). */
  get level(): Fabric['level'] {
    return this.#carrier().level;
  }

  /** Why the level is `loopback`, when it is: what this machine lacks. */
  get lacking(): string | undefined {
    this.#carrier();
    return this.#lacking;
  }

  vpc(vpcId: string): VpcTable {
    return this.#vpcs.get(vpcId) ?? emptyVpc(vpcId);
  }

  /**
   * Puts a VPC's configuration in force, all at once. A VPC that nothing runs in is only noted, so that it costs nothing;
   * it is carried from the first `attach`, `connect` or `listen` on.
   */
  async apply(vpc: VpcTable): Promise<void> {
    this.#vpcs.set(vpc.vpcId, vpc);
    await this.#live.get(vpc.vpcId)?.apply();
  }

  remove(vpcId: string): void {
    this.#vpcs.delete(vpcId);
    this.#entered.delete(vpcId);
    this.#furnished.delete(vpcId);
    this.#live.delete(vpcId);
    this.#fabric?.remove(vpcId);
  }

  /**
   * What every sandbox finds in a VPC (AWS's API, metadata, names, load balancers) is put there before the first one enters
   * it, by everybody who asked to.
   */
  furnishBy(furnish: (vpcId: string) => Promise<void>): void {
    this.#furnishers.push(furnish);
  }

  /** Whether a sandbox has entered it, or is about to: what is new for those inside is put there at once. */
  isEntered(vpcId: string): boolean {
    return this.#entered.has(vpcId);
  }

  /** Makes the network of an interface that `apply` has told of, for a sandbox to run in. */
  async attach(vpcId: string, networkInterfaceId: string): Promise<Place> {
    const found = await this.#interface(vpcId, networkInterfaceId);
    return this.#carrier().attach(this.vpc(vpcId), found);
  }

  /**
   * A place of its own behind an interface that many sandboxes share, as functions with the same subnet and groups do: what
   * leaves it comes from the interface's address, and nothing reaches it from without.
   */
  async enter(vpcId: string, networkInterfaceId: string): Promise<SharedPlace> {
    const found = await this.#interface(vpcId, networkInterfaceId);
    return this.#carrier().enter(this.vpc(vpcId), found);
  }

  detach(vpcId: string, networkInterfaceId: string): void {
    this.#fabric?.detach(vpcId, networkInterfaceId);
  }

  /** Rejects with code ETIMEDOUT where the rules let nothing through, ECONNREFUSED where nobody listens. */
  async connect(vpcId: string, options: ConnectOptions): Promise<Socket> {
    await this.#carried(vpcId);
    return this.#carrier().connect(this.vpc(vpcId), options);
  }

  /** A listener at an address the runtime itself holds in the VPC. */
  async listen(vpcId: string, options: ListenOptions): Promise<Server> {
    await this.#carried(vpcId);
    return this.#carrier().listen(this.vpc(vpcId), options);
  }

  /** Datagrams that come to an address the runtime itself holds in the VPC. */
  async receive(vpcId: string, options: ListenOptions): Promise<Datagrams> {
    await this.#carried(vpcId);
    return this.#carrier().receive(this.vpc(vpcId), options);
  }

  /** What has flowed since this was last asked, for flow logs. */
  async flows(vpcId: string): Promise<FlowCount[]> {
    return (await this.#live.get(vpcId)?.drain()) ?? [];
  }

  stop(): void {
    this.#fabric?.stop();
  }

  async #interface(vpcId: string, networkInterfaceId: string): Promise<InterfaceTable> {
    const find = () => this.vpc(vpcId).interfaces.find((each) => each.networkInterfaceId === networkInterfaceId);
    if (!find()) throw new Error(`${vpcId} has no interface ${networkInterfaceId}`);
    await this.#carried(vpcId);
    this.#entered.add(vpcId);
    await this.#furnishedOnce(vpcId);
    const found = find();
    if (!found) throw new Error(`${networkInterfaceId} has gone`);
    return found;
  }

  #furnishedOnce(vpcId: string): Promise<void> {
    const known = this.#furnished.get(vpcId);
    if (known) return known;
    const furnishing = Promise.all(this.#furnishers.map((furnish) => furnish(vpcId))).then(() => undefined);
    this.#furnished.set(vpcId, furnishing);
    // What could not be put in place is tried again for the next.
    furnishing.catch(() => this.#furnished.delete(vpcId));
    return furnishing;
  }

  async #carried(vpcId: string): Promise<void> {
    let live = this.#live.get(vpcId);
    if (!live) {
      live = new LiveVpc(this.#carrier(), () => this.vpc(vpcId));
      this.#live.set(vpcId, live);
    }
    await live.started;
  }

  #carrier(): Fabric {
    if (!this.#fabric) {
      this.#lacking = this.#asked === 'loopback' ? 'the level loopback was asked for' : namespacesLacking();
      this.#fabric =
        this.#lacking === undefined
          ? new NamespaceFabric()
          : new LoopbackFabric(this.#kernel.store.folder('network'), process.pid, () => this.#kernel.addresses.dnsPort);
    }
    return this.#fabric;
  }
}
