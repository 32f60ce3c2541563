import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { renameSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { toAddress, toNumber } from '../addresses.ts';
import type { ConnectOptions, Fabric, ListenOptions, Place, SharedPlace } from '../fabric.ts';
import type { FlowCount } from '../flows.ts';
import { type Connection, decide } from '../reachability.ts';
import { type InterfaceTable, tcp, type VpcTable } from '../vpc-table.ts';
import { standIn, standsFor } from './ports.ts';

const preload = join(import.meta.dirname, 'own-address.cjs');
/** On Python's path, it does for Python's programs what the preload does for Node's. */
export const pythonFolder = join(import.meta.dirname, 'python');

/**
 * Where namespaces cannot be made: every address of a VPC stands for one of 127.64.0.0/10, and a file loaded before a Node
 * program binds it to its own. Connections the runtime makes and takes are decided by reachability.ts; what programs say
 * to one another directly passes no gate, and `fidelity` says so.
 */
export class LoopbackFabric implements Fabric {
  readonly level = 'loopback';
  readonly #folder: string;
  readonly #first: number;
  readonly #dnsPort: () => number | undefined;
  readonly #addresses = new Map<string, string>();
  /** As last applied: what a listener decides by changes while it listens. */
  readonly #tables = new Map<string, VpcTable>();
  readonly #flows = new Map<string, Map<string, FlowCount>>();

  /** `slot` sets runtimes on one machine apart: each has 65,536 addresses. */
  constructor(folder: string, slot: number, dnsPort: () => number | undefined = () => undefined) {
    this.#folder = folder;
    this.#dnsPort = dnsPort;
    this.#first = toNumber(`127.${64 + (slot % 64)}.0.0`);
  }

  async apply(vpc: VpcTable): Promise<FlowCount[]> {
    this.#tables.set(vpc.vpcId, vpc);
    for (const { privateIp } of vpc.interfaces) this.#loopbackOf(vpc.vpcId, privateIp);
    this.#writeMap(vpc.vpcId);
    return this.#drain(vpc.vpcId);
  }

  remove(vpcId: string): void {
    for (const key of [...this.#addresses.keys()]) if (key.startsWith(`${vpcId}|`)) this.#addresses.delete(key);
    this.#flows.delete(vpcId);
    this.#tables.delete(vpcId);
  }

  async attach(vpc: VpcTable, { privateIp }: InterfaceTable): Promise<Place> {
    const address = this.#loopbackOf(vpc.vpcId, privateIp);
    this.#writeMap(vpc.vpcId);
    return {
      enclose: (command) => command,
      environment: {
        NODE_OPTIONS: `--require=${preload}`,
        ORRERY_ADDRESS: address,
        ORRERY_ADDRESSES: this.#mapFile(vpc.vpcId),
        ...(this.#dnsPort() === undefined ? {} : { ORRERY_DNS: `127.0.0.1:${this.#dnsPort()}` }),
      },
      files: [preload, this.#folder],
      loopbackAddress: address,
    };
  }

  async enter(vpc: VpcTable, networkInterface: InterfaceTable): Promise<SharedPlace> {
    return { ...(await this.attach(vpc, networkInterface)), leave: () => undefined };
  }

  detach(): void {}

  async connect(vpc: VpcTable, { from, address, port }: ConnectOptions): Promise<Socket> {
    if (!this.#allows(vpc, { from: endOf(vpc, from), to: endOf(vpc, address), protocol: tcp, port }))
      throw Object.assign(new Error(`${address}:${port} does not answer`), { code: 'ETIMEDOUT' });
    const host = this.#loopbackOf(vpc.vpcId, address);
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port: standIn(port), localAddress: this.#loopbackOf(vpc.vpcId, from) });
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(socket);
      });
      socket.once('error', reject);
    });
  }

  async listen(vpc: VpcTable, { address, port }: ListenOptions): Promise<Server> {
    const host = this.#loopbackOf(vpc.vpcId, address);
    const server = createServer();
    // Before anybody else hears of the connection: the gate.
    server.on('connection', (socket) => {
      const now = this.#tables.get(vpc.vpcId) ?? vpc;
      const remote = socket.remoteAddress ?? '';
      // Who has no address in the VPC comes from outside it, as far as its rules are concerned.
      const from = this.#privateOf(vpc.vpcId, remote) ?? remote;
      const bound = server.address();
      const to = { to: endOf(now, address), port: typeof bound === 'object' && bound ? standsFor(bound.port) : port };
      if (!this.#allows(now, { from: endOf(now, from), ...to, protocol: tcp })) socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(standIn(port), host, () => resolve());
    });
    return server;
  }

  /** What comes is not decided about: datagrams at this level pass no gate. */
  receive(vpc: VpcTable, { address, port }: ListenOptions): Promise<Datagrams> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: this.#loopbackOf(vpc.vpcId, address), port: standIn(port) }, () => {
        socket.removeListener('error', reject);
        resolve(socket);
      });
    });
  }

  async flows(vpcId: string): Promise<FlowCount[]> {
    return [...(this.#flows.get(vpcId)?.values() ?? [])];
  }

  stop(): void {}

  #allows(vpc: VpcTable, connection: Connection): boolean {
    const { allowed } = decide(vpc, connection);
    const [source, target] = [connection.from, connection.to].map((end) =>
      typeof end === 'string' ? end : end.privateIp,
    ) as [string, string];
    const flows = this.#flows.get(vpc.vpcId) ?? new Map<string, FlowCount>();
    this.#flows.set(vpc.vpcId, flows);
    const action = allowed ? 'ACCEPT' : 'REJECT';
    const key = `${source}|${target}|${connection.port}|${action}`;
    const { protocol, port } = connection;
    const count = flows.get(key) ?? { source, target, protocol, port, packets: 0, bytes: 0, action };
    if (flows.size < 65_535 || flows.has(key)) flows.set(key, { ...count, packets: count.packets + 1 });
    return allowed;
  }

  #drain(vpcId: string): FlowCount[] {
    const flows = [...(this.#flows.get(vpcId)?.values() ?? [])];
    this.#flows.delete(vpcId);
    return flows;
  }

  #loopbackOf(vpcId: string, privateIp: string): string {
    const key = `${vpcId}|${privateIp}`;
    let address = this.#addresses.get(key);
    if (!address) {
      address = toAddress(this.#first + 2 + this.#addresses.size);
      this.#addresses.set(key, address);
    }
    return address;
  }

  #privateOf(vpcId: string, loopback: string): string | undefined {
    for (const [key, address] of this.#addresses)
      if (address === loopback && key.startsWith(`${vpcId}|`)) return key.slice(vpcId.length + 1);
    return undefined;
  }

  #mapFile(vpcId: string): string {
    return join(this.#folder, `${vpcId}.json`);
  }

  #writeMap(vpcId: string): void {
    const own = [...this.#addresses].filter(([key]) => key.startsWith(`${vpcId}|`));
    const map = Object.fromEntries(own.map(([key, address]) => [key.slice(vpcId.length + 1), address]));
    // Programs read it at any moment: it is there whole or as it was.
    writeFileSync(`${this.#mapFile(vpcId)}.new`, JSON.stringify(map));
    renameSync(`${this.#mapFile(vpcId)}.new`, this.#mapFile(vpcId));
  }
}

function endOf(vpc: VpcTable, address: string): InterfaceTable | string {
  return vpc.interfaces.find(({ privateIp }) => privateIp === address) ?? address;
}
