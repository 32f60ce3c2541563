import type { Kernel } from '../../kernel/service.ts';
import { gigabyte } from '../../kernel/usage.ts';
import type { LoadBalancerTable } from './configuration.ts';
import type { TargetGroup } from './target-group.ts';
import type { Visit } from './visit.ts';

interface Minute {
  loadBalancer: LoadBalancerTable;
  /** By metric name and, after a bar, the target group's dimension. */
  sums: Map<string, number>;
  /** Response times in seconds by target group, at most `samplesAMinute` of them. */
  times: Map<string, number[]>;
  active: Set<string>;
  evaluations: number;
  bytes: number;
}

const samplesAMinute = 2000;
/** As long as this after its last request a group goes on saying that there are none, so that quiet is seen. */
const quietMs = 60 * 60_000;
/** Rules whose evaluation is not charged ("Load balancer capacity units"). */
const freeRules = 10;

/** AWS/ApplicationELB, a minute at a time as load balancers publish them ("CloudWatch metrics for your Application Load Balancer"). */
export class AlbMetrics {
  readonly #kernel: Kernel;
  readonly #minutes = new Map<string, Minute>();
  readonly #groups = new Map<TargetGroup, LoadBalancerTable>();
  readonly #perTarget = new Map<TargetGroup, { loadBalancer: LoadBalancerTable; requests: number; untilMs: number }>();
  #scheduled = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  count(visit: Visit, answer: { status: number; bytes: number }): void {
    const minute = this.#minuteOf(visit.loadBalancer);
    const group = visit.group?.table.dimension;
    add(minute, 'ProcessedBytes', answer.bytes);
    minute.bytes += answer.bytes;
    minute.evaluations += Math.max(visit.listener.rules.length - freeRules, 0);
    minute.active.add(`${visit.request.client.ip}:${visit.request.client.port}`);
    add(minute, 'RuleEvaluations', visit.listener.rules.length);
    if (visit.actions.includes('fixed-response')) add(minute, 'HTTP_Fixed_Response_Count', 1);
    if (visit.actions.includes('redirect')) add(minute, 'HTTP_Redirect_Count', 1);
    if (visit.desync.class !== 'Compliant' && visit.actions.length === 0)
      add(minute, 'DesyncMitigationMode_NonCompliant_Request_Count', 1);
    if (visit.group?.table.targetType === 'lambda') {
      add(minute, 'LambdaTargetProcessedBytes', answer.bytes);
      if (visit.errorReason) add(minute, 'LambdaInternalError', 0);
      if (visit.errorReason) addBoth(minute, 'LambdaUserError', group);
    }
    if (visit.targetStatus === undefined) {
      this.#countOwn(minute, visit, answer.status);
      return;
    }
    addBoth(minute, 'RequestCount', group);
    if (visit.group) this.#countFor(visit.group, visit.loadBalancer);
    addBoth(minute, `HTTPCode_Target_${Math.floor(visit.targetStatus / 100)}XX_Count`, group);
    const seconds = (visit.targetMs ?? 0) / 1000;
    const times = minute.times.get(group ?? '') ?? [];
    if (times.length < samplesAMinute) times.push(seconds);
    minute.times.set(group ?? '', times);
  }

  #countFor(group: TargetGroup, loadBalancer: LoadBalancerTable): void {
    const { requests = 0 } = this.#perTarget.get(group) ?? {};
    const untilMs = this.#kernel.clock.now() + quietMs;
    this.#perTarget.set(group, { loadBalancer, requests: requests + 1, untilMs });
  }

  /** An answer of the load balancer's own. */
  #countOwn(minute: Minute, visit: Visit, status: number): void {
    const kind = Math.floor(status / 100);
    if (visit.target || visit.actions.length > 0)
      addBoth(minute, 'RequestCount', visit.target ? visit.group?.table.dimension : undefined);
    add(minute, `HTTPCode_ELB_${kind}XX_Count`, 1);
    if (status === 500 || status === 502 || status === 503 || status === 504)
      add(minute, `HTTPCode_ELB_${status}_Count`, 1);
    if (visit.target && (status === 502 || status === 504) && visit.group?.table.targetType !== 'lambda')
      addBoth(minute, 'TargetConnectionErrorCount', visit.group?.table.dimension);
  }

  reject(loadBalancer: LoadBalancerTable): void {
    add(this.#minuteOf(loadBalancer), 'RejectedConnectionCount', 1);
  }

  /** Host counts belong to the minute in which targets were checked. */
  checked(group: TargetGroup, loadBalancer: LoadBalancerTable): void {
    this.#groups.set(group, loadBalancer);
    this.#schedule();
  }

  #minuteOf(loadBalancer: LoadBalancerTable): Minute {
    let minute = this.#minutes.get(loadBalancer.arn);
    if (!minute) {
      minute = { loadBalancer, sums: new Map(), times: new Map(), active: new Set(), evaluations: 0, bytes: 0 };
      this.#minutes.set(loadBalancer.arn, minute);
      this.#schedule();
    }
    return minute;
  }

  /** Only minutes in which something happened have a timer, so that time wound over quiet weeks costs nothing. */
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
    for (const [group, loadBalancer] of this.#groups) this.#publishHosts(group, loadBalancer, timeMs);
    this.#minutes.clear();
    this.#groups.clear();
    for (const [group, counted] of this.#perTarget) this.#publishPerTarget(group, counted, timeMs);
    if (this.#perTarget.size > 0) this.#schedule();
  }

  /** "RequestCountPerTarget": its sum is the average over the healthy targets. */
  #publishPerTarget(
    group: TargetGroup,
    { loadBalancer, requests, untilMs }: { loadBalancer: LoadBalancerTable; requests: number; untilMs: number },
    timeMs: number,
  ): void {
    const value = requests / Math.max(1, group.counts().healthy);
    const { region, account, dimension } = loadBalancer;
    const TargetGroup = group.table.dimension;
    const dimensionSets: Record<string, string>[] = [{ TargetGroup }, { TargetGroup, LoadBalancer: dimension }];
    for (const dimensions of dimensionSets)
      this.#kernel.events.emit('metric', {
        namespace: 'AWS/ApplicationELB',
        name: 'RequestCountPerTarget',
        dimensions,
        value,
        unit: 'Count',
        timeMs,
        region,
        account,
      });
    if (untilMs <= this.#kernel.clock.now()) this.#perTarget.delete(group);
    else this.#perTarget.set(group, { loadBalancer, requests: 0, untilMs });
  }

  #publish({ loadBalancer, sums, times, active, evaluations, bytes }: Minute, timeMs: number): void {
    const emit = this.#emitter(loadBalancer, timeMs);
    for (const [key, value] of sums) {
      const [name = '', group] = key.split('|');
      emit(name, value, name.endsWith('Bytes') ? 'Bytes' : 'Count', group);
    }
    for (const [group, values] of times) {
      for (const value of values) {
        emit('TargetResponseTime', value, 'Seconds');
        emit('TargetResponseTime', value, 'Seconds', group);
      }
    }
    emit('ActiveConnectionCount', active.size, 'Count');
    emit('NewConnectionCount', active.size, 'Count');
    // "Load balancer capacity units": the dimension that is used most, as a part of an hour.
    const units = Math.max(active.size / 25 / 3600, bytes / gigabyte, evaluations / 1000 / 3600);
    emit('ConsumedLCUs', units, 'Count');
    const { arn, region, account } = loadBalancer;
    this.#kernel.events.emit('usage', {
      service: 'elbv2',
      usageType: 'LCUUsage',
      amount: units,
      resource: arn,
      region,
      account,
      traces: [],
    });
  }

  #publishHosts(group: TargetGroup, loadBalancer: LoadBalancerTable, timeMs: number): void {
    const emit = this.#emitter(loadBalancer, timeMs);
    const { healthy, unhealthy } = group.counts();
    emit('HealthyHostCount', healthy, 'Count', group.table.dimension);
    emit('UnHealthyHostCount', unhealthy, 'Count', group.table.dimension);
  }

  #emitter(loadBalancer: LoadBalancerTable, timeMs: number) {
    const { dimension, region, account } = loadBalancer;
    return (name: string, value: number, unit: string, group?: string): void => {
      const dimensions: Record<string, string> = { LoadBalancer: dimension };
      if (group) dimensions.TargetGroup = group;
      this.#kernel.events.emit('metric', {
        namespace: 'AWS/ApplicationELB',
        name,
        dimensions,
        value,
        unit,
        timeMs,
        region,
        account,
      });
    };
  }
}

function add(minute: Minute, key: string, amount: number): void {
  minute.sums.set(key, (minute.sums.get(key) ?? 0) + amount);
}

/** For the load balancer, and for it and the target group together. */
function addBoth(minute: Minute, name: string, group: string | undefined): void {
  add(minute, name, 1);
  if (group) add(minute, `${name}|${group}`, 1);
}
