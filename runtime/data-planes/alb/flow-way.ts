import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane, HttpRequest } from '../http/exchange.ts';
import type { ListenerTable, LoadBalancerTable } from './configuration.ts';
import { httpTaker } from './http-taker.ts';
import type { InnerConnection, Taker } from './inner-listeners.ts';
import type { WayIn } from './ways-in.ts';

/** The way into one load balancer; what it asks is served as a request from within the VPC. */
export class FlowWay implements WayIn {
  readonly #kernel: Kernel;
  readonly #table: () => LoadBalancerTable | undefined;
  readonly #serve: (at: InnerConnection, ...asked: Parameters<DataPlane>) => ReturnType<DataPlane>;
  readonly #takers = new Map<string, { listener: ListenerTable; taker: Taker }>();

  constructor(
    kernel: Kernel,
    how: {
      table: () => LoadBalancerTable | undefined;
      serve: (at: InnerConnection, ...asked: Parameters<DataPlane>) => ReturnType<DataPlane>;
    },
  ) {
    this.#kernel = kernel;
    this.#table = how.table;
    this.#serve = how.serve;
  }

  take(flow: Duplex, { port, zone }: { port: number; zone: string }): boolean {
    const listener = this.#table()?.listeners.find((one) => one.port === port);
    if (!listener) return false;
    const known = this.#takers.get(`${listener.arn} ${zone}`);
    const current = known?.listener === listener ? known.taker : undefined;
    const taker = current ?? httpTaker(this.#kernel, listener, this.#planeFor(listener, zone));
    this.#takers.set(`${listener.arn} ${zone}`, { listener, taker });
    taker.take(flow as Socket);
    return true;
  }

  async check(port: number, path: string): Promise<number | undefined> {
    const listener = this.#table()?.listeners.find((one) => one.port === port);
    if (!listener) return undefined;
    const host = `${this.#table()?.dnsName}:${port}`;
    const request: HttpRequest = {
      method: 'GET',
      url: path,
      host,
      headers: { host, 'user-agent': 'ELB-HealthChecker/2.0' },
      body: undefined,
      client: { ip: '127.0.0.1', port: 0, secure: listener.tls !== undefined, httpVersion: '1.1' },
      signal: new AbortController().signal,
    };
    const hop = startTrace(this.#kernel, 'elbv2', 'health check');
    const { status, body } = await this.#planeFor(listener, undefined)(request, hop);
    if (typeof body === 'object' && 'destroy' in body) body.destroy();
    hop.end({ status });
    return status;
  }

  stop(): void {
    for (const { taker } of this.#takers.values()) taker.stop();
    this.#takers.clear();
  }

  /** At the node of the flow's own zone, where there is one. */
  #planeFor({ arn: listener }: ListenerTable, zone: string | undefined): DataPlane {
    return (request, hop) => {
      const nodes = this.#table()?.nodes ?? [];
      const node = nodes.find((one) => one.zone === zone) ?? nodes[0];
      if (!node) throw new Error('a load balancer has no node');
      return this.#serve({ node, listener, asOutsider: false }, request, hop);
    };
  }
}
