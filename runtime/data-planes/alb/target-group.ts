import type { Timer } from '../../kernel/clock/clock.ts';
import type { Kernel } from '../../kernel/service.ts';
import { type TargetGroupTable, type TargetTable, targetKey } from './configuration.ts';
import { Connections, isIsolated } from './connections.ts';
import { type HealthReport, initial, invalidState, judge, notInUse, type Probe, probe } from './health-checks.ts';

/** One registered target as the load balancer knows it. */
export interface Target {
  readonly key: string;
  table: TargetTable;
  health: HealthReport;
  /** Probes in a row that ended as the last one did. */
  streak: { success: boolean; count: number };
  outstanding: number;
  /** Cloud time since which it is healthy beside others that were so already; undefined when it takes its full share. */
  slowSinceMs: number | undefined;
  readonly connections: Connections;
  checking: Timer | undefined;
  leaving: Timer | undefined;
  /** Who wants to know when its health changes. */
  readonly watchers: Set<() => void>;
}

export interface GroupUse {
  /** Of the load balancer that sends to the group: node addresses to check from. Undefined: none does. */
  nodes: readonly (string | undefined)[] | undefined;
  zones: readonly string[];
}

const unusedGroup: GroupUse = { nodes: undefined, zones: [] };

/** A target group at work: who is healthy, who is leaving, and who gets the next request. */
export class TargetGroup {
  readonly #kernel: Kernel;
  readonly #onHealth: (group: TargetGroup) => void;
  readonly #targets = new Map<string, Target>();
  #use = unusedGroup;
  table: TargetGroupTable;
  /** Round robin goes on from here. */
  turn = 0;

  constructor(kernel: Kernel, table: TargetGroupTable, onHealth: (group: TargetGroup) => void) {
    this.#kernel = kernel;
    this.#onHealth = onHealth;
    this.table = table;
    this.#reconcile();
  }

  get targets(): IterableIterator<Target> {
    return this.#targets.values();
  }

  find(key: string): Target | undefined {
    return this.#targets.get(key);
  }

  /** Calls back whenever the target is checked, or goes; returns what ends that. */
  onTargetChange({ watchers }: Target, listener: () => void): () => void {
    watchers.add(listener);
    return () => watchers.delete(listener);
  }

  get inUse(): boolean {
    return this.#use.nodes !== undefined;
  }

