import { defineEngine } from '../../kernel/engine.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import { hosts } from '../http/hosts.ts';
import { type AnsweredPacket, answerPacket } from './answer.ts';
import { AwsNames } from './aws-names.ts';
import { locate } from './locations.ts';
import { QueryCounts } from './query-counts.ts';
import { QueryLogs } from './query-logs.ts';
import type { DnsRecordSet, DnsZone } from './records.ts';
import { type Knowledge, type Resolution, resolve } from './resolve.ts';
import { ZoneTable } from './zone-table.ts';

declare module '../../kernel/events/events.ts' {
  interface EventTypes {
    /** The records of a name have changed and are answered so from now on. Absolute, lower case. */
    'dns.changed': { name: string };
  }
}

/**
 * Route 53's name servers: one table of hosted zones a runtime, pushed in by services/route53, and AWS's own names. The
 * DNS port (serve-dns.ts) and the gateway ask it; nothing here looks a zone up in the store.
 */
export const dns = defineEngine('dns', (kernel) => new Dns(kernel));

const cachedAnswers = 10_000;

/** `vpcId`: the VPC whose resolver was asked. */
export interface Asker {
  transport: 'udp' | 'tcp';
  ip: string;
  vpcId?: string | undefined;
}

class Dns {
  readonly awsNames: AwsNames;
  readonly #kernel: Kernel;
  readonly #table = new ZoneTable();
  readonly #health = new Map<string, boolean>();
  readonly #knowledge: Knowledge;
  readonly #counts: QueryCounts;
  readonly #logs: QueryLogs;
  /** By the question's bytes without the id: most questions are asked again, and an answer is the same until something changes. */
  readonly #cache = { udp: new Map<string, AnsweredPacket>(), tcp: new Map<string, AnsweredPacket>() };
  #cachedVersion = '';
  #changes = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const known = kernel.engine(hosts);
    this.awsNames = new AwsNames(known);
    this.awsNames.onChange = () => this.#changed();
    this.#knowledge = {
      table: this.#table,
      awsNames: this.awsNames,
      health: this.#health,
      random: () => kernel.ids.random(),
    };
    this.#counts = new QueryCounts(kernel);
    this.#logs = new QueryLogs(kernel);
    known.leadBy((name) => this.leadsTo(name));
  }

  putZone(zone: DnsZone): void {
    this.#table.putZone(zone);
  }

  removeZone(id: string): void {
    this.#table.removeZone(id);
  }

  /** All record sets of one name of a zone; none takes the name away. */
  setRecords(zoneId: string, name: string, sets: readonly DnsRecordSet[]): void {
    this.#table.setRecords(zoneId, name, sets);
    this.#kernel.events.emit('dns.changed', { name });
  }

  /** Undefined forgets the health check. */
  setHealth(healthCheckId: string, healthy: boolean | undefined): void {
    if (this.#health.get(healthCheckId) === healthy) return;
    if (healthy === undefined) this.#health.delete(healthCheckId);
    else this.#health.set(healthCheckId, healthy);
    this.#changed();
  }

  /** What Route 53 answers now; `ip` is the client's, or its subnet's. */
  resolve(name: string, type: string, from: { ip?: string; vpcId?: string } = {}): Resolution {
    return resolve(this.#knowledge, { name, type, location: locate(from.ip ?? '127.0.0.1'), vpcId: from.vpcId });
  }

  /** The name of AWS's that a site's own name is an alias of, without the final dot; undefined where no public zone says. */
  leadsTo(name: string): string | undefined {
    if (this.#table.size === 0 || !this.#table.zoneOf(`${name}.`, undefined)) return undefined;
    return this.resolve(`${name}.`, 'A').leadsTo?.replace(/\.$/, '');
  }

  /** A query as bytes. The answer's bytes are the caller's until the next query: its id is written into them. */
  answer(query: Buffer, from: Asker): Buffer | undefined {
    const answered = this.#cached(query, from);
    if (!answered) return undefined;
    answered.bytes[0] = query[0] ?? 0;
    answered.bytes[1] = query[1] ?? 0;
    if (answered.resolution) this.#record(answered, answered.resolution, from);
    if (this.#kernel.events.heard('hop')) this.#hop(answered);
    return answered.bytes;
  }

  stop(): void {
    this.#counts.stop();
  }

  /** Log lines that wait are written; part of the service's stop, while CloudWatch Logs still answers. */
  deliverLogs(): Promise<void> {
    return this.#logs.deliver();
  }

  #cached(query: Buffer, from: Asker): AnsweredPacket | undefined {
    const version = `${this.#table.version} ${this.#changes} ${this.#kernel.engine(hosts).version()}`;
    const cache = this.#cache[from.transport];
    if (version !== this.#cachedVersion) {
      this.#cache.udp.clear();
      this.#cache.tcp.clear();
      this.#cachedVersion = version;
    }
    // All clients are on this machine: whose question it is makes no difference beyond what its bytes and its VPC say.
    const key = from.vpcId === undefined ? query.toString('latin1', 2) : `${from.vpcId} ${query.toString('latin1', 2)}`;
    const known = cache.get(key);
    if (known) return known;
    const made = answerPacket(this.#knowledge, query, from);
    if (made?.resolution && !made.resolution.drawn) {
      if (cache.size >= cachedAnswers) cache.clear();
      cache.set(key, made);
    }
    return made;
  }

  #record(answered: AnsweredPacket, resolution: Resolution, from: Asker): void {
    for (const { zone } of resolution.zones) {
      // Amazon's own zones are in nobody's account and on nobody's bill.
      if (zone.account === '') continue;
      this.#counts.count(zone);
      if (zone.queryLogGroupArn !== undefined) this.#logs.record(zone, answered, from);
    }
  }

  #hop(answered: AnsweredPacket): void {
    const [zone] = answered.resolution?.zones ?? [];
    const hop = startTrace(this.#kernel, 'route53', `${answered.type} ${answered.name}`, {
      ...(zone ? { resource: zone.zone.id } : {}),
    });
    hop.note('rcode', answered.rcode);
    hop.note('answers', answered.resolution?.answers.length ?? 0);
    hop.end(answered.rcode === 'NOERROR' ? {} : { error: answered.rcode });
  }

  #changed(): void {
    this.#changes += 1;
  }
}
