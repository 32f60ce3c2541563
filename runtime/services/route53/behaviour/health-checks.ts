import { dns } from '../../../data-planes/dns/dns.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type HealthCheckRecord, healthChecks } from '../state.ts';
import { type ProbeResult, probe } from './probe.ts';

/** What is known of one health check while the runtime runs; a start begins anew, as healthy ("until there's enough data"). */
interface Watched {
  record: HealthCheckRecord;
  /** As measured, before Inverted. */
  measured: boolean;
  /** Results in a row that say otherwise. */
  contrary: number;
  /** Results in a row that say the same. */
  agreeing: number;
  last: { timeMs: number; result: ProbeResult } | undefined;
  lastFailure: { timeMs: number; result: ProbeResult } | undefined;
  /** Minutes of a wind over which it has been skimmed. */
  skimmed: number;
  tickedAt: number;
  timer: Timer | undefined;
}

/**
 * While time is wound over a check that has long been the same, its status is told once a minute and it is probed each
 * twentieth minute, after a day each sixth hour: what forty days hold would otherwise take minutes, and the probes would keep
 * awake everything that they pass through. When an instance or a target changes its state, that begins anew. At the machine's
 * own pace every probe is made.
 */
const steadyResults = 20;
const skimming = { firstMinutes: 24 * 60, everyMinutes: 20, laterEveryMinutes: 6 * 60 };
/** CloudWatch keeps the status by the minute. */
const minuteMs = 60_000;
const defaultInterval = 30;

/** The health checkers of Route 53: probes by the clock, and tells the name servers what is healthy. */
export const healthCheckers = defineEngine('route53.health-checkers', (kernel) => new HealthCheckers(kernel));

