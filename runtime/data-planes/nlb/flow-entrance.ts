import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import type { Hop } from '../../kernel/events/hop.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ListenerTable, LoadBalancerTable, NodeTable } from '../alb/configuration.ts';
import { Entrance } from '../alb/entrance.ts';
import { shutZones } from '../alb/shut-zones.ts';
import type { TargetGroup } from '../alb/target-group.ts';
import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import { Unreachable } from '../http/unreachable.ts';
import { Upstream } from '../http/upstream/upstream.ts';
import { floodGuard } from '../shield/flood-guard.ts';
import { askOver } from './ask-over.ts';
import { carry } from './carry.ts';
import type { FlowMetrics } from './flow-metrics.ts';
import { overTls, secured } from './tls.ts';

export interface FlowSources {
  kernel: Kernel;
  groups: ReadonlyMap<string, TargetGroup>;
  metrics: FlowMetrics;
  isCut(zone: string): boolean;
}

/** Where a flow comes from, and to which listener. */
export interface Arrival {
  listener: ListenerTable;
  /** Undefined: the next that lets it in, as DNS would have it. */
  node: NodeTable | undefined;
  clientIp: string;
  clientPort: number;
}

/**
 * Where flows come into a Network Load Balancer. Clients on this machine find each of its listeners at a loopback address of
 * its own, which DNS gives; what asks by Host at the gateway (CloudFront, a browser) is carried over a flow made for it.
 */
export class FlowEntrance {
  readonly #sources: FlowSources;
  readonly #entrance: Entrance;
  readonly #servers = new Map<number, Promise<Server>>();
  readonly #flows = new Set<Duplex>();
  readonly #upstreams = new Map<string, Upstream>();
  #table: LoadBalancerTable;
  /** Of the listeners that were last wanted; rejects when this machine does not let one be. */
  opened: Promise<void> = Promise.resolve();

  constructor(sources: FlowSources, table: LoadBalancerTable) {
    this.#sources = sources;
    this.#table = table;
    this.#entrance = new Entrance(sources.kernel);
  }

  sync(table: LoadBalancerTable): void {
    this.#table = table;
    const wanted = new Set(table.internal ? [] : table.listeners.map(({ port }) => port));
    for (const [port, opening] of this.#servers) {
      if (wanted.has(port)) continue;
      this.#servers.delete(port);
      void opening.then((server) => server.close()).catch(() => undefined);
    }
    for (const port of wanted) if (!this.#servers.has(port)) this.#servers.set(port, this.#listen(port));
    this.opened = Promise.all(this.#servers.values()).then(() => undefined);
    this.opened.catch(() => undefined);
  }

  stop(): void {
    for (const opening of this.#servers.values()) void opening.then((server) => server.close()).catch(() => undefined);
    this.#servers.clear();
    for (const flow of this.#flows) flow.destroy();
    for (const upstream of this.#upstreams.values()) upstream.stop();
  }

  /** A request by Host: over a flow of its own to the listener of that port, in TLS where that ends there. */
  async serve(request: HttpRequest, parent: Hop): Promise<HttpResponse> {
    const { arn, listeners } = this.#table;
    const port = Number(/:(\d+)$/.exec(request.headers.host ?? '')?.[1]);
    const byPort = (wanted: number) => listeners.find((one) => one.port === wanted);
    const usual = request.client.secure ? (byPort(443) ?? byPort(80)) : byPort(80);
    const listener = byPort(port) ?? usual ?? listeners[0];
    const hop = parent.child('elbv2', `${request.method} ${request.url}`, arn);
    if (!listener) throw new Unreachable(`Load balancer ${this.#table.name} has no listener.`);
    this.#nodeFor(listener, request.client.ip);
    const answer = await askOver(this.#upstreamFor(listener, request.client), request, hop);
    hop.end({ status: answer.status });
    return answer;
  }

  /** Takes a flow: finds its target and carries bytes both ways until one end closes. */
  async take(socket: Duplex, arrival: Arrival): Promise<void> {
    const { kernel, metrics } = this.#sources;
    const { listener, clientIp, clientPort } = arrival;
    const hop = startTrace(kernel, 'elbv2', `${listener.protocol} ${listener.port}`, { resource: this.#table.arn });
    this.#flows.add(socket);
    socket.once('close', () => this.#flows.delete(socket));
    socket.on('error', () => socket.destroy());
    try {
      const node = arrival.node ?? this.#nodeFor(listener, clientIp);
      const client = listener.protocol === 'TLS' ? await secured(kernel, listener, socket as Socket) : socket;
      const about = { loadBalancer: this.#table, listener, node, clientIp, clientPort, hop };
      await carry(this.#sources, about, client);
      hop.end();
    } catch (error) {
      metrics.reset(this.#table, arrival.node?.zone, 'ELB');
      hop.end({ error: (error as Error).message });
      socket.destroy();
    }
  }

  #nodeFor({ port }: ListenerTable, clientIp: string): NodeTable {
    const entered = this.#entrance.enter(this.#table, port, { clientIp, isCut: (zone) => this.#isShut(zone) });
    if ('refused' in entered) throw new Unreachable(entered.refused);
    return entered.node;
  }

  #isShut(zone: string): boolean {
    return this.#sources.isCut(zone) || shutZones(this.#table, this.#sources.groups).has(zone);
  }

  async #listen(port: number): Promise<Server> {
    const server = createServer((socket) => {
      const listener = this.#table.listeners.find((one) => one.port === port);
      if (!listener) return void socket.destroy();
      if (!this.#sources.kernel.engine(floodGuard).admit(socket)) return;
      const clientIp = socket.remoteAddress ?? '127.0.0.1';
      const arrival = { listener, node: undefined, clientIp, clientPort: socket.remotePort ?? 0 };
      void this.take(socket, arrival);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, loopbackAddressOf(this.#table.arn), resolve);
    });
    return server;
  }

  #upstreamFor(listener: ListenerTable, client: HttpRequest['client']): Upstream {
    const key = `${listener.arn} ${listener.protocol} ${client.ip}`;
    const known = this.#upstreams.get(key);
    if (known) return known;
    const dial = async (): Promise<Socket> => {
      const [near, far] = duplexPair();
      void this.take(far, { listener, node: undefined, clientIp: client.ip, clientPort: client.port });
      return listener.protocol === 'TLS' ? overTls(near) : (near as Socket);
    };
    const { clock } = this.#sources.kernel;
    const made = new Upstream({ clock, name: this.#table.dnsName, dial, mostConnections: 256 });
    if (this.#upstreams.size >= mostClients) {
      for (const upstream of this.#upstreams.values()) upstream.stop();
      this.#upstreams.clear();
    }
    this.#upstreams.set(key, made);
    return made;
  }
}

const mostClients = 100;

/** One of 127.96.0.0/11 for each load balancer: any port of it is free. */
export function loopbackAddressOf(arn: string): string {
  const [first = 0, second = 0, third = 0] = createHash('sha256').update(arn).digest();
  return `127.${96 + (first % 32)}.${second}.${1 + (third % 254)}`;
}
