import { gzipSync } from 'node:zlib';
import { AwsError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import { awsName } from '../http/hosts.ts';
import type { EdgeLogging } from './configuration.ts';
import type { Served } from './serve.ts';
import type { Site, Visit } from './visit.ts';

/** Several times an hour, says "Timing of standard log file delivery"; a line waits at most this long. */
const deliveryMs = 5 * 60_000;
const linesAFile = 20_000;

interface Batch {
  site: Site;
  logging: EdgeLogging;
  lines: string[];
  openedMs: number;
}

export interface Logged {
  visit: Visit;
  served: Served;
  bytes: number;
  tookMs: number;
}

/** Standard logs (legacy): W3C extended files in a bucket. Lines not yet delivered are lost when the runtime is killed. */
export class AccessLog {
  readonly #kernel: Kernel;
  readonly #pop: string;
  readonly #batches = new Map<string, Batch>();

  constructor(kernel: Kernel, pop: string) {
    this.#kernel = kernel;
    this.#pop = pop;
  }

  record(logged: Logged): void {
    const { site } = logged.visit;
    const { logging } = site;
    if (!logging) return;
    let batch = this.#batches.get(site.id);
    if (!batch) {
      batch = { site, logging, lines: [], openedMs: this.#kernel.clock.now() };
      this.#batches.set(site.id, batch);
      this.#kernel.clock.after(deliveryMs, `cloudfront log of ${site.id}`, () => this.#deliver(site.id), {
        kind: 'log',
      });
    }
    batch.lines.push(this.#line(logged, logging));
    if (batch.lines.length >= linesAFile) void this.#kernel.clock.track(this.#deliver(site.id));
  }

  async stop(): Promise<void> {
    for (const id of [...this.#batches.keys()]) await this.#deliver(id);
  }

  async #deliver(id: string): Promise<void> {
    const batch = this.#batches.get(id);
    if (!batch) return;
    this.#batches.delete(id);
    const { site, logging } = batch;
    const hour = new Date(batch.openedMs).toISOString().slice(0, 13).replace('T', '-');
    const principal = servicePrincipal('delivery.logs.amazonaws.com', site.account, {
      sourceArn: site.arn,
      serviceLinked: true,
    });
    const trace = startTrace(this.#kernel, 'cloudfront', `log delivery, ${batch.lines.length} lines`, {
      resource: site.arn,
    });
    try {
      await this.#kernel.context({ principal, region: 'us-east-1', trace }).call('s3', 'PutObject', {
        Bucket: logging.bucket,
        Key: `${logging.prefix}${site.id}.${hour}.${this.#kernel.ids.hex(8)}.gz`,
        Body: gzipSync(`#Version: 1.0\n#Fields: ${fields}\n${batch.lines.join('\n')}\n`),
        ContentType: 'application/x-gzip',
      });
      trace.end();
    } catch (error) {
      // The bucket is gone or closed to the log delivery group: on AWS, too, the lines are lost then.
      if (!(error instanceof AwsError)) throw error;
      trace.end({ status: error.status, error: error.message });
    }
  }

  #line({ visit, served, bytes, tookMs }: Logged, logging: EdgeLogging): string {
    const { viewer } = visit;
    const { raw } = viewer;
    const [date = '', time = ''] = new Date(this.#kernel.clock.now()).toISOString().split('T');
    const mark = raw.url.indexOf('?');
    const result = served.outcome === 'FunctionExecutionError' ? 'Error' : served.outcome;
    const seconds = (tookMs / 1000).toFixed(3);
    const range = /^bytes (\d+)-(\d+)\//.exec(String(served.headers['content-range'] ?? ''));
    return [
      date,
      time.slice(0, 8),
      this.#pop,
      String(bytes + headerBytes(served)),
      raw.client.ip,
      raw.method,
      visit.site.domainName,
      mark === -1 ? raw.url : raw.url.slice(0, mark),
      String(served.status),
      encoded(raw.headers.referer),
      encoded(raw.headers['user-agent']),
      mark === -1 ? '-' : raw.url.slice(mark + 1) || '-',
      logging.includeCookies ? encoded(raw.headers.cookie) : '-',
      result,
      visit.requestId,
      awsName(raw.host),
      raw.client.secure ? 'https' : 'http',
      String(Number(raw.headers['content-length'] ?? 0)),
      seconds,
      encoded(raw.headers['x-forwarded-for']),
      '-',
      '-',
      result,
      `HTTP/${raw.client.httpVersion}`,
      '-',
      '-',
      String(raw.client.port),
      seconds,
      result,
      encoded(text(served.headers['content-type'])),
      text(served.headers['content-length']) ?? '-',
      range?.[1] ?? '-',
      range?.[2] ?? '-',
    ].join('\t');
  }
}

/** "Standard log file fields". TLS ends in front of the edge, so ssl-protocol and ssl-cipher are unknown here. */
const fields =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query ' +
  'cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ' +
  'ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte ' +
  'x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end';

function headerBytes(served: Served): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(served.headers)) bytes += name.length + String(value).length + 4;
  return bytes;
}

/** Spaces and what cannot stand in a tab-separated line are URL-encoded, as CloudFront does. */
function encoded(value: string | undefined): string {
  if (value === undefined || value === '') return '-';
  return value.replace(/[^\x21-\x7e]|["%\\^`{|}]/g, (character) => encodeURIComponent(character));
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
