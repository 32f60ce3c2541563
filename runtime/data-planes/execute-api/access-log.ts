import { parseArn } from '../../kernel/arn.ts';
import { AwsError } from '../../kernel/errors.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { contextVariable } from './context-variables.ts';
import { sizeOf } from './metrics.ts';
import type { ApiExchange } from './serve-api.ts';

interface Pending {
  region: string;
  account: string;
  logGroupName: string;
  events: { timestamp: number; message: string }[];
}

/** Lines held for one log group until the next turn; more are dropped, and that is told as a problem. */
const bound = 10_000;

/** Access logs ("Customize HTTP API access logs"), written in batches by API Gateway's service-linked role. */
export class AccessLogs {
  readonly #kernel: Kernel;
  readonly #pending = new Map<string, Pending>();
  readonly #streams = new Map<string, string>();
  #flushing: Promise<void> | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  write(exchange: ApiExchange, response: HttpResponse, latencyMs: number): void {
    const { accessLog } = exchange.stage;
    const arn = accessLog && parseArn(accessLog.destinationArn);
    if (!accessLog || !arn) return;
    const pending = this.#pending.get(accessLog.destinationArn) ?? {
      region: arn.region,
      account: arn.account,
      logGroupName: arn.resource.replace(/^log-group:/, '').replace(/:\*$/, ''),
      events: [],
    };
    this.#pending.set(accessLog.destinationArn, pending);
    if (pending.events.length < bound)
      pending.events.push({
        timestamp: exchange.timeMs,
        message: format(accessLog.format, exchange, response, latencyMs),
      });
    this.#flushing ??= this.#kernel.clock.track(this.#flush());
  }

  async stop(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const batches = [...this.#pending.entries()];
    this.#pending.clear();
    this.#flushing = undefined;
    for (const [destination, batch] of batches) await this.#put(destination, batch);
  }

  async #put(destination: string, batch: Pending): Promise<void> {
    const ctx = this.#kernel.context({
      principal: servicePrincipal('apigateway.amazonaws.com', batch.account, { serviceLinked: true }),
      region: batch.region,
    });
    try {
      let stream = this.#streams.get(destination);
      if (!stream) {
        stream = this.#kernel.ids.hex(32);
        await ctx.call('logs', 'CreateLogStream', { logGroupName: batch.logGroupName, logStreamName: stream });
        this.#streams.set(destination, stream);
      }
      await ctx.call('logs', 'PutLogEvents', {
        logGroupName: batch.logGroupName,
        logStreamName: stream,
        logEvents: batch.events,
      });
    } catch (error) {
      // The group is gone: on AWS, too, access logs are lost then, and requests go on.
      if (!(error instanceof AwsError)) throw error;
      this.#streams.delete(destination);
    }
  }
}

function format(template: string, exchange: ApiExchange, response: HttpResponse, latencyMs: number): string {
  const answered = answerVariables(exchange, response, latencyMs);
  return template.replace(/\$context\.([A-Za-z0-9_.]+)/g, (_whole, name: string) => {
    const value = answered[name] ?? contextVariable(exchange, name);
    return value === undefined ? '-' : String(value).replace(/["\\]/g, '\\$&');
  });
}

/** "Logging variables for HTTP APIs": those that only an answer has. What there is none of is `-`, as on AWS. */
function answerVariables(
  exchange: ApiExchange,
  response: HttpResponse,
  latencyMs: number,
): Record<string, string | number> {
  return {
    integrationLatency: Math.round(exchange.integrationMs),
    'integration.latency': Math.round(exchange.integrationMs),
    'integration.status': response.status,
    integrationStatus: response.status,
    responseLatency: Math.round(latencyMs),
    responseLength: sizeOf(response),
    status: response.status,
  };
}
