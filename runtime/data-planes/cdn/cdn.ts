import { Readable } from 'node:stream';
import { defineEngine } from '../../kernel/engine.ts';
import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane, HttpRequest, HttpResponse } from '../http/exchange.ts';
import { hosts } from '../http/hosts.ts';
import { servingFor } from '../http/plane-resource.ts';
import { onTerms, type TlsTerms } from '../http/tls/terms.ts';
import { AccessLog } from './access-log.ts';
import { ObjectCache } from './cache/object-cache.ts';
import type { EdgeDistribution, EdgeFunction } from './configuration.ts';
import { EdgeMetrics } from './edge-metrics.ts';
import { type FunctionResult, FunctionRunner } from './functions/function-runner.ts';
import { LoopbackClient } from './origin/loopback-client.ts';
import { invalidationPath } from './path-pattern.ts';
import { RequestIds } from './request-ids.ts';
import { counted, serve } from './serve.ts';
import { meterVisit } from './usage.ts';
import { type Edge, type Site, siteOf } from './visit.ts';

/**
 * CloudFront's edge: one cache and one table of distributions a runtime. services/cloudfront compiles a distribution and
 * deploys it; from then on its domain name and aliases answer. The cache is memory and is lost when the runtime stops.
 */
export const cdn = defineEngine('cdn', (kernel) => new Cdn(kernel));

const cacheLimits = { maxBytes: 256 * 1024 * 1024, maxObjectBytes: 50 * 1024 * 1024 };

/** One edge location of Northern Virginia. */
const pop = 'IAD89-P1';

export class Cdn {
  readonly #kernel: Kernel;
  readonly #edge: Edge;
  readonly #sites = new Map<string, Site>();
  readonly #metrics: EdgeMetrics;
  readonly #log: AccessLog;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#metrics = new EdgeMetrics(kernel);
    this.#log = new AccessLog(kernel, pop);
    this.#edge = {
      kernel,
      cache: new ObjectCache(cacheLimits),
      inFlight: new Map(),
      functions: new FunctionRunner(kernel.clock),
      loopback: new LoopbackClient(),
      requestIds: new RequestIds(kernel.ids),
      via: `1.1 ${kernel.ids.hex(32)}.cloudfront.net (CloudFront)`,
      pop,
    };
  }

  /** Takes effect with the next request; what is cached stays, as on AWS. */
  deploy(distribution: EdgeDistribution): void {
    this.#unlist(distribution.id);
    const site = siteOf(distribution);
    this.#sites.set(site.id, site);
    const table = this.#kernel.engine(hosts);
    const plane = (tls: TlsTerms): DataPlane =>
      onTerms(
        servingFor(distribution.arn, (request, hop) => this.#serve(site.id, request, hop)),
        tls,
      );
    table.set(site.domainName, plane(distribution.tls.ownName));
    for (const name of site.aliases) table.set(name, plane(distribution.tls.aliases));
  }

  withdraw(id: string): void {
    this.#unlist(id);
    this.#sites.delete(id);
    this.#edge.cache.remove(id, () => true);
  }

  /** How many objects were removed. */
  invalidate(id: string, paths: readonly string[]): number {
    const root = this.#sites.get(id)?.defaultRootObject;
    const tests = paths.map(invalidationPath);
    // The root is kept under its object's name; `/` names it too.
    if (root && paths.includes('/')) tests.push((uri) => uri === `/${root}`);
    return this.#edge.cache.remove(id, (uri) => tests.some((test) => test(uri)));
  }

  runFunction(edgeFunction: EdgeFunction, event: object): Promise<FunctionResult> {
    return this.#edge.functions.run(edgeFunction, event);
  }

  async stop(): Promise<void> {
    for (const id of this.#sites.keys()) this.#unlist(id);
    await this.#edge.functions.stop();
    await this.#edge.loopback.stop();
  }

  /** Writes out the log lines that wait; part of the service's stop, while S3 still answers. */
  deliverLogs(): Promise<void> {
    return this.#log.stop();
  }

  #unlist(id: string): void {
    const site = this.#sites.get(id);
    if (site) for (const name of [site.domainName, ...site.aliases]) this.#kernel.engine(hosts).remove(name);
  }

  async #serve(id: string, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
    const site = this.#sites.get(id);
    if (!site) throw new Error(`distribution ${id} is served but not deployed`);
    const started = this.#kernel.clock.elapsed();
    const { visit, served, response } = await serve(this.#edge, site, request, hop);
    const ended = (bytes: number): void => {
      this.#metrics.count(site, {
        status: served.status,
        downloaded: bytes,
        uploaded: Number(request.headers['content-length'] ?? 0),
      });
      meterVisit(this.#kernel, visit, { response, bytes });
      if (site.logging) this.#log.record({ visit, served, bytes, tookMs: this.#kernel.clock.elapsed() - started });
    };
    if (response.body instanceof Readable && request.method !== 'HEAD')
      return { ...response, body: counted(response.body, ended) };
    ended(request.method === 'HEAD' || !Buffer.isBuffer(response.body) ? 0 : response.body.length);
    return response;
  }
}
