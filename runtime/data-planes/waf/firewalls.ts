import { defineEngine } from '../../kernel/engine.ts';
import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import { type CompiledAcl, compileAcl } from './compile-acl.ts';
import { partsOfKey } from './compile-rate.ts';
import { FirewallLog } from './firewall-log.ts';
import { FirewallMetrics } from './firewall-metrics.ts';
import { type Inspection, inspect } from './inspect.ts';
import { InspectedRequest, readBody } from './inspected-request.ts';
import { Rates } from './rates.ts';
import { type SampledPage, Samples } from './samples.ts';
import type { FirewallAcl, Header } from './table.ts';

/**
 * The firewall: a step of whichever resource a web ACL is attached to (`inspect`, before the resource does anything else).
 * services/wafv2 deploys web ACLs; who owns a resource, or wafv2 for it, attaches it.
 */
export const firewalls = defineEngine('firewalls', (kernel) => new Firewalls(kernel));

/** Blocked; where `response` is undefined the rule has no custom response and the resource answers as it does (403). */
export interface Blocked {
  response: HttpResponse | undefined;
}

/** What kind of resource asks: how much of bodies is inspected by default, and how logs name it. */
export type ResourceKind = 'CF' | 'ALB' | 'APIGW';

/** "Considerations for managing body inspection": ALB 8 KB, the others 16 KB unless the web ACL says more. */
const defaultBodyLimit: Record<ResourceKind, number> = { CF: 16_384, ALB: 8192, APIGW: 16_384 };

class Firewalls {
  readonly #kernel: Kernel;
  readonly #acls = new Map<string, CompiledAcl>();
  /** Web ACL's ARN by the resource's. */
  readonly #attached = new Map<string, { acl: string; kind: ResourceKind }>();
  readonly #rates: Rates;
  readonly #metrics: FirewallMetrics;
  readonly #samples: Samples;
  readonly #log: FirewallLog;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#rates = new Rates(kernel.clock);
    this.#metrics = new FirewallMetrics(kernel);
    this.#samples = new Samples(kernel);
    this.#log = new FirewallLog(kernel);
  }

  /** Takes effect with the next request. Throws when a pattern cannot be compiled. */
  deploy(acl: FirewallAcl): void {
    this.#acls.set(acl.arn, compileAcl(acl, this.#rates));
  }

  withdraw(arn: string): void {
    this.#acls.delete(arn);
    this.#rates.forget(`${arn}/`);
    this.#samples.forget(arn);
  }

  has(aclArn: string): boolean {
    return this.#acls.has(aclArn);
  }

  /** Replaces an earlier attachment of the resource. */
  attach(resourceArn: string, aclArn: string, kind: ResourceKind): void {
    this.#attached.set(resourceArn, { acl: aclArn, kind });
  }

  detach(resourceArn: string): void {
    this.#attached.delete(resourceArn);
  }

  /** Quick enough to be asked of every request. */
  guards(resourceArn: string): boolean {
    return this.#attached.has(resourceArn);
  }

  resourcesOf(aclArn: string): string[] {
    return [...this.#attached].filter(([, { acl }]) => acl === aclArn).map(([resource]) => resource);
  }

  /** Undefined: the request may go on; headers that rules insert are on it then. */
  async inspect(resourceArn: string, raw: HttpRequest, parent: Hop): Promise<Blocked | undefined> {
    const attached = this.#attached.get(resourceArn);
    const compiled = attached && this.#acls.get(attached.acl);
    if (!attached || !compiled) return undefined;
    const { acl } = compiled;
    const hop = parent.child('wafv2', acl.name, acl.arn);
    const request = new InspectedRequest(raw);
    if (compiled.readsBody) await readBody(request, acl.bodyLimitBytes ?? defaultBodyLimit[attached.kind]);
    const inspection = inspect(compiled, request);
    hop.note('action', inspection.action.kind.toUpperCase());
    hop.note('rule', inspection.terminating?.rule.name ?? 'Default_Action');
    this.#record(compiled, request, inspection, { resourceArn, kind: attached.kind, requestId: hop.traceId });
    if (inspection.action.kind === 'block') {
      hop.end({ status: inspection.action.response?.status ?? 403 });
      return { response: responseOf(inspection) };
    }
    insert(raw, inspection.insertHeaders);
    hop.end();
    return undefined;
  }

  sampled(aclArn: string, metricName: string, window: { fromMs: number; toMs: number; most: number }): SampledPage {
    return this.#samples.page(aclArn, metricName, window);
  }

  /** The keys that a rate-based rule holds back now, each with its parts. */
  limitedKeys(ruleId: string, limit: number): string[][] {
    return this.#rates.above(ruleId, limit).map(partsOfKey);
  }

  /** Writes out the log lines that wait; part of the service's stop, while the destinations still answer. */
  deliverLogs(): Promise<void> {
    return this.#log.stop();
  }

  #record(
    { acl }: CompiledAcl,
    request: InspectedRequest,
    inspection: Inspection,
    source: { resourceArn: string; kind: ResourceKind; requestId: string },
  ): void {
    this.#metrics.count(acl, inspection, request.labels);
    this.#samples.record(acl, request, inspection);
    if (acl.logging) this.#log.record(acl, { request, inspection, ...source });
    this.#kernel.events.emit('usage', {
      service: 'wafv2',
      usageType: 'Request',
      amount: 1,
      resource: acl.arn,
      region: acl.region,
      account: acl.account,
      traces: [source.requestId],
    });
  }
}

function responseOf({ action }: Inspection): HttpResponse | undefined {
  if (action.kind !== 'block' || !action.response) return undefined;
  const { status, headers, body } = action.response;
  const answer: HttpResponse = {
    status,
    headers: {},
    body: body === undefined ? undefined : Buffer.from(body.content),
  };
  for (const { name, value } of headers) answer.headers[name.toLowerCase()] = value;
  if (body) answer.headers['content-type'] = body.contentType;
  return answer;
}

/** "Inserting custom request headers": the names carry a prefix, so that none of the client's is replaced by accident. */
function insert(raw: HttpRequest, headers: readonly Header[]): void {
  for (const { name, value } of headers) raw.headers[`x-amzn-waf-${name.toLowerCase()}`] = value;
}
