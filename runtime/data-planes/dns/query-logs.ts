import { parseArn } from '../../kernel/arn.ts';
import { AwsError } from '../../kernel/errors.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { AnsweredPacket } from './answer.ts';
import type { DnsZone } from './records.ts';

const edgeLocation = 'IAD89-P1';
const mostWaiting = 10_000;
const deliverAfterMs = 1000;

/** "Public DNS query logging": a line a query, in the stream `zone/edge location` of the zone's log group. */
export class QueryLogs {
  readonly #kernel: Kernel;
  #waiting: { zone: DnsZone; timestamp: number; message: string }[] = [];
  #scheduled = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  record(zone: DnsZone, answered: AnsweredPacket, from: { transport: string; ip: string }): void {
    if (this.#waiting.length >= mostWaiting) return;
    const timestamp = this.#kernel.clock.now();
    const message = [
      '1.0',
      new Date(timestamp).toISOString(),
      zone.id,
      answered.name.replace(/\.$/, ''),
      answered.type,
      answered.rcode,
      from.transport.toUpperCase(),
      edgeLocation,
      from.ip,
      answered.clientSubnet ?? '-',
    ].join(' ');
    this.#waiting.push({ zone, timestamp, message });
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#kernel.clock.after(deliverAfterMs, 'delivery of DNS query logs', () => this.deliver(), { kind: 'log' });
  }

  async deliver(): Promise<void> {
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [zone, lines] of Map.groupBy(waiting, (line) => line.zone)) await this.#put(zone, lines);
  }

  async #put(zone: DnsZone, lines: { timestamp: number; message: string }[]): Promise<void> {
    const arn = parseArn(zone.queryLogGroupArn ?? '');
    if (!arn) return;
    const { region, account } = arn;
    const principal = servicePrincipal('route53.amazonaws.com', account, {
      sourceArn: `arn:aws:route53:::hostedzone/${zone.id}`,
    });
    const ctx = this.#kernel.context({ principal, region });
    const stream = {
      logGroupName: arn.resource.replace(/^log-group:/, '').replace(/:\*$/, ''),
      logStreamName: `${zone.id}/${edgeLocation}`,
    };
    try {
      await ctx.call('logs', 'CreateLogStream', stream).catch((error: Error) => {
        if (!(error instanceof AwsError && error.code === 'ResourceAlreadyExistsException')) throw error;
      });
      const logEvents = lines.map(({ timestamp, message }) => ({ timestamp, message }));
      await ctx.call('logs', 'PutLogEvents', { ...stream, logEvents });
    } catch (error) {
      // The group or its policy has gone since: AWS drops the lines as well. Anything else is our own bug.
      if (!(error instanceof AwsError)) throw error;
    }
  }
}
