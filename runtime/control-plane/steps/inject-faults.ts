import { apiFaults } from '../../kernel/faults/api-faults.ts';
import type { Exchange } from '../exchange.ts';

/** A fault that was switched on for this operation happens here: refused, failed or slowed, as AWS FIS's API actions do. */
export function injectFaults(exchange: Exchange): void | Promise<void> {
  const { service, operation } = exchange;
  if (!service || !operation) return;
  return exchange.kernel.engine(apiFaults).strike(service.name, operation.name, exchange.context);
}
