import type { Kernel } from '../../kernel/service.ts';
import { countryHeader } from './compile-statement.ts';
import type { Inspection } from './inspect.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { FirewallAcl, Visibility } from './table.ts';

/** "GetSampledRequests": of the first 5,000 requests of a range that can be of the last three hours, at most 500 are told. */
const keptMs = 3 * 60 * 60_000;
const mostSamples = 500;
const mostMinutes = 180;

export interface Sample {
  timeMs: number;
  action: 'ALLOW' | 'BLOCK' | 'COUNT';
  request: {
    clientIp: string;
    country: string;
    uri: string;
    method: string;
    httpVersion: string;
    headers: [name: string, value: string][];
  };
  /** group#rule, where a rule of a group decided. */
  ruleWithinGroup: string | undefined;
  labels: string[];
  responseCode: number | undefined;
}

export interface SampledPage {
  samples: Sample[];
  population: number;
}

interface Kept {
  samples: Sample[];
  /** Requests by minute, of which the samples are some. */
  minutes: Map<number, number>;
}

/** The latest requests by web ACL and rule, in memory. */
export class Samples {
  readonly #kernel: Kernel;
  readonly #acls = new Map<string, Map<string, Kept>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  record(acl: FirewallAcl, request: InspectedRequest, { action, terminating, counted }: Inspection): void {
    const final = action.kind === 'block' ? 'BLOCK' : 'ALLOW';
    const status = action.kind === 'block' ? (action.response?.status ?? 403) : undefined;
    if (!terminating)
      this.#keep(acl, acl.visibility, { ...this.#sample(request), action: final, responseCode: status });
    for (const matched of [...counted, ...(terminating ? [terminating] : [])]) {
      const visible = matched.within ? matched.within.rule.visibility : matched.rule.visibility;
      if (!visible.sampled) continue;
      const ends = matched === terminating;
      this.#keep(acl, visible, {
        ...this.#sample(request),
        action: ends ? final : 'COUNT',
        responseCode: ends ? status : undefined,
        ruleWithinGroup: matched.within && `${matched.within.use.id}#${matched.rule.name}`,
      });
    }
  }

  page(
    aclArn: string,
    metricName: string,
    { fromMs, toMs, most }: { fromMs: number; toMs: number; most: number },
  ): SampledPage {
    const kept = this.#acls.get(aclArn)?.get(metricName);
    if (!kept) return { samples: [], population: 0 };
    let population = 0;
    for (const [minute, count] of kept.minutes)
      if ((minute + 1) * 60_000 > fromMs && minute * 60_000 <= toMs) population += count;
    const inside = kept.samples.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
    return { samples: inside.slice(-most), population };
  }

  forget(aclArn: string): void {
    this.#acls.delete(aclArn);
  }

  #sample(request: InspectedRequest): Omit<Sample, 'action'> {
    const { raw } = request;
    return {
      timeMs: this.#kernel.clock.now(),
      request: {
        clientIp: raw.client.ip,
        country: raw.headers[countryHeader]?.toUpperCase() ?? '-',
        uri: request.path,
        method: raw.method,
        httpVersion: `HTTP/${raw.client.httpVersion}`,
        headers: Object.entries(raw.headers),
      },
      ruleWithinGroup: undefined,
      labels: [...request.labels],
      responseCode: undefined,
    };
  }

  #keep(acl: FirewallAcl, { metricName, sampled }: Visibility, sample: Sample): void {
    if (!sampled) return;
    let rules = this.#acls.get(acl.arn);
    if (!rules) {
      rules = new Map();
      this.#acls.set(acl.arn, rules);
    }
    let kept = rules.get(metricName);
    if (!kept) {
      kept = { samples: [], minutes: new Map() };
      rules.set(metricName, kept);
    }
    kept.samples.push(sample);
    const oldestMs = sample.timeMs - keptMs;
    if (kept.samples.length >= 2 * mostSamples) kept.samples.splice(0, kept.samples.length - mostSamples);
    while ((kept.samples[0]?.timeMs ?? oldestMs) < oldestMs) kept.samples.shift();
    const minute = Math.floor(sample.timeMs / 60_000);
    kept.minutes.set(minute, (kept.minutes.get(minute) ?? 0) + 1);
    if (kept.minutes.size > mostMinutes) kept.minutes.delete(kept.minutes.keys().next().value ?? 0);
  }
}
