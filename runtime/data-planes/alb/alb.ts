import { Readable } from 'node:stream';
import { network, outside } from '../../engines/network/network.ts';
import { defineEngine } from '../../kernel/engine.ts';
import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane, HttpRequest, HttpResponse } from '../http/exchange.ts';
import { judgingFraming } from '../http/framing/framing.ts';
import { hosts } from '../http/hosts.ts';
import { servingFor } from '../http/plane-resource.ts';
import { onTerms } from '../http/tls/terms.ts';
import { Unreachable } from '../http/unreachable.ts';
import { FlowEntrance, type FlowSources } from '../nlb/flow-entrance.ts';
import { FlowMetrics } from '../nlb/flow-metrics.ts';
import { AccessLog } from './access-log.ts';
import { generated } from './answers.ts';
import type { ListenerTable, LoadBalancerTable, TargetGroupTable } from './configuration.ts';
import { Entrance } from './entrance.ts';
import { FlowWay } from './flow-way.ts';
import type { HealthReport } from './health-checks.ts';
import { httpTaker } from './http-taker.ts';
import { type InnerConnection, InnerListeners, type Taker } from './inner-listeners.ts';
import { AlbMetrics } from './metrics.ts';
import { announce, conceal, tellHealth } from './presence.ts';
import { serve } from './serve.ts';
import { shutZones } from './shut-zones.ts';
import { TargetGroup } from './target-group.ts';
import { beginVisit, type Visit } from './visit.ts';
import { waysIn } from './ways-in.ts';

/**
 * Load balancers at work: Application Load Balancers here, the flows of Network Load Balancers in ../nlb. services/elbv2 compiles its records into tables and deploys them; from then on the
 * load balancer's name answers and its targets are checked. A listener on another port than 80 and 443 answers at
 * `port-<n>.<name>` as well, and wherever a request's Host header says the port.
 */
export const alb = defineEngine('alb', (kernel) => new Alb(kernel));

interface Running {
  table: LoadBalancerTable;
  /** Zones that DNS leaves out. */
  shut: ReadonlySet<string>;
  readonly entrance: Entrance;
  readonly inner: InnerListeners;
  /** Of a Network Load Balancer. */
  readonly flows: FlowEntrance | undefined;
  /** Of an Application Load Balancer, for those of the other kind. */
  readonly way: FlowWay;
}

