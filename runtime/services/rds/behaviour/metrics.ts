import { availableParallelism, freemem } from 'node:os';
import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import type { Row } from '../../../engines/databases/engine.ts';
import { processorSeconds } from '../../../engines/databases/processor-time.ts';
import { Rounds } from '../../../engines/databases/rounds.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type InstanceRecord, instances } from '../state.ts';
import { sqlOf } from './sql.ts';

/**
 * "Amazon CloudWatch metrics for Amazon RDS" and "… for Amazon Aurora": once a minute of the cloud's time, measured at each
 * server; less often while the clock is wound fast. What is not measured is not told: latencies and credits are not there.
 */
export const measurements = defineEngine('rds.measurements', (kernel) => new Measurements(kernel));

interface Sample {
  cloudMs: number;
  elapsedMs: number;
  processorSeconds: number | undefined;
  totals: Record<
    'reads' | 'writes' | 'read_bytes' | 'write_bytes' | 'commits' | 'deadlocks' | 'hits' | 'misses',
    number
  >;
}

type Metric = [name: string, value: number, unit: string];

const gibibyte = 1024 ** 3;

class Measurements {
  readonly #kernel: Kernel;
  readonly #last = new Map<string, Sample>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const round = async (): Promise<void> => {
      for (const scope of kernel.store.scopes('rds.instances')) await this.#measureAll(scope);
    };
    new Rounds(kernel.clock, { name: 'rds: measure databases', periodMs: 60_000, basis: 'cloud', round });
  }

  async #measureAll(scope: Scope): Promise<void> {
    for (const record of instances({ kernel: this.#kernel, scope }).values()) {
      const group = this.#kernel.engine(databases).group(record.groupId);
      if (!group || record.Status !== 'available') continue;
      try {
        await this.#measure(scope, record, group);
      } catch {
        // It ended, or took no connection, just now; the next minute tells.
      }
    }
  }

  async #measure(scope: Scope, record: InstanceRecord, group: DatabaseGroup): Promise<void> {
    const aurora = record.DBClusterIdentifier !== undefined;
    const member = aurora ? record.DBInstanceIdentifier : group.writer;
    const pid = group.pid(member);
    if (pid === undefined) return;
    const sql = sqlOf(group.engine);
    const row = await sql.sample(group, member);
    const sample = sampleOf(this.#kernel, row, pid);
    const key = `${record.DBInstanceArn} ${pid}`;
    const before = this.#last.get(key);
    this.#last.set(key, sample);
    const writes = member === group.writer;
    const metrics = [...now(row), ...(before ? since(before, sample) : []), ...storage(record, row)];
    if (aurora && !writes) metrics.push(['AuroraReplicaLag', await sql.lagMs(group, member), 'Milliseconds']);
    if (record.source !== undefined) metrics.push(['ReplicaLag', await sql.replicaLagSeconds(group), 'Seconds']);
    this.#emit(scope, record, metrics, writes ? 'WRITER' : 'READER');
    if (this.#last.size > 1000) this.#last.clear();
  }

  #emit({ account, region }: Scope, record: InstanceRecord, metrics: Metric[], Role: string): void {
    const { DBInstanceIdentifier, DBClusterIdentifier } = record;
    const timeMs = this.#kernel.clock.now();
    const all: Record<string, string>[] = [{ DBInstanceIdentifier }];
    if (DBClusterIdentifier !== undefined) all.push({ DBClusterIdentifier }, { DBClusterIdentifier, Role });
    for (const dimensions of all)
      for (const [name, value, unit] of metrics)
        this.#kernel.events.emit('metric', {
          namespace: 'AWS/RDS',
          name,
          dimensions,
          value,
          unit,
          timeMs,
          region,
          account,
        });
  }
}

function sampleOf({ clock }: Kernel, row: Row, pid: number): Sample {
  const total = (name: string): number => Number(row[name] ?? 0);
  return {
    cloudMs: clock.now(),
    elapsedMs: clock.elapsed(),
    processorSeconds: processorSeconds(pid),
    totals: {
      reads: total('reads'),
      writes: total('writes'),
      read_bytes: total('read_bytes'),
      write_bytes: total('write_bytes'),
      commits: total('commits'),
      deadlocks: total('deadlocks'),
      hits: total('hits'),
      misses: total('misses'),
    },
  };
}

/** FreeableMemory is the machine's, which all servers share. */
function now(row: Row): Metric[] {
  return [
    ['DatabaseConnections', Number(row.connections), 'Count'],
    ['FreeableMemory', freemem(), 'Bytes'],
    ...(row.used_ids === undefined ? [] : [['MaximumUsedTransactionIDs', Number(row.used_ids), 'Count'] as Metric]),
    ['EngineUptime', Number(row.uptime), 'Seconds'],
  ];
}

/** Rates are by the cloud's time; the processor's share by the machine's, of which alone it can use any. */
function since(before: Sample, after: Sample): Metric[] {
  const seconds = (after.cloudMs - before.cloudMs) / 1000;
  if (seconds <= 0) return [];
  const change = (name: keyof Sample['totals']): number => Math.max(after.totals[name] - before.totals[name], 0);
  const blocks = change('hits') + change('misses');
  const metrics: Metric[] = [
    ['ReadIOPS', change('reads') / seconds, 'Count/Second'],
    ['WriteIOPS', change('writes') / seconds, 'Count/Second'],
    ['ReadThroughput', change('read_bytes') / seconds, 'Bytes/Second'],
    ['WriteThroughput', change('write_bytes') / seconds, 'Bytes/Second'],
    ['CommitThroughput', change('commits') / seconds, 'Count/Second'],
    ['Deadlocks', change('deadlocks') / seconds, 'Count/Second'],
  ];
  if (blocks > 0) metrics.push(['BufferCacheHitRatio', (change('hits') / blocks) * 100, 'Percent']);
  const realSeconds = (after.elapsedMs - before.elapsedMs) / 1000;
  if (after.processorSeconds === undefined || before.processorSeconds === undefined || realSeconds <= 0) return metrics;
  const share = (after.processorSeconds - before.processorSeconds) / realSeconds / availableParallelism();
  return [['CPUUtilization', Math.min(Math.max(share * 100, 0), 100), 'Percent'], ...metrics];
}

function storage(record: InstanceRecord, row: Row): Metric[] {
  const used = Number(row.bytes);
  if (record.DBClusterIdentifier !== undefined) return [['VolumeBytesUsed', used, 'Bytes']];
  return [['FreeStorageSpace', Math.max(record.AllocatedStorage * gibibyte - used, 0), 'Bytes']];
}
