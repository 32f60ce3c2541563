import { gzipSync } from 'node:zlib';
import { AwsError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import { isKept, type Logged, logRecord } from './log-record.ts';
import type { FirewallAcl } from './table.ts';

/** Files in a bucket hold five minutes ("Amazon S3 log destination"); a log group is written to soon, in batches. */
const fileMs = 5 * 60_000;
const eventsMs = 1000;
const linesABatch = 5000;

interface Batch {
  acl: FirewallAcl;
  destination: string;
  records: { timeMs: number; line: string }[];
  openedMs: number;
}

/** Delivers log records. Those not yet delivered are lost when the runtime is killed. */
export class FirewallLog {
  readonly #kernel: Kernel;
  readonly #batches = new Map<string, Batch>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  record(acl: FirewallAcl, logged: Logged): void {
    const { logging } = acl;
    if (!logging || !isKept(logging.filter, logged)) return;
    const { clock } = this.#kernel;
    const key = `${acl.arn}\0${logging.destination}`;
    let batch = this.#batches.get(key);
    if (!batch) {
      batch = { acl, destination: logging.destination, records: [], openedMs: clock.now() };
      this.#batches.set(key, batch);
      const waitMs = isBucket(logging.destination) ? fileMs : eventsMs;
      clock.after(waitMs, `firewall log of ${acl.name}`, () => this.#deliver(key), { kind: 'log' });
    }
    batch.records.push({ timeMs: clock.now(), line: JSON.stringify(logRecord(acl, logged, clock.now())) });
    if (batch.records.length >= linesABatch) void clock.track(this.#deliver(key));
  }

  async stop(): Promise<void> {
    for (const key of [...this.#batches.keys()]) await this.#deliver(key);
  }

  async #deliver(key: string): Promise<void> {
    const batch = this.#batches.get(key);
    if (!batch) return;
    this.#batches.delete(key);
    const trace = startTrace(this.#kernel, 'wafv2', `log delivery, ${batch.records.length} lines`, {
      resource: batch.acl.arn,
    });
    try {
      await (isBucket(batch.destination) ? this.#toBucket(batch) : this.#toLogGroup(batch));
      trace.end();
    } catch (error) {
      // The destination is gone or closed to log delivery: on AWS, too, the lines are lost then.
      if (!(error instanceof AwsError)) throw error;
      trace.end({ status: error.status, error: error.message });
    }
  }

  #context({ acl }: Batch, region = acl.region) {
    const principal = servicePrincipal('delivery.logs.amazonaws.com', acl.account, {
      sourceArn: acl.arn,
      serviceLinked: true,
    });
    return this.#kernel.context({ principal, region });
  }

  /** "Naming requirements and syntax": region_web-acl-name_number. */
  async #toLogGroup(batch: Batch): Promise<void> {
    const { acl, destination } = batch;
    const logGroupName = destination.split(':log-group:')[1]?.replace(/:\*$/, '') ?? '';
    const logStreamName = `${acl.scope === 'CLOUDFRONT' ? 'cloudfront' : acl.region}_${acl.name}_0`;
    const logs = this.#context(batch);
    const input = {
      logGroupName,
      logStreamName,
      logEvents: batch.records.map(({ timeMs, line }) => ({ timestamp: timeMs, message: line })),
    };
    try {
      await logs.call('logs', 'PutLogEvents', input);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
      await logs.call('logs', 'CreateLogStream', { logGroupName, logStreamName });
      await logs.call('logs', 'PutLogEvents', input);
    }
  }

  async #toBucket(batch: Batch): Promise<void> {
    const { acl, destination } = batch;
    const [, , , , , resource = ''] = destination.split(':');
    const [Bucket = '', ...prefix] = resource.split('/');
    const place = acl.scope === 'CLOUDFRONT' ? 'cloudfront' : acl.region;
    const stamp = new Date(Math.floor(batch.openedMs / fileMs) * fileMs).toISOString();
    const [day = '', time = ''] = stamp.split('T');
    const minute = `${time.slice(0, 2)}/${time.slice(3, 5)}`;
    const compact = `${day.replaceAll('-', '')}T${time.slice(0, 2)}${time.slice(3, 5)}Z`;
    const folder = `AWSLogs/${acl.account}/WAFLogs/${place}/${acl.name}/${day.replaceAll('-', '/')}/${minute}`;
    const file = `${acl.account}_waflogs_${place}_${acl.name}_${compact}_${this.#kernel.ids.hex(8)}.log.gz`;
    await this.#context(batch).call('s3', 'PutObject', {
      Bucket,
      Key: [...prefix.filter((part) => part !== ''), folder, file].join('/'),
      Body: gzipSync(`${batch.records.map(({ line }) => line).join('\n')}\n`),
      ContentType: 'application/x-gzip',
    });
  }
}

function isBucket(arn: string): boolean {
  return arn.startsWith('arn:aws:s3:');
}
