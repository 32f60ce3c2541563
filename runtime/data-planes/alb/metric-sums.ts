import type { Kernel } from '../../kernel/service.ts';
import type { LoadBalancerTable } from './configuration.ts';

/** Dimensions beside the load balancer's own. */
export interface Where {
  zone?: string | undefined;
  /** targetgroup/name/id */
  group?: string | undefined;
  /** Without the load balancer's. */
  alone?: boolean;
}

interface Sum {
  name: string;
  unit: string;
  where: Where;
  value: number;
}

/** A minute's values on their way to CloudWatch: what is counted in several places is added up first. */
export class MetricSums {
  readonly #kernel: Kernel;
  readonly #loadBalancer: LoadBalancerTable;
  readonly #timeMs: number;
  readonly #namespace: string;
  readonly #sums = new Map<string, Sum>();

  constructor(kernel: Kernel, loadBalancer: LoadBalancerTable, timeMs: number, namespace = 'AWS/ApplicationELB') {
    this.#kernel = kernel;
    this.#loadBalancer = loadBalancer;
    this.#timeMs = timeMs;
    this.#namespace = namespace;
  }

  /** What did not happen is not told: most of these metrics are reported "if there is a nonzero value". */
  add(name: string, value: number, where: Where, unit = 'Count'): void {
    if (value !== 0) this.put(name, value, where, unit);
  }

  put(name: string, value: number, where: Where, unit = 'Count'): void {
    const key = `${name}|${where.zone ?? ''}|${where.group ?? ''}|${where.alone ?? ''}`;
    const known = this.#sums.get(key);
    if (known) known.value += value;
    else this.#sums.set(key, { name, unit, where, value });
  }

  /** A value that counts for itself. */
  sample(name: string, seconds: number, where: Where): void {
    this.#emit(name, seconds, 'Seconds', where);
  }

  publish(): void {
    for (const { name, unit, where, value } of this.#sums.values()) this.#emit(name, value, unit, where);
  }

  #emit(name: string, value: number, unit: string, { zone, group, alone }: Where): void {
    const { dimension, region, account } = this.#loadBalancer;
    const dimensions = {
      ...(alone ? {} : { LoadBalancer: dimension }),
      ...(zone === undefined ? {} : { AvailabilityZone: zone }),
      ...(group === undefined ? {} : { TargetGroup: group }),
    };
    const about = { namespace: this.#namespace, timeMs: this.#timeMs, region, account };
    this.#kernel.events.emit('metric', { ...about, name, dimensions, value, unit });
  }
}