class HealthCheckers {
  readonly #kernel: Kernel;
  readonly #watched = new Map<string, Watched>();
  readonly #unsubscribe: (() => void)[];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const look = (): void => {
      for (const watched of this.#watched.values()) watched.skimmed = 0;
    };
    this.#unsubscribe = [kernel.events.on('ec2.instance-state', look), kernel.events.on('alb.target-health', look)];
  }

  /** Begins, or begins anew with changed settings; the state so far stays. */
  watch(record: HealthCheckRecord): void {
    const before = this.#watched.get(record.Id);
    before?.timer?.cancel();
    const watched: Watched = {
      ...(before ?? { measured: true, lastFailure: undefined, last: undefined }),
      record,
      contrary: 0,
      agreeing: 0,
      skimmed: 0,
      tickedAt: this.#kernel.clock.elapsed(),
      timer: undefined,
    };
    this.#watched.set(record.Id, watched);
    const { Type, RequestInterval = defaultInterval, Disabled } = record.HealthCheckConfig;
    if (Type === 'CLOUDWATCH_METRIC') this.#kernel.clock.track(this.#readAlarm(watched));
    if (!Disabled) this.#schedule(watched, RequestInterval * 1000);
    this.#tell();
  }

  #schedule(watched: Watched, delayMs: number): void {
    watched.timer = this.#kernel.clock.after(delayMs, `health check ${watched.record.Id}`, () => this.#tick(watched), {
      kind: 'health',
    });
  }

  forget(id: string): void {
    this.#watched.get(id)?.timer?.cancel();
    this.#watched.delete(id);
    this.#kernel.engine(dns).setHealth(id, undefined);
    this.#tell();
  }

  /** With Disabled and Inverted regarded ("How Route 53 determines the status of health checks"). */
  isHealthy(id: string, depth = 0): boolean {
    const watched = this.#watched.get(id);
    if (!watched) return true;
    const {
      Type,
      Inverted = false,
      Disabled,
      HealthThreshold = 0,
      ChildHealthChecks = [],
    } = watched.record.HealthCheckConfig;
    if (Disabled) return !Inverted;
    if (Type !== 'CALCULATED') return watched.measured !== Inverted;
    const healthy = depth > 8 ? 0 : ChildHealthChecks.filter((child) => this.isHealthy(child, depth + 1)).length;
    return healthy >= HealthThreshold !== Inverted;
  }

  observation(id: string): { last: Watched['last']; lastFailure: Watched['lastFailure'] } {
    const { last, lastFailure } = this.#watched.get(id) ?? { last: undefined, lastFailure: undefined };
    return { last, lastFailure };
  }

  /** An alarm of CloudWatch has another state. */
  alarmChanged(alarm: { alarmName: string; region: string; account: string; state: string }): void {
    for (const watched of this.#watched.values()) {
      const { AlarmIdentifier: wanted } = watched.record.HealthCheckConfig;
      if (
        wanted?.Name === alarm.alarmName &&
        wanted.Region === alarm.region &&
        watched.record.account === alarm.account
      )
        this.#setAlarm(watched, alarm.state);
    }
  }

  stop(): void {
    for (const end of this.#unsubscribe) end();
    for (const { timer } of this.#watched.values()) timer?.cancel();
  }

  async #tick(watched: Watched): Promise<void> {
    const { Type, RequestInterval = defaultInterval } = watched.record.HealthCheckConfig;
    const skims = this.#skims(watched, RequestInterval * 1000);
    watched.skimmed = skims ? watched.skimmed + 1 : 0;
    if (Type !== 'CALCULATED' && Type !== 'CLOUDWATCH_METRIC' && isProbed(watched.skimmed))
      this.#weigh(watched, await probe(this.#kernel, watched.record.HealthCheckConfig));
    if (this.#watched.get(watched.record.Id) !== watched) return;
    this.#measure(watched);
    this.#schedule(watched, skims ? minuteMs : RequestInterval * 1000);
  }

  /** Whether time is being wound over a check whose results have long agreed. */
  #skims(watched: Watched, intervalMs: number): boolean {
    const { clock } = this.#kernel;
    const passed = clock.elapsed() - watched.tickedAt;
    watched.tickedAt = clock.elapsed();
    return passed < intervalMs / 10 && watched.contrary === 0 && this.#isSteady(watched);
  }

  #isSteady({ record, agreeing }: Watched): boolean {
    const { Type } = record.HealthCheckConfig;
    return Type === 'CALCULATED' || Type === 'CLOUDWATCH_METRIC' || agreeing >= steadyResults;
  }

  /** The state changes after FailureThreshold results in a row ("FailureThreshold", HealthCheckConfig). */
  #weigh(watched: Watched, result: ProbeResult): void {
    const timeMs = this.#kernel.clock.now();
    watched.last = { timeMs, result };
    if (!result.healthy) watched.lastFailure = watched.last;
    if (result.healthy === watched.measured) {
      watched.contrary = 0;
      watched.agreeing += 1;
      return;
    }
    watched.agreeing = 0;
    watched.contrary += 1;
    if (watched.contrary < (watched.record.HealthCheckConfig.FailureThreshold ?? 3)) return;
    watched.contrary = 0;
    watched.measured = result.healthy;
    this.#tell();
  }

  #measure({ record }: Watched): void {
    this.#kernel.events.emit('metric', {
      namespace: 'AWS/Route53',
      name: 'HealthCheckStatus',
      dimensions: { HealthCheckId: record.Id },
      value: this.isHealthy(record.Id) ? 1 : 0,
      unit: 'None',
      timeMs: this.#kernel.clock.now(),
      region: 'us-east-1',
      account: record.account,
    });
  }

  async #readAlarm(watched: Watched): Promise<void> {
    const { Name = '', Region = 'us-east-1' } = watched.record.HealthCheckConfig.AlarmIdentifier ?? {};
    const { account } = watched.record;
    const principal = servicePrincipal('route53.amazonaws.com', account, { serviceLinked: true });
    const ctx = this.#kernel.context({ principal, region: Region });
    const { MetricAlarms = [] } = await ctx.call<{ MetricAlarms?: { StateValue?: string }[] }>(
      'cloudwatch',
      'DescribeAlarms',
      { AlarmNames: [Name] },
    );
    this.#setAlarm(watched, MetricAlarms[0]?.StateValue ?? 'INSUFFICIENT_DATA');
  }

  /** "InsufficientDataHealthStatus", HealthCheckConfig; by default the last known status stays. */
  #setAlarm(watched: Watched, state: string): void {
    const { InsufficientDataHealthStatus = 'LastKnownStatus' } = watched.record.HealthCheckConfig;
    if (state === 'OK') watched.measured = true;
    else if (state === 'ALARM') watched.measured = false;
    else if (InsufficientDataHealthStatus !== 'LastKnownStatus')
      watched.measured = InsufficientDataHealthStatus === 'Healthy';
    const timeMs = this.#kernel.clock.now();
    watched.last = { timeMs, result: { healthy: watched.measured, status: `The alarm is in state ${state}.` } };
    if (!watched.measured) watched.lastFailure = watched.last;
    this.#tell();
  }

  #tell(): void {
    const names = this.#kernel.engine(dns);
    for (const id of this.#watched.keys()) names.setHealth(id, this.isHealthy(id));
  }
}

function isProbed(skimmed: number): boolean {
  const { firstMinutes, everyMinutes, laterEveryMinutes } = skimming;
  return skimmed % (skimmed <= firstMinutes ? everyMinutes : laterEveryMinutes) === 0;
}

export function resumeHealthChecks(kernel: Kernel): void {
  const checkers = kernel.engine(healthCheckers);
  for (const owner of kernel.store.scopes('route53.health-checks'))
    for (const record of healthChecks(kernel, owner).values()) checkers.watch(record);
}
