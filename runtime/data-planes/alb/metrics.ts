import type { Kernel } from '../../kernel/service.ts';
import { gigabyte } from '../../kernel/usage.ts';
import type { LoadBalancerTable } from './configuration.ts';
import { MetricSums, type Where } from './metric-sums.ts';
import { beginTally, count, type Tally } from './tally.ts';
import type { TargetGroup } from './target-group.ts';
import type { Visit } from './visit.ts';

/** A load balancer's minute. */
interface Minute {
  loadBalancer: LoadBalancerTable;
  /** By zone, then by target group; '' stands for requests that came to none. */
  tallies: Map<string, Map<TargetGroup | '', Tally>>;
  clients: Set<string>;
  rejected: number;
  ruleEvaluations: number;
  chargedEvaluations: number;
  bytes: number;
  lambdaBytes: number;
  redirects: number;
  fixedResponses: number;
  nonCompliant: number;
}

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
    const { listener, request, group, rule } = visit;
    minute.bytes += answer.bytes;
    minute.chargedEvaluations += Math.max(listener.rules.length - freeRules, 0);
    minute.ruleEvaluations += listener.rules.length;
    minute.clients.add(`${request.client.ip}:${request.client.port}`);
    if (rule?.action.type === 'fixed-response') minute.fixedResponses += 1;
    else if (rule?.action.type === 'redirect') minute.redirects += 1;
    if (visit.desync.class !== 'Compliant') minute.nonCompliant += 1;
    if (group?.table.targetType === 'lambda') minute.lambdaBytes += answer.bytes;
    count(tallyOf(minute, visit.node.zone, group), visit, answer.status);
    if (group && visit.target && group.table.targetType !== 'lambda') this.#countFor(group, visit.loadBalancer);
  }

  #countFor(group: TargetGroup, loadBalancer: LoadBalancerTable): void {
    const { requests = 0 } = this.#perTarget.get(group) ?? {};
    const untilMs = this.#kernel.clock.now() + quietMs;
    this.#perTarget.set(group, { loadBalancer, requests: requests + 1, untilMs });
  }

  reject(loadBalancer: LoadBalancerTable): void {
    this.#minuteOf(loadBalancer).rejected += 1;
  }

  /** Host counts belong to the minute in which targets were checked. */
  checked(group: TargetGroup, loadBalancer: LoadBalancerTable): void {
    this.#groups.set(group, loadBalancer);
    this.#schedule();
  }

  #minuteOf(loadBalancer: LoadBalancerTable): Minute {
    const known = this.#minutes.get(loadBalancer.arn);
    if (known) return known;
    const minute: Minute = {
      loadBalancer,
      tallies: new Map(),
      clients: new Set(),
      rejected: 0,
      ruleEvaluations: 0,
      chargedEvaluations: 0,
      bytes: 0,
      lambdaBytes: 0,
      redirects: 0,
      fixedResponses: 0,
      nonCompliant: 0,
    };
    this.#minutes.set(loadBalancer.arn, minute);
    this.#schedule();
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
    const sums = new MetricSums(this.#kernel, loadBalancer, timeMs);
    for (const alone of [true, false])
      sums.put('RequestCountPerTarget', value, { group: group.table.dimension, alone });
    sums.publish();
    if (untilMs <= this.#kernel.clock.now()) this.#perTarget.delete(group);
    else this.#perTarget.set(group, { loadBalancer, requests: 0, untilMs });
  }

  #publish(minute: Minute, timeMs: number): void {
    const { loadBalancer, bytes, clients } = minute;
    const sums = new MetricSums(this.#kernel, loadBalancer, timeMs);
    for (const byGroup of minute.tallies.values()) for (const tally of byGroup.values()) publishTally(sums, tally);
    sums.add('ProcessedBytes', bytes, {}, 'Bytes');
    sums.add('RuleEvaluations', minute.ruleEvaluations, {});
    sums.add('RejectedConnectionCount', minute.rejected, {});
    sums.add('HTTP_Fixed_Response_Count', minute.fixedResponses, {});
    sums.add('HTTP_Redirect_Count', minute.redirects, {});
    sums.add('DesyncMitigationMode_NonCompliant_Request_Count', minute.nonCompliant, {});
    sums.add('LambdaTargetProcessedBytes', minute.lambdaBytes, {}, 'Bytes');
    sums.add('ActiveConnectionCount', clients.size, {});
    sums.add('NewConnectionCount', clients.size, {});
    // "Load balancer capacity units": the dimension that is used most, as a part of an hour.
    const units = Math.max(clients.size / 25 / 3600, bytes / gigabyte, minute.chargedEvaluations / 1000 / 3600);
    sums.add('ConsumedLCUs', units, {});
    sums.publish();
    const { arn, region, account } = loadBalancer;
    const usage = { service: 'elbv2', usageType: 'LCUUsage', amount: units, resource: arn, region, account };
    this.#kernel.events.emit('usage', { ...usage, traces: [] });
  }

  #publishHosts(group: TargetGroup, loadBalancer: LoadBalancerTable, timeMs: number): void {
    const sums = new MetricSums(this.#kernel, loadBalancer, timeMs);
    const zones = loadBalancer.nodes.map(({ zone }) => zone);
    for (const zone of [undefined, ...zones]) {
      const { healthy, unhealthy } = group.counts(zone);
      const where = { group: group.table.dimension, zone };
      sums.put('HealthyHostCount', healthy, where);
      sums.put('UnHealthyHostCount', unhealthy, where);
    }
    sums.publish();
  }
}

function tallyOf({ tallies }: Minute, zone: string, group: TargetGroup | undefined): Tally {
  let byGroup = tallies.get(zone);
  if (!byGroup) {
    byGroup = new Map();
    tallies.set(zone, byGroup);
  }
  let tally = byGroup.get(group ?? '');
  if (!tally) {
    tally = beginTally(zone, group);
    byGroup.set(group ?? '', tally);
  }
  return tally;
}

/** Each for the load balancer, its zone, its target group, and the group in the zone, as far as AWS lists them. */
function publishTally(sums: MetricSums, tally: Tally): void {
  const { zone, group } = tally;
  const inZone: Where[] = [{}, { zone }];
  const dimension = group?.table.dimension;
  const inGroup: Where[] = dimension === undefined ? [] : [{ group: dimension }, { group: dimension, zone }];
  const everywhere = [...inZone, ...inGroup];
  const add = (name: string, value: number, wheres: Where[]): void => {
    for (const where of wheres) sums.add(name, value, where);
  };
  add('RequestCount', tally.requests, everywhere);
  tally.byTarget.forEach((value, kind) => {
    add(`HTTPCode_Target_${kind}XX_Count`, value, everywhere);
  });
  for (const [name, value] of tally.own) add(name, value, inZone);
  add('TargetConnectionErrorCount', tally.connectionErrors, everywhere);
  add('LambdaUserError', tally.lambdaErrors, [{}, ...(dimension === undefined ? [] : [{ group: dimension }])]);
  add('UnhealthyRoutingRequestCount', tally.failedOpen, everywhere);
  for (const value of tally.seconds) for (const where of everywhere) sums.sample('TargetResponseTime', value, where);
}
