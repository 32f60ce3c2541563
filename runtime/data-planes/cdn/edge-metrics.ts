import type { Kernel } from '../../kernel/service.ts';
import type { Site } from './visit.ts';

interface Minute {
  account: string;
  requests: number;
  downloaded: number;
  uploaded: number;
  clientErrors: number;
  serverErrors: number;
}

/** AWS/CloudFront, one value a minute and distribution, as CloudFront publishes them ("CloudFront metrics"): us-east-1, Region=Global. */
export class EdgeMetrics {
  readonly #kernel: Kernel;
  readonly #minutes = new Map<string, Minute>();
  #scheduled = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  count(site: Site, answer: { status: number; downloaded: number; uploaded: number }): void {
    let minute = this.#minutes.get(site.id);
    if (!minute) {
      minute = { account: site.account, requests: 0, downloaded: 0, uploaded: 0, clientErrors: 0, serverErrors: 0 };
      this.#minutes.set(site.id, minute);
    }
    minute.requests += 1;
    minute.downloaded += answer.downloaded;
    minute.uploaded += answer.uploaded;
    if (answer.status >= 500) minute.serverErrors += 1;
    else if (answer.status >= 400) minute.clientErrors += 1;
    if (!this.#scheduled) this.#schedule();
  }

  flush(): void {
    this.#scheduled = false;
    // The values belong to the minute that has just ended.
    const timeMs = Math.ceil(this.#kernel.clock.now() / 60_000) * 60_000 - 60_000;
    for (const [id, minute] of this.#minutes) this.#publish(id, minute, timeMs);
    this.#minutes.clear();
  }

  /** Only minutes with traffic have a timer, so that time wound over quiet weeks costs nothing. */
  #schedule(): void {
    this.#scheduled = true;
    const { clock } = this.#kernel;
    clock.at((Math.floor(clock.now() / 60_000) + 1) * 60_000, 'cloudfront metrics', () => this.flush());
  }

  #publish(id: string, minute: Minute, timeMs: number): void {
    const about = {
      namespace: 'AWS/CloudFront',
      dimensions: { DistributionId: id, Region: 'Global' },
      timeMs,
      region: 'us-east-1',
      account: minute.account,
    };
    const emit = (name: string, value: number, unit: string): void =>
      this.#kernel.events.emit('metric', { ...about, name, value, unit });
    const rate = (errors: number): number => (errors / minute.requests) * 100;
    emit('Requests', minute.requests, 'None');
    emit('BytesDownloaded', minute.downloaded, 'None');
    emit('BytesUploaded', minute.uploaded, 'None');
    emit('4xxErrorRate', rate(minute.clientErrors), 'Percent');
    emit('5xxErrorRate', rate(minute.serverErrors), 'Percent');
    emit('TotalErrorRate', rate(minute.clientErrors + minute.serverErrors), 'Percent');
  }
}
