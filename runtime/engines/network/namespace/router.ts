import { type ChildProcess, spawn } from 'node:child_process';
import { Socket as Datagrams } from 'node:dgram';
import { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { toAddress, toNumber } from '../addresses.ts';
import type { FlowCount } from '../flows.ts';
import type { InterfaceTable, VpcTable } from '../vpc-table.ts';
import { renderFirewall } from './firewall.ts';
import { innerSide, Leaf, leafSide, roomSide, routerSide, run, shareAddress } from './leaf.ts';

/** Link-local addresses of what is behind interfaces; 64 times 256 of them. */
const firstRoom = '169.254.128.0';
const mostRooms = 16_384;
const connectorFile = join(import.meta.dirname, 'connector.cjs');

interface Answer {
  id: number;
  /** A connection that came before its listener was handed over. */
  accepted?: boolean;
  port?: number;
  error?: { code: string; message: string };
}

/**
 * A VPC as a network namespace of Linux: its interfaces hang on it by a pair of veth devices each, and nftables decides
 * what passes. It lives as long as its process, which ends with the runtime, however that ends: nothing is left behind.
 */
export class VpcRouter {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #waiting = new Map<number, (answer: Answer, handle: unknown) => void>();
  readonly #listeners = new Map<number, Server>();
  readonly #held = new Map<string, Promise<string>>();
  /** Addresses of the interfaces that were last applied. */
  #interfaces = new Set<string>();
  readonly #leaves = new Map<string, Leaf>();
  readonly #sharing = new Map<string, Promise<Leaf>>();
  #lastId = 0;
  #lastDevice = 0;

  constructor() {
    this.#child = spawn('unshare', ['--net', process.execPath, connectorFile], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {},
    });
    this.#ready = new Promise<void>((resolve, reject) => {
      this.#child.once('message', () => resolve());
      this.#child.once('error', reject);
      this.#child.once('exit', (code) => {
        reject(new Error(`the router of a VPC ended with ${code}`));
        for (const settle of this.#waiting.values())
          settle({ id: 0, error: { code: 'ENETDOWN', message: 'the VPC is gone' } }, undefined);
        this.#waiting.clear();
      });
    }).then(() => this.#setUp());
    this.#child.on('message', (answer: Answer, handle) => {
      if (answer.accepted) {
        this.#listeners.get(answer.id)?.emit('connection', handle);
        return;
      }
      const settle = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      settle?.(answer, handle);
    });
  }

  /** Puts the rules in force, all at once; what was counted of flows is returned, since counting begins anew. */
  async apply(vpc: VpcTable): Promise<FlowCount[]> {
    await this.#ready;
    const flows = await this.flows();
    await this.#inside(['nft', '-f', '-'], renderFirewall(vpc));
    // What an interface had that is gone may be a sandbox's next, which would not be reached while the router holds it.
    const now = new Set(vpc.interfaces.map(({ privateIp }) => privateIp));
    const stale = [...this.#held.keys()].filter((address) => this.#interfaces.has(address) && !now.has(address));
    this.#interfaces = now;
    for (const address of stale) await this.letGo(address);
    return flows;
  }

  /** Addresses whose connections the runtime itself makes and takes: nodes of a load balancer, endpoints, the outside. */
  async hold(address: string): Promise<void> {
    await this.#ready;
    let holding = this.#held.get(address);
    if (!holding) {
      holding = this.#inside(['ip', 'addr', 'add', `${address}/32`, 'dev', 'lo']);
      this.#held.set(address, holding);
    }
    await holding;
  }

  async letGo(address: string): Promise<void> {
    const holding = this.#held.get(address);
    if (!this.#held.delete(address)) return;
    await holding;
    await this.#inside(['ip', 'addr', 'del', `${address}/32`, 'dev', 'lo']);
  }

  /** Gives an interface a namespace of its own; `enclose` makes the command that runs a program there. */
  async attach({ networkInterfaceId, privateIp }: InterfaceTable): Promise<(command: string[]) => string[]> {
    await this.#ready;
    this.#lastDevice += 1;
    const leaf = new Leaf(`v${this.#lastDevice}`);
    this.#leaves.set(networkInterfaceId, leaf);
    await leaf.started;
    await this.#inside(['ip', '-batch', '-'], routerSide(leaf, privateIp));
    await run(leaf.enclose(['ip', '-batch', '-']), leafSide(privateIp));
    return leaf.enclose;
  }

  /** A namespace behind an interface's, which sends under the interface's address. */
  async enter(networkInterface: InterfaceTable): Promise<{ enclose: (command: string[]) => string[]; leave(): void }> {
    const outer = await this.#shared(networkInterface);
    this.#lastDevice += 1;
    const room = new Leaf(`r${this.#lastDevice}`);
    await room.started;
    // Seen behind the one interface alone, so that every interface may use the same ones.
    const address = toAddress(toNumber(firstRoom) + (this.#lastDevice % mostRooms));
    await run(outer.enclose(['ip', '-batch', '-']), innerSide(room, address));
    await run(room.enclose(['ip', '-batch', '-']), roomSide(address));
    return { enclose: room.enclose, leave: () => room.end() };
  }

  #shared(networkInterface: InterfaceTable): Promise<Leaf> {
    const { networkInterfaceId: id } = networkInterface;
    const known = this.#sharing.get(id);
    if (known) return known;
    const made = this.attach(networkInterface).then(async () => {
      const leaf = this.#leaves.get(id);
      if (!leaf) throw new Error(`${id} has gone`);
      await run(leaf.enclose(['sh', '-c', shareAddress]));
      return leaf;
    });
    this.#sharing.set(id, made);
    made.catch(() => this.#sharing.delete(id));
    return made;
  }

  detach(networkInterfaceId: string): void {
    this.#leaves.get(networkInterfaceId)?.end();
    this.#leaves.delete(networkInterfaceId);
    this.#sharing.delete(networkInterfaceId);
  }

  async connect(options: { address: string; port: number; from: string; timeoutMs: number }): Promise<Socket> {
    await this.hold(options.from);
    const { answer, handle } = await this.#ask({ connect: options });
    if (handle instanceof Socket) return handle;
    throw failure(answer);
  }

  async listen(options: { address: string; port: number }): Promise<Server> {
    await this.hold(options.address);
    const { answer, handle } = await this.#ask({ listen: options });
    if (!(handle instanceof Server)) throw failure(answer);
    this.#listeners.set(answer.id, handle);
    handle.once('close', () => this.#listeners.delete(answer.id));
    return handle;
  }

  async receive(options: { address: string; port: number }): Promise<Datagrams> {
    await this.hold(options.address);
    const { answer, handle } = await this.#ask({ receive: options });
    if (handle instanceof Datagrams) return handle;
    throw failure(answer);
  }

  async flows(): Promise<FlowCount[]> {
    await this.#ready;
    const [accepted, rejected] = await Promise.all(['accepted', 'rejected'].map((name) => this.#countersOf(name)));
    return [
      ...(accepted ?? []).map((flow) => ({ ...flow, action: 'ACCEPT' as const })),
      ...(rejected ?? []).map((flow) => ({ ...flow, action: 'REJECT' as const })),
    ];
  }

  stop(): void {
    for (const leaf of this.#leaves.values()) leaf.end();
    this.#leaves.clear();
    for (const server of this.#listeners.values()) server.close();
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill('SIGKILL');
  }

  async #countersOf(setName: string): Promise<Omit<FlowCount, 'action'>[]> {
    const text = await this.#inside(['nft', '-j', 'list', 'set', 'ip', 'orrery', setName]).catch(() => '');
    if (text === '') return [];
    const { nftables } = JSON.parse(text) as { nftables: { set?: { elem?: NftElement[] } }[] };
    return (nftables.find((entry) => entry.set)?.set?.elem ?? []).flatMap(({ elem }) => {
      const [source, sourcePort, target, port, protocol] = elem.val.concat;
      if (!elem.counter || elem.counter.packets === 0) return [];
      return [{ source, sourcePort, target, port, protocol: numberOf(protocol), ...elem.counter }];
    });
  }

  async #setUp(): Promise<void> {
    await this.#inside(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward && ip link set lo up']);
  }

  #inside(command: string[], input?: string): Promise<string> {
    return run(['nsenter', `--net=/proc/${this.#child.pid}/ns/net`, '--', ...command], input);
  }

  async #ask(message: object): Promise<{ answer: Answer; handle: unknown }> {
    await this.#ready;
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, (answer, handle) => resolve({ answer, handle }));
      this.#child.send({ id, ...message });
    });
  }
}

interface NftElement {
  elem: {
    val: { concat: [string, number, string, number, string | number] };
    counter?: { packets: number; bytes: number };
  };
}

function numberOf(protocol: string | number): number {
  return protocol === 'tcp' ? 6 : protocol === 'udp' ? 17 : Number(protocol);
}

function failure({ error }: Answer): Error {
  return Object.assign(new Error(error?.message ?? 'the connection could not be made'), { code: error?.code });
}
