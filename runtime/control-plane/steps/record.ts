import { describePrincipal } from '../../kernel/principal.ts';
import type { Exchange } from '../exchange.ts';

/** Puts what happened on the event stream, where metrics, CloudTrail, traces and the console read it. */
export function record(exchange: Exchange): void {
  const { kernel, service, operation, error } = exchange;
  const status = error?.status ?? exchange.response?.status ?? 200;
  exchange.trace?.end({ status, ...(error ? { error: error.code } : {}) });
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
