import { describePrincipal } from '../../kernel/principal.ts';
import { traceIdOf } from '../../kernel/usage.ts';
import type { Exchange } from '../exchange.ts';

/** Puts what happened on the event stream, where metrics, CloudTrail, traces and the console read it. */
export function record(exchange: Exchange): void {
  const { kernel, service, operation, error } = exchange;
  const status = error?.status ?? exchange.response?.status ?? 200;
  if (exchange.response) exchange.trace?.saw('answered', exchange.response.headers);
  exchange.trace?.end({ status, ...(error ? { error: error.code } : {}) });
  meter(exchange);
  if (!kernel.events.heard('api.call')) return;
  kernel.events.emit('api.call', {
    timeMs: exchange.startMs,
    durationMs: kernel.clock.elapsed() - exchange.started,
    service: service?.name ?? 'unknown',
    operation: operation?.name ?? 'unknown',
    region: exchange.region,
    account: exchange.account,
    principal: describePrincipal(exchange.principal),
    requestId: exchange.requestId,
    traceId: exchange.trace?.traceId ?? '',
    origin: exchange.origin,
    status,
    ...(error ? { errorCode: error.code, errorMessage: error.message } : {}),
  });
}

/** Operations that change nothing which is paid for by time. */
const reads = /^(BatchGet|Describe|Filter|Get|Head|List|Lookup|Query|Receive|Scan|Search|Test|TransactGet)/;

/** What the service charges for the call, where it charges for calls, and that what stands may have changed. */
function meter({ kernel, service, operation, ctx, input, output, error, trace }: Exchange): void {
  if (!service?.usage || !operation || !ctx || !kernel.events.heard('usage')) return;
  const { standing, changedBy, calls } = service.usage;
  if (standing && !error && (changedBy ? changedBy.includes(operation.name) : !reads.test(operation.name)))
    kernel.events.emit('usage.changed', { service: service.name });
  if (!calls) return;
  const call = { operation: operation.name, input, output: output ?? {}, errorCode: error?.code, ctx };
  for (const { traceHeaders, ...used } of calls(call)) {
    const own = trace ? [trace.traceId] : [];
    const others = traceHeaders?.map(traceIdOf).filter((id) => id !== undefined);
    kernel.events.emit('usage', {
      service: service.name,
      region: ctx.region,
      account: ctx.account,
      traces: others?.length ? others : own,
      ...used,
    });
  }
}
