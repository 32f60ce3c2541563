import type { Kernel } from '../../kernel/service.ts';
import { gigabyte } from '../../kernel/usage.ts';
import type { LoadBalancerTable } from '../alb/configuration.ts';
import { MetricSums } from '../alb/metric-sums.ts';
import type { TargetGroup } from '../alb/target-group.ts';

interface Minute {
  loadBalancer: LoadBalancerTable;
  zones: Map<string, { began: number; bytes: number; resets: Map<string, number> }>;
}

/** AWS/NetworkELB, a minute at a time ("CloudWatch metrics for your Network Load Balancer"). */
export class FlowMetrics {
  readonly #kernel: Kernel;
  readonly #minutes = new Map<string, Minute>();
  readonly #groups = new Map<TargetGroup, LoadBalancerTable>();
  /** Flows under way, by load balancer and zone. */
  readonly #active = new Map<string, number>();
  #scheduled = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  began(loadBalancer: LoadBalancerTable, zone: string): void {
    this.#zoneOf(loadBalancer, zone).began += 1;
    this.#change(loadBalancer, zone, 1);
  }

  ended(loadBalancer: LoadBalancerTable, zone: string): void {
    this.#change(loadBalancer, zone, -1);
  }

  carried(loadBalancer: LoadBalancerTable, zone: string, bytes: number): void {
    this.#zoneOf(loadBalancer, zone).bytes += bytes;
  }

  reset(loadBalancer: LoadBalancerTable, zone: string | undefined, by: 'Client' | 'Target' | 'ELB'): void {
    const { resets } = this.#zoneOf(loadBalancer, zone ?? loadBalancer.nodes[0]?.zone ?? '');
    resets.set(by, (resets.get(by) ?? 0) + 1);
  }

  checked(group: TargetGroup, loadBalancer: LoadBalancerTable): void {
    this.#groups.set(group, loadBalancer);
    this.#schedule();
  }

  #change({ arn }: LoadBalancerTable, zone: string, by: number): void {
    const key = `${arn} ${zone}`;
    const now = (this.#active.get(key) ?? 0) + by;
    if (now > 0) this.#active.set(key, now);
    else this.#active.delete(key);
  }

  #zoneOf(loadBalancer: LoadBalancerTable, zone: string) {
    const minute = this.#minutes.get(loadBalancer.arn) ?? { loadBalancer, zones: new Map() };
    this.#minutes.set(loadBalancer.arn, minute);
    const known = minute.zones.get(zone) ?? { began: 0, bytes: 0, resets: new Map<string, number>() };
    minute.zones.set(zone, known);
    this.#schedule();
    return known;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { clock } = this.#kernel;
    clock.at((Math.floor(clock.now() / 60_000) + 1) * 60_000, 'load balancer metrics', () => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const timeMs = Math.ceil(this.#kernel.clock.now() / 60_000) * 60_000 - 60_000;
    for (const minute of this.#minutes.values()) this.#publish(minute, timeMs);
    for (const [group, loadBalancer] of this.#groups) {
      const sums = new MetricSums(this.#kernel, loadBalancer, timeMs, 'AWS/NetworkELB');
      for (const zone of [undefined, ...loadBalancer.nodes.map((node) => node.zone)]) {
        const { healthy, unhealthy } = group.counts(zone);
        sums.put('HealthyHostCount', healthy, { zone, group: group.table.dimension });
        sums.put('UnHealthyHostCount', unhealthy, { zone, group: group.table.dimension });
      }
      sums.publish();
    }
    this.#minutes.clear();
    this.#groups.clear();
  }

  #publish({ loadBalancer, zones }: Minute, timeMs: number): void {
    const sums = new MetricSums(this.#kernel, loadBalancer, timeMs, 'AWS/NetworkELB');
    let [flows, bytes] = [0, 0];
    for (const [zone, counted] of zones) {
      flows += counted.began;
      bytes += counted.bytes;
      for (const where of [{}, { zone }]) {
        sums.add('NewFlowCount', counted.began, where);
        sums.add('NewFlowCount_TCP', counted.began, where);
        sums.add('ActiveFlowCount', (this.#active.get(`${loadBalancer.arn} ${zone}`) ?? 0) + counted.began, where);
        sums.add('ProcessedBytes', counted.bytes, where, 'Bytes');
        sums.add('ProcessedBytes_TCP', counted.bytes, where, 'Bytes');
        for (const [by, count] of counted.resets) sums.add(`TCP_${by}_Reset_Count`, count, where);
      }
    }
    // "Network Load Balancer capacity units" for TCP: 800 new flows a second, or 1 GB an hour.
    const amount = Math.max(flows / 800 / 3600, bytes / gigabyte);
    sums.add('ConsumedLCUs', amount, {});
    sums.publish();
    const { arn, region, account } = loadBalancer;
    const usage = { service: 'elbv2', usageType: 'NetworkLCUUsage', amount, resource: arn, region, account };
    this.#kernel.events.emit('usage', { ...usage, traces: [] });
  }
}
