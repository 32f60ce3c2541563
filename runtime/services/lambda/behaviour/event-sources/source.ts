import { authorization, type IssuedCredentials } from '../../../../kernel/authorizer.ts';
import { AwsError } from '../../../../kernel/errors.ts';
import { startTrace } from '../../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../../kernel/service.ts';
import { traceIdOf } from '../../../../kernel/usage.ts';
import { findVersion, functionArn } from '../../function-names.ts';
import { functions, type MappingRecord, mappings } from '../../state.ts';
import { execute } from '../execute.ts';
import type { InvocationResult } from '../invocation.ts';

const RENEW_BEFORE_MS = 5 * 60_000;

/** What reads an event source for one mapping while the mapping is enabled. */
export interface Poller {
  /** Takes no more; what is under way ends by itself. */
  stop(): void;
}

/** What the pollers of all kinds of sources need: who reads, how the function is run, what came of it. */
export class Source {
  readonly kernel: Kernel;
  readonly mapping: MappingRecord;
  readonly account: string;
  readonly region: string;
  #credentials: (IssuedCredentials & { roleArn: string }) | undefined;

  constructor(kernel: Kernel, mapping: MappingRecord, place: { account: string; region: string }) {
    this.kernel = kernel;
    this.mapping = mapping;
    this.account = place.account;
    this.region = place.region;
  }

  /**
   * Calls the source as the function's execution role, with whose permissions Lambda reads it. A wind waits for each call
   * and each invocation, not for the pauses between them, which only end when time goes on.
   */
  call<Output>(service: string, operation: string, input: object, traceHeaders: string[] = []): Promise<Output> {
    const ctx = this.asLambda();
    this.#link(ctx, traceHeaders);
    return this.kernel.clock.track(
      ctx.call<Output>(service, operation, input, { principal: this.#session(ctx).principal }),
    );
  }

  asLambda(traceHeader?: string): Context {
    const trace = startTrace(this.kernel, 'lambda', `event source of ${this.mapping.FunctionName}`, {
      header: traceHeader,
      resource: this.mapping.EventSourceArn,
    });
    return this.kernel.context({
      principal: servicePrincipal('lambda.amazonaws.com', this.account),
      region: this.region,
      trace,
    });
  }

  /** `traceHeaders` of the messages in the event: one trace goes on, or one is begun for a batch of several. */
  invoke(event: object, traceHeaders: string[] = []): Promise<InvocationResult> {
    const ctx = this.asLambda(traceHeaders.length === 1 ? traceHeaders[0] : undefined);
    if (traceHeaders.length > 1) this.#link(ctx, traceHeaders);
    const named = { name: this.mapping.FunctionName, qualifier: this.mapping.qualifier };
    const version = findVersion(ctx, named, ctx.ids.random());
    const payload = Buffer.from(JSON.stringify(event));
    return this.kernel.clock.track(
      execute(ctx, { ...named, version }, { requestId: ctx.requestId, payload }).finally(() => ctx.trace.end()),
    );
  }

  #link({ trace }: Context, traceHeaders: string[]): void {
    const of = traceHeaders.map(traceIdOf).filter((id) => id !== undefined);
    if (of.length > 0) this.kernel.events.emit('trace.links', { traceId: trace.traceId, of });
  }

  /** What GetEventSourceMapping shows of the last batch. Written only when it changes. */
  note(LastProcessingResult: string): void {
    const collection = mappings(this.asLambda());
    const record = collection.get(this.mapping.UUID);
    if (record && record.LastProcessingResult !== LastProcessingResult)
      collection.put(record.UUID, { ...record, LastProcessingResult });
  }

  #session(ctx: Context): IssuedCredentials {
    const name = this.mapping.FunctionName;
    const roleArn = functions(ctx).get(name)?.latest.Role;
    const authorizer = ctx.engine(authorization).current;
    if (!roleArn || !authorizer)
      throw new AwsError('AccessDeniedException', 'The execution role of the function cannot be assumed.');
    const fresh =
      this.#credentials?.expiresMs === undefined || this.#credentials.expiresMs - RENEW_BEFORE_MS > ctx.clock.now();
    if (this.#credentials?.roleArn === roleArn && fresh) return this.#credentials;
    const by = servicePrincipal('lambda.amazonaws.com', this.account, { sourceArn: functionArn(ctx, name) });
    this.#credentials = {
      ...authorizer.assumeRole(ctx.as({ principal: by }), { roleArn, sessionName: name, by }),
      roleArn,
    };
    return this.#credentials;
  }
}

/**
 * Items that the function reports as failed ("Reporting batch item failures"): undefined when the whole batch failed,
 * because the answer names an item that was not in it.
 */
export function reportedFailures(payload: Buffer, known: ReadonlySet<string>): string[] | undefined {
  const answer: unknown = payload.length > 0 ? parsed(payload) : null;
  if (answer === undefined) return undefined;
  if (typeof answer !== 'object' || answer === null) return [];
  const { batchItemFailures } = answer as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return [];
  if (!Array.isArray(batchItemFailures)) return undefined;
  const ids = batchItemFailures.map((item: { itemIdentifier?: unknown } | null) => item?.itemIdentifier);
  return ids.every((id): id is string => typeof id === 'string' && known.has(id)) ? ids : undefined;
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
