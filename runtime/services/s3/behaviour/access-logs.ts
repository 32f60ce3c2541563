import type { LoggingEnabled } from '@aws-sdk/client-s3';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { ApiCallEvent } from '../../../kernel/events/events.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel, Running } from '../../../kernel/service.ts';
import { type Bucket, bucketArn, buckets } from '../state.ts';
import { logLine } from './log-line.ts';

/**
 * Lines are collected this long before they are delivered as one object. On AWS it takes minutes to hours, and delivery is
 * best effort there too ("Logging requests with server access logging"): lines of a runtime that is killed are lost.
 */
const collectMs = 5 * 60_000;
/** More lines than this are not held back. */
const mostLines = 10_000;

/** A request to a bucket that logs, before its outcome is known. */
export interface LoggedRequest {
  ctx: Context;
  bucket: Bucket;
  key: string | undefined;
  versionId: string | undefined;
  /** Bytes of the object that the answer carries, once known. */
  bytesSent?: number;
  objectSize?: number;
}

export const accessLogs = defineEngine('s3.access-logs', (kernel) => new AccessLogs(kernel));

export class AccessLogs {
  readonly #kernel: Kernel;
  readonly #open = new Map<string, LoggedRequest>();
  readonly #lines = new Map<string, string[]>();
  readonly #timers = new Map<string, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A request has come; quick when the bucket does not log. */
  opened(ctx: Context, input: { Bucket?: unknown; Key?: unknown; VersionId?: unknown }): void {
    const bucket = typeof input.Bucket === 'string' ? buckets(ctx).get(input.Bucket) : undefined;
    if (!bucket || !loggingOf(bucket)) return;
    if (ctx.principal.kind === 'service' && ctx.principal.service === 'logging.s3.amazonaws.com') return;
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
    this.#open.set(ctx.requestId, { ctx, bucket, key: text(input.Key), versionId: text(input.VersionId) });
  }

  /** An answer carries an object, or a part of it. */
  sends(ctx: Context, bytesSent: number, objectSize: number): void {
    const request = this.#open.get(ctx.requestId);
    if (request) Object.assign(request, { bytesSent, objectSize });
  }

  closed(event: ApiCallEvent): void {
    const request = this.#open.get(event.requestId);
    if (!request) return;
    this.#open.delete(event.requestId);
    const name = request.bucket.Name;
    const lines = this.#lines.get(name) ?? [];
    this.#lines.set(name, lines);
    if (lines.length < mostLines) lines.push(logLine(request, event));
    if (!this.#timers.has(name))
      this.#timers.set(
        name,
        this.#kernel.clock.after(collectMs, `S3 access log of ${name}`, () => this.#deliver(name), { kind: 'log' }),
      );
  }

  /** Writes what was collected as logging.s3.amazonaws.com; a target that refuses loses it, as on AWS. */
  async #deliver(name: string): Promise<void> {
    this.#timers.delete(name);
    const lines = this.#lines.get(name) ?? [];
    this.#lines.delete(name);
    const bucket = buckets(this.#kernel).get(name);
    const logging = bucket && loggingOf(bucket);
    if (!bucket || !logging || lines.length === 0) return;
    const principal = servicePrincipal('logging.s3.amazonaws.com', bucket.account, { sourceArn: bucketArn(name) });
    const ctx = this.#kernel.context({ principal, region: bucket.region });
    const input = {
      Bucket: logging.TargetBucket,
      Key: logKey(ctx, bucket, logging),
      Body: Buffer.from(`${lines.join('\n')}\n`),
      ContentType: 'text/plain',
    };
    await ctx.call('s3', 'PutObject', input).catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
    });
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }
}

export function keepAccessLogs(kernel: Kernel): Running {
  const logs = kernel.engine(accessLogs);
  const end = kernel.events.on('api.call', (event) => {
    if (event.service === 's3') logs.closed(event);
  });
  return { stop: end };
}

function loggingOf(bucket: Bucket): LoggingEnabled | undefined {
  return (bucket.configurations.logging as { LoggingEnabled?: LoggingEnabled } | undefined)?.LoggingEnabled;
}

/** "Log object key format": simple, or in folders by account, region, bucket and day. */
function logKey(
  ctx: Context,
  bucket: Bucket,
  { TargetPrefix = '', TargetObjectKeyFormat: format }: LoggingEnabled,
): string {
  const [date = '', time = ''] = new Date(ctx.clock.now()).toISOString().split('T');
  const name = `${date}-${time.slice(0, 8).replaceAll(':', '-')}-${ctx.ids.hex(16).toUpperCase()}`;
  if (!format?.PartitionedPrefix) return `${TargetPrefix}${name}`;
  return `${TargetPrefix}${bucket.account}/${bucket.region}/${bucket.Name}/${date.replaceAll('-', '/')}/${name}`;
}