class Alb {
  readonly #kernel: Kernel;
  readonly #loadBalancers = new Map<string, Running>();
  readonly #groups = new Map<string, TargetGroup>();
  readonly #cutZones = new Set<string>();
  readonly #metrics: AlbMetrics;
  readonly #log: AccessLog;
  readonly #flowMetrics: FlowMetrics;
  readonly #flowSources: FlowSources;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#metrics = new AlbMetrics(kernel);
    this.#log = new AccessLog(kernel);
    this.#flowMetrics = new FlowMetrics(kernel);
    this.#flowSources = {
      kernel,
      groups: this.#groups,
      metrics: this.#flowMetrics,
      isCut: (zone) => this.#cutZones.has(zone),
    };
    kernel.engine(network).furnishBy((vpcId) => this.#open(vpcId));
  }

  /** Takes effect with the next request. */
  deploy(table: LoadBalancerTable): void {
    const known = this.#loadBalancers.get(table.arn);
    if (known) this.#unlist(known.table);
    const ways = known ?? this.#ways(table);
    this.#loadBalancers.set(table.arn, { ...ways, table, shut: shutZones(table, this.#groups) });
    ways.flows?.sync(table);
    if (this.#kernel.engine(network).isEntered(table.vpcId)) void this.#kernel.clock.track(this.#open(table.vpcId));
    for (const { name, listener } of namesOf(table))
      this.#kernel.engine(hosts).set(name, this.#planeOf(table, listener));
    this.#assignGroups();
    announce(this.#kernel, table, this.#groupsOf(table));
  }

  withdraw(arn: string): void {
    const known = this.#loadBalancers.get(arn);
    if (!known) return;
    this.#unlist(known.table);
    known.inner.stop();
    known.flows?.stop();
    known.way.stop();
    this.#kernel.engine(waysIn).delete(arn);
    conceal(this.#kernel, known.table);
    this.#loadBalancers.delete(arn);
    this.#assignGroups();
  }

  putTargetGroup(table: TargetGroupTable): void {
    const known = this.#groups.get(table.arn);
    if (known) {
      known.configure(table);
      this.#checked(known);
      return;
    }
    this.#groups.set(table.arn, new TargetGroup(this.#kernel, table, (one) => this.#checked(one)));
    this.#assignGroups();
  }

  removeTargetGroup(arn: string): void {
    this.#groups.get(arn)?.stop();
    this.#groups.delete(arn);
  }

  /** Resolves when it listens; rejects where this machine does not let it listen at a port. */
  async opened(arn: string): Promise<void> {
    await this.#loadBalancers.get(arn)?.flows?.opened;
  }

  /** By the key of `targetKey`. */
  health(arn: string): ReadonlyMap<string, HealthReport> {
    const reports = new Map<string, HealthReport>();
    for (const target of this.#groups.get(arn)?.targets ?? []) reports.set(target.key, target.health);
    return reports;
  }

  /** A zone that is cut takes its load balancer nodes with it, until it is given back. */
  setZone(zone: string, { cut }: { cut: boolean }): void {
    if (cut) this.#cutZones.add(zone);
    else this.#cutZones.delete(zone);
  }

  /** Ends the checks of targets and delivers what is logged; part of the service's stop, while S3 still answers. */
  async deliverLogs(): Promise<void> {
    await this.#log.stop();
  }

  stop(): void {
    for (const { table, inner, flows, way } of this.#loadBalancers.values()) {
      this.#unlist(table);
      inner.stop();
      way.stop();
      flows?.stop();
    }
    for (const group of this.#groups.values()) group.stop();
  }

  #ways(table: LoadBalancerTable): Omit<Running, 'table' | 'shut'> {
    const { arn } = table;
    const kernel = this.#kernel;
    const entrance = new Entrance(kernel);
    const flows = table.type === 'network' ? new FlowEntrance(this.#flowSources, table) : undefined;
    const inner = new InnerListeners(kernel, {
      takerOf: async (listener, connection) =>
        flows
          ? flowTaker(flows, listener, connection)
          : httpTaker(kernel, listener, (request, hop) => this.#serveInside(arn, connection, request, hop)),
      admits: (connection, port, clientIp) => {
        const now = this.#loadBalancers.get(arn)?.table;
        return now !== undefined && entrance.admits(now, connection.node, { port, clientIp });
      },
    });
    const way = new FlowWay(kernel, {
      table: () => this.#loadBalancers.get(arn)?.table,
      serve: (at, request, hop) => this.#serveInside(arn, at, request, hop),
    });
    if (!flows) kernel.engine(waysIn).set(arn, way);
    return { entrance, inner, flows, way };
  }

  /** Its load balancers listen in a VPC; what cannot be opened keeps nobody out of the VPC. */
  async #open(vpcId: string): Promise<void> {
    for (const { table, inner } of this.#loadBalancers.values()) {
      if (table.vpcId !== vpcId) continue;
      await inner.sync(table).catch((error: Error) => {
        this.#kernel.events.emit('problem', {
          timeMs: this.#kernel.clock.now(),
          where: table.name,
          message: error.message,
        });
      });
    }
  }

  #planeOf({ arn, type }: LoadBalancerTable, listener: ListenerTable | undefined): DataPlane {
    const plane = servingFor(arn, (request, hop) => this.#serve(arn, request, hop));
    if (listener?.tls) onTerms(plane, { certificates: listener.certificates, ...listener.tls });
    return type === 'application' ? judgingFraming(plane) : plane;
  }

  #unlist(table: LoadBalancerTable): void {
    for (const { name } of namesOf(table)) this.#kernel.engine(hosts).remove(name);
  }

  /** Targets are checked once a load balancer sends to their group. */
  #assignGroups(): void {
    const users = new Map<string, LoadBalancerTable>();
    for (const { table } of this.#loadBalancers.values()) {
      for (const arn of groupsOf(table)) users.set(arn, table);
    }
    for (const [arn, group] of this.#groups) {
      const nodes = users.get(arn)?.nodes;
      group.use(nodes && { nodes: nodes.map(({ address }) => address), zones: nodes.map(({ zone }) => zone) });
    }
  }

  #groupsOf(table: LoadBalancerTable): (TargetGroup | undefined)[] {
    return [...groupsOf(table)].map((arn) => this.#groups.get(arn));
  }

  #checked(group: TargetGroup): void {
    for (const running of this.#loadBalancers.values()) {
      const { table } = running;
      if (!groupsOf(table).has(group.table.arn)) continue;
      running.shut = shutZones(table, this.#groups);
      (table.type === 'network' ? this.#flowMetrics : this.#metrics).checked(group, table);
      tellHealth(this.#kernel, table, this.#groupsOf(table));
    }
  }

  #serve(arn: string, request: HttpRequest, parent: Hop): Promise<HttpResponse> {
    const running = this.#loadBalancers.get(arn);
    if (!running) throw new Error(`load balancer ${arn} is served but not deployed`);
    if (running.flows) return running.flows.serve(request, parent);
    const hop = parent.child('elbv2', `${request.method} ${request.url}`, arn);
    const { table, entrance, shut } = running;
    const listener = listenerFor(table, request);
    const entered = listener
      ? entrance.enter(table, listener.port, {
          clientIp: request.client.ip,
          isCut: (zone) => this.#cutZones.has(zone) || shut.has(zone),
        })
      : {
          refused: `load balancer ${table.name} has no listener at this port`,
          dropped: request.serverPort !== undefined,
        };
    if (!listener || 'refused' in entered) return new Promise((resolve) => resolve(this.#refuse(table, hop, entered)));
    return this.#answer({ loadBalancer: table, listener, node: entered.node, request, hop });
  }

  /** A request from inside the VPC has come to its node and listener already. */
  async #serveInside(arn: string, at: InnerConnection, request: HttpRequest, parent: Hop): Promise<HttpResponse> {
    const table = this.#loadBalancers.get(arn)?.table;
    const listener = table?.listeners.find((one) => one.arn === at.listener);
    if (!table || !listener) return generated(503);
    const hop = parent.child('elbv2', `${request.method} ${request.url}`, arn);
    return this.#answer({ loadBalancer: table, listener, node: at.node, request, hop });
  }

  #answer(about: Pick<Visit, 'loadBalancer' | 'listener' | 'node' | 'request' | 'hop'>): Promise<HttpResponse> {
    const visit = beginVisit({ kernel: this.#kernel, groups: this.#groups, ...about });
    return serve(visit).then((answer) => this.#finish(visit, withAnswerHeaders(about.listener, answer)));
  }

  #refuse(table: LoadBalancerTable, hop: Hop, entered: object): HttpResponse {
    const { refused, dropped } = entered as { refused: string; dropped: boolean };
    hop.note('refused', refused);
    hop.end(dropped ? { error: refused } : { status: 503 });
    if (dropped) throw new Unreachable(refused);
    this.#metrics.reject(table);
    return generated(503);
  }

  /** Counts, logs and ends the hop when the last byte has gone by. */
  #finish(visit: Visit, response: HttpResponse): HttpResponse {
    const { status, body } = response;
    const ended = (bytes: number): void => {
      this.#metrics.count(visit, { status, bytes: bytes + Number(visit.request.headers['content-length'] ?? 0) });
      if (visit.loadBalancer.attributes.accessLogs) this.#log.record(visit, { status, bytes });
      visit.hop.end({ status });
    };
    if (body instanceof Readable) body.once('close', () => ended(visit.bytes));
    else ended(body === undefined ? 0 : Buffer.byteLength(body));
    return response;
  }
}

/** "HTTP header modification": what the listener adds takes the place of what the target said; `Server` may be left out. */
function withAnswerHeaders({ answers }: ListenerTable, response: HttpResponse): HttpResponse {
  if (!answers) return response;
  Object.assign(response.headers, answers.added);
  if (!answers.server) delete response.headers.server;
  return response;
}

/** A connection from within the VPC; at a public address its client is one of the internet's. */
function flowTaker(flows: FlowEntrance, listener: ListenerTable, { node, asOutsider }: InnerConnection): Taker {
  return {
    take(socket) {
      const clientIp = asOutsider ? outside.users : (socket.remoteAddress ?? '');
      void flows.take(socket, { listener, node, clientIp, clientPort: socket.remotePort ?? 0 });
    },
    stop: () => undefined,
  };
}

/** Its own name stands for the listener that clients over TLS come to, for the name says no port. */
function namesOf({ dnsName, listeners }: LoadBalancerTable): { name: string; listener: ListenerTable | undefined }[] {
  if (listeners.length === 0) return [];
  const secure = listeners.filter(({ tls }) => tls !== undefined);
  const usual = secure.find(({ port }) => port === 443) ?? secure[0];
  const byPort = listeners.map((listener) => ({ name: `port-${listener.port}.${dnsName}`, listener }));
  return [{ name: dnsName, listener: usual }, ...byPort];
}

function groupsOf({ listeners }: LoadBalancerTable): Set<string> {
  const arns = new Set<string>();
  for (const { rules } of listeners) {
    for (const { action } of rules) if (action.type === 'forward') for (const { arn } of action.groups) arns.add(arn);
  }
  return arns;
}

/**
 * The listener of the port that the request names; without one, the one a client would take that came over TLS or not,
 * and then the only one there is.
 */
function listenerFor({ listeners }: LoadBalancerTable, request: HttpRequest): ListenerTable | undefined {
  const host = request.headers.host ?? request.host;
  const named = /^port-(\d+)\./.exec(request.host)?.[1] ?? /:(\d+)$/.exec(host)?.[1];
  const byPort = (port: number) => listeners.find((listener) => listener.port === port);
  if (request.serverPort !== undefined) return byPort(request.serverPort);
  const exact = named === undefined ? undefined : byPort(Number(named));
  if (exact) return exact;
  const usual = request.client.secure ? (byPort(443) ?? byPort(80)) : byPort(80);
  return usual ?? (listeners.length === 1 ? listeners[0] : undefined);
}
