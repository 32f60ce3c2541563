import type { Timer } from '../../kernel/clock/clock.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DnsZone } from './records.ts';

const minuteMs = 60_000;

/**
 * Queries by zone, told once a minute in which there were any: as the metric DNSQueries ("Monitoring hosted zones using
 * Amazon CloudWatch") and as what Route 53 charges for. A value for every query would cost more than its answer.
 */
export class QueryCounts {
  readonly #kernel: Kernel;
  readonly #counts = new Map<DnsZone, number>();
  #timer: Timer | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  count(zone: DnsZone): void {
    this.#counts.set(zone, (this.#counts.get(zone) ?? 0) + 1);
    this.#timer ??= this.#kernel.clock.after(minuteMs, 'counts of DNS queries', () => this.#tell());
  }

  stop(): void {
    this.#timer?.cancel();
    if (this.#counts.size > 0) this.#tell();
  }

  #tell(): void {
    this.#timer = undefined;
    const timeMs = this.#kernel.clock.now();
    for (const [zone, value] of this.#counts) {
      const where = { region: 'us-east-1', account: zone.account };
      this.#kernel.events.emit('metric', {
        namespace: 'AWS/Route53',
        name: 'DNSQueries',
        dimensions: { HostedZoneId: zone.id },
        value,
        unit: 'Count',
        timeMs,
        ...where,
      });
      if (zone.vpcs === undefined)
        this.#kernel.events.emit('usage', {
          service: 'route53',
          usageType: 'DNS-Queries',
          amount: value,
          resource: `arn:aws:route53:::hostedzone/${zone.id}`,
          traces: [],
          ...where,
        });
    }
    this.#counts.clear();
  }
}
