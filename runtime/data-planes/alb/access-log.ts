import { gzipSync } from 'node:zlib';
import { AwsError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { LoadBalancerTable } from './configuration.ts';
import type { Visit } from './visit.ts';

/** "Access log files": one every five minutes for each load balancer node. Here a file for all of its nodes. */
const deliveryMs = 5 * 60_000;
const linesAFile = 20_000;

/** Lines not yet delivered are lost when the runtime is killed: AWS, too, delivers them on a best-effort basis. */
export class AccessLog {
  readonly #kernel: Kernel;
  readonly #batches = new Map<string, { loadBalancer: LoadBalancerTable; address: string; lines: string[] }>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  record(visit: Visit, answer: { status: number; bytes: number }): void {
    const { loadBalancer, node } = visit;
    const { clock } = this.#kernel;
    let batch = this.#batches.get(loadBalancer.arn);
    if (!batch) {
      batch = { loadBalancer, address: node.address ?? '127.0.0.1', lines: [] };
      this.#batches.set(loadBalancer.arn, batch);
      const endMs = (Math.floor(clock.now() / deliveryMs) + 1) * deliveryMs;
      clock.at(endMs, `access log of ${loadBalancer.name}`, () => this.#deliver(loadBalancer.arn), { kind: 'log' });
    }
    batch.lines.push(line(visit, answer));
    if (batch.lines.length >= linesAFile) void clock.track(this.#deliver(loadBalancer.arn));
  }

  async stop(): Promise<void> {
    for (const arn of [...this.#batches.keys()]) await this.#deliver(arn);
  }

  async #deliver(arn: string): Promise<void> {
    const batch = this.#batches.get(arn);
    this.#batches.delete(arn);
    const { loadBalancer, address, lines } = batch ?? {};
    const logs = loadBalancer?.attributes.accessLogs;
    if (!loadBalancer || !logs || !lines) return;
    const { account, region } = loadBalancer;
    const principal = servicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com', account, {
      sourceArn: arn,
      serviceLinked: true,
    });
    const trace = startTrace(this.#kernel, 'elbv2', `log delivery, ${lines.length} lines`, { resource: arn });
    const end = new Date(Math.ceil(this.#kernel.clock.now() / deliveryMs) * deliveryMs);
    const stamp = end.toISOString();
    const day = stamp.slice(0, 10).replaceAll('-', '/');
    const prefix = logs.prefix ? `${logs.prefix}/` : '';
    const name = `${account}_elasticloadbalancing_${region}_${loadBalancer.dimension.replaceAll('/', '.')}_${stamp.slice(0, 16).replace(/[-:]/g, '')}Z_${address}_${this.#kernel.ids.lower(8)}.log.gz`;
    try {
      await this.#kernel.context({ principal, region, trace }).call('s3', 'PutObject', {
        Bucket: logs.bucket,
        Key: `${prefix}AWSLogs/${account}/elasticloadbalancing/${region}/${day}/${name}`,
        Body: gzipSync(`${lines.join('\n')}\n`),
      });
      trace.end();
    } catch (error) {
      // The bucket is gone or closed to the log delivery: on AWS, too, the lines are lost then.
      if (!(error instanceof AwsError)) throw error;
      trace.end({ status: error.status, error: error.message });
    }
  }
}

/** "Access log entries", in the order of the table. */
function line(visit: Visit, { status, bytes }: { status: number; bytes: number }): string {
  const { kernel, request, listener, loadBalancer, target, group, rule, hop } = visit;
  const { ip, port, httpVersion } = request.client;
  const host = (request.headers.host ?? request.host).replace(/:\d+$/, '');
  const server = target?.table.address ? `${target.table.address}:${target.table.port}` : '-';
  const handled = visit.targetMs === undefined ? -1 : visit.targetMs / 1000;
  const seconds = (value: number): string => (value === -1 ? '-1' : value.toFixed(3));
  const targetStatus = visit.targetStatus === undefined ? '-' : String(visit.targetStatus);
  const scheme = listener.protocol.toLowerCase();
  return [
    scheme,
    new Date(kernel.clock.now()).toISOString().replace(/(\d{3})Z$/, '$1000Z'),
    loadBalancer.dimension,
    `${ip}:${port}`,
    server,
    seconds(target ? 0 : -1),
    seconds(handled),
    seconds(handled === -1 ? -1 : 0),
    String(status),
    targetStatus,
    String(Number(request.headers['content-length'] ?? 0)),
    String(bytes),
    quoted(`${request.method} ${scheme}://${host}:${listener.port}${request.url} HTTP/${httpVersion}`),
    quoted(request.headers['user-agent'] ?? '-'),
    request.client.tls?.cipher ?? '-',
    request.client.tls?.version ?? '-',
    group?.table.arn ?? '-',
    quoted(`Root=${hop.traceId}`),
    quoted(listener.protocol === 'HTTPS' ? host : '-'),
    quoted('-'),
    rule === undefined ? '-' : String(rule.priority),
    new Date(visit.timeMs).toISOString().replace(/(\d{3})Z$/, '$1000Z'),
    quoted(visit.actions.join(',') || '-'),
    quoted(visit.redirectUrl ?? '-'),
    quoted(visit.errorReason ?? '-'),
    quoted(server),
    quoted(targetStatus),
    quoted(visit.desync.class === 'Compliant' ? '-' : visit.desync.class),
    quoted(visit.desync.reason),
    `TID_${hop.traceId.slice(-24)}`,
  ].join(' ');
}

function quoted(value: string): string {
  return `"${value.replace(/[^\x20-\x7e]|["\\]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
