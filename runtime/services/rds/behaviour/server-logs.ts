import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type InstanceRecord, instances, type Owner } from '../state.ts';
import { offerOf } from './engines.ts';
import { ownerOf } from './owners.ts';

/** What servers say, in a file an hour, and in CloudWatch Logs where that was asked for. */
export const serverLogs = defineEngine('rds.server-logs', (kernel) => new ServerLogs(kernel));

export interface LogFile {
  name: string;
  sizeBytes: number;
  lastWrittenMs: number;
}

const hourMs = 3_600_000;
/** "rds.log_retention_period": 4,320 minutes by default. */
const keptMs = 72 * hourMs;
/** Of one hour; what is beyond is not kept, for a client's mistakes may fill a disk. */
const mostBytes = 20 * 1024 * 1024;
const mostWaiting = 10_000;

class ServerLogs {
  readonly #kernel: Kernel;
  readonly #folder: string;
  readonly #sizes = new Map<string, number>();
  /** Lines on their way to CloudWatch Logs, by instance. */
  readonly #waiting = new Map<string, { timestamp: number; message: string }[]>();

  /** The services it tells are ending, and servers have their last words for the files. */
  closed = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = kernel.store.folder('database-logs');
  }

  /** A line as the server wrote it, with the machine's time; it is kept with the cloud's. */
  take(scope: Scope, id: string, line: string): void {
    const record = instances({ kernel: this.#kernel, scope }).get(id);
    if (!record) return;
    const nowMs = this.#kernel.clock.now();
    const stamp = new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ');
    const message = line
      .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? (?:UTC|GMT)/, `${stamp} UTC`)
      .replace(/^\d{4}-\d\d-\d\d +\d{1,2}:\d\d:\d\d(?= \d+ \[)/, stamp);
    this.#append(record, nowMs, `${message}\n`);
    this.#export(scope, record, { timestamp: nowMs, message });
  }

  /** Newest last. */
  files(record: InstanceRecord): LogFile[] {
    const folder = this.#folderOf(record);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .sort()
      .map((name) => {
        const { size, mtimeMs } = statSync(join(folder, name));
        return { name: `error/${name}`, sizeBytes: size, lastWrittenMs: mtimeMs + this.#kernel.clock.offset() };
      });
  }

  read(record: InstanceRecord, name: string): string | undefined {
    const file = join(this.#folderOf(record), name.replace(/^error\//, ''));
    const known = this.files(record).some((one) => one.name === name);
    return known ? readFileSync(file, 'utf8') : undefined;
  }

  forget(record: InstanceRecord): void {
    rmSync(this.#folderOf(record), { recursive: true, force: true });
  }

  #folderOf({ groupId, DBInstanceIdentifier }: InstanceRecord): string {
    return join(this.#folder, `${groupId}-${DBInstanceIdentifier}`);
  }

  /** "postgresql.log.YYYY-MM-DD-HH"; of MySQL and MariaDB "mysql-error-running.log.YYYY-MM-DD.HH". */
  #append(record: InstanceRecord, nowMs: number, text: string): void {
    const folder = this.#folderOf(record);
    const file = join(folder, fileName(record, nowMs));
    if (!this.#sizes.has(file)) {
      mkdirSync(folder, { recursive: true });
      this.#prune(folder, fileName(record, nowMs - keptMs));
      this.#sizes.set(file, existsSync(file) ? statSync(file).size : 0);
    }
    const size = (this.#sizes.get(file) ?? 0) + Buffer.byteLength(text);
    this.#sizes.set(file, size);
    if (size <= mostBytes) appendFileSync(file, text);
  }

  #prune(folder: string, oldest: string): void {
    for (const name of readdirSync(folder)) {
      if (name >= oldest) continue;
      rmSync(join(folder, name), { force: true });
      this.#sizes.delete(join(folder, name));
    }
  }

  #export(scope: Scope, record: InstanceRecord, event: { timestamp: number; message: string }): void {
    const owner = ownerOf({ kernel: this.#kernel, scope }, record.groupId);
    if (
      this.closed ||
      !owner?.logExports?.includes(logTypeOf(owner)) ||
      !this.#kernel.engine(registry).services.has('logs')
    )
      return;
    const waiting = this.#waiting.get(record.DBInstanceArn);
    if (waiting) {
      if (waiting.length < mostWaiting) waiting.push(event);
      return;
    }
    this.#waiting.set(record.DBInstanceArn, [event]);
    const principal = servicePrincipal('rds.amazonaws.com', scope.account, { serviceLinked: true });
    const ctx = this.#kernel.context({ principal, region: scope.region });
    void this.#kernel.clock.track(this.#flush(ctx, record).finally(() => ctx.trace.end()));
  }

  /** All that has come meanwhile goes in one batch, until nothing has. */
  async #flush(ctx: Context, record: InstanceRecord): Promise<void> {
    const { DBClusterIdentifier: cluster, DBInstanceIdentifier: id, DBInstanceArn } = record;
    const logGroupName = `/aws/rds/${cluster === undefined ? `instance/${id}` : `cluster/${cluster}`}/${logTypeOf(record)}`;
    const logStreamName = cluster === undefined && logTypeOf(record) === 'postgresql' ? `${id}.0` : id;
    try {
      await ignoring(ctx.call('logs', 'CreateLogGroup', { logGroupName }));
      await ignoring(ctx.call('logs', 'CreateLogStream', { logGroupName, logStreamName }));
      for (;;) {
        const logEvents = this.#waiting.get(DBInstanceArn)?.splice(0, 1000) ?? [];
        if (logEvents.length === 0) break;
        await ctx.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents });
      }
    } catch (error) {
      // CloudWatch Logs refuses: the files have the lines.
      if (!(error instanceof AwsError)) throw error;
    } finally {
      this.#waiting.delete(DBInstanceArn);
    }
  }
}

const logTypeOf = ({ Engine }: Owner): string => offerOf(Engine).logTypes[0] ?? '';

function fileName(record: Owner, ms: number): string {
  const [day, hour] = [new Date(ms).toISOString().slice(0, 10), new Date(ms).toISOString().slice(11, 13)];
  return logTypeOf(record) === 'postgresql'
    ? `postgresql.log.${day}-${hour}`
    : `mysql-error-running.log.${day}.${hour}`;
}

async function ignoring(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if ((error as AwsError).code !== 'ResourceAlreadyExistsException') throw error;
  }
}