  configure(table: TargetGroupTable): void {
    const checks = JSON.stringify([this.table.healthCheck, this.table.protocol]);
    const changed = checks !== JSON.stringify([table.healthCheck, table.protocol]);
    this.table = table;
    if (changed) for (const target of this.#targets.values()) this.#restartChecks(target);
    this.#reconcile();
  }

  use(use: GroupUse | undefined): void {
    const next = use ?? unusedGroup;
    if (JSON.stringify(next) === JSON.stringify(this.#use)) return;
    this.#use = next;
    for (const target of this.#targets.values()) this.#restartChecks(target);
  }

  /** Of one zone's targets and those of every zone, or of all. Those that leave are no longer registered. */
  counts(zone?: string): { healthy: number; unhealthy: number; registered: number } {
    const counts = { healthy: 0, unhealthy: 0, registered: 0 };
    for (const { health, table } of this.#targets.values()) {
      const elsewhere = zone !== undefined && table.zone !== undefined && table.zone !== 'all' && table.zone !== zone;
      if (health.state === 'draining' || elsewhere) continue;
      counts.registered += 1;
      if (health.state === 'healthy' || health.state === 'unavailable') counts.healthy += 1;
      if (health.state === 'unhealthy') counts.unhealthy += 1;
    }
    return counts;
  }

  stop(): void {
    for (const target of this.#targets.values()) this.#forget(target);
  }

  #reconcile(): void {
    const wanted = new Map(this.table.targets.map((table) => [targetKey(table), table]));
    for (const target of [...this.#targets.values()]) if (!wanted.has(target.key)) this.#forget(target);
    for (const [key, table] of wanted) {
      const known = this.#targets.get(key);
      if (!known) this.#add(key, table);
      else if (JSON.stringify(known.table) !== JSON.stringify(table)) {
        const back = known.table.deregisteredMs !== undefined && table.deregisteredMs === undefined;
        const moved = known.table.address !== table.address || known.table.notRunning !== table.notRunning;
        known.table = table;
        if (moved) known.connections.stop();
        if (back || moved || table.deregisteredMs !== undefined) this.#restartChecks(known);
      }
    }
  }

  #add(key: string, table: TargetTable): void {
    const target: Target = {
      key,
      table,
      health: initial,
      streak: { success: false, count: 0 },
      outstanding: 0,
      slowSinceMs: undefined,
      connections: new Connections(this.#kernel, () => ({ group: this.table, target: target.table })),
      checking: undefined,
      leaving: undefined,
      watchers: new Set(),
    };
    this.#targets.set(key, target);
    this.#restartChecks(target);
  }

  #forget(target: Target): void {
    target.checking?.cancel();
    target.leaving?.cancel();
    target.connections.stop();
    this.#targets.delete(target.key);
    target.health = { state: 'unhealthy', reason: 'Target.NotRegistered', description: undefined };
    for (const tell of [...target.watchers]) tell();
  }

  /** What state a target begins in, by what is known before any check. */
  #restartChecks(target: Target): void {
    target.checking?.cancel();
    target.checking = undefined;
    target.leaving?.cancel();
    target.leaving = undefined;
    target.streak = { success: false, count: 0 };
    if (target.table.deregisteredMs !== undefined) {
      this.#drain(target, target.table.deregisteredMs);
      return;
    }
    const { zone, notRunning } = target.table;
    if (notRunning) target.health = invalidState(notRunning);
    else if (!this.inUse) target.health = notInUse('group');
    else if (zone !== undefined && zone !== 'all' && !this.#use.zones.includes(zone)) target.health = notInUse('zone');
    else if (!this.table.healthCheck.enabled) target.health = notInUse('disabled');
    else {
      target.health = initial;
      this.#check(target);
    }
  }

  /** "Deregistration delay": no new requests; what is under way may end until the delay is over. */
  #drain(target: Target, sinceMs: number): void {
    target.health = {
      state: 'draining',
      reason: 'Target.DeregistrationInProgress',
      description: 'Target deregistration is in progress',
    };
    const endMs = sinceMs + this.table.deregistrationDelaySeconds * 1000;
    target.leaving = this.#kernel.clock.at(endMs, `deregistration of ${target.table.id}`, () => this.#forget(target), {
      kind: 'scaling',
    });
  }

  /**
   * Probes now and then at the interval, by the time of real processes: a wound month does not hold a million probes of
   * servers that have not lived through it.
   */
  #check(target: Target): void {
    const { clock } = this.#kernel;
    const { nodes } = this.#use;
    if (!nodes) return;
    const { intervalSeconds } = this.table.healthCheck;
    const again = (): void => {
      target.checking = clock.after(
        intervalSeconds * 1000,
        `health check of ${target.table.id}`,
        () => this.#check(target),
        { basis: 'elapsed', kind: 'health' },
      );
    };
    again();
    const armed = target.checking;
    const from = nodes.find((node) => !isIsolated(this.#kernel, this.table.vpcId, node)) ?? nodes[0];
    const work = probe(this.#kernel, this.table, target.table, from).then((result) => {
      if (target.checking === armed && this.#targets.get(target.key) === target) this.#learn(target, result);
    });
    void clock.track(work);
  }

  #learn(target: Target, result: Probe): void {
    const success = result.failure === undefined;
    target.streak =
      success === target.streak.success ? { success, count: target.streak.count + 1 } : { success, count: 1 };
    const before = target.health.state;
    target.health = judge(target.health, target.streak.count, result, this.table.healthCheck);
    if (before !== 'healthy' && target.health.state === 'healthy') this.#beginSlowly(target);
    if (before !== target.health.state) {
      const { arn } = this.table;
      this.#kernel.events.emit('alb.target-health', {
        targetGroupArn: arn,
        id: target.table.id,
        state: target.health.state,
      });
    }
    for (const tell of [...target.watchers]) tell();
    this.#onHealth(this);
  }

  /** "Slow start mode": only beside healthy targets that take their full share already. */
  #beginSlowly(target: Target): void {
    const others = [...this.#targets.values()].some(
      (other) => other !== target && other.health.state === 'healthy' && other.slowSinceMs === undefined,
    );
    target.slowSinceMs = this.table.slowStartSeconds > 0 && others ? this.#kernel.clock.now() : undefined;
  }
}

declare module '../../kernel/events/events.ts' {
  interface EventTypes {
    /** A health check changed its mind about a target; Auto Scaling reads this. */
    'alb.target-health': { targetGroupArn: string; id: string; state: HealthReport['state'] };
  }
}
