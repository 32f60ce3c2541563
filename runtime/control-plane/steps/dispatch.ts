import type { Exchange } from '../exchange.ts';

/** Carries the operation out, and waits until what it wrote would survive `kill -9`. */
export async function dispatch(exchange: Exchange): Promise<void> {
  const { service, operation } = exchange;
  const handler = operation && service?.operations[operation.name];
  if (!handler) throw new Error('dispatch of an operation that validate let through without a handler');
  try {
    exchange.output = (await handler(exchange.context, exchange.input)) ?? {};
  } finally {
    // What was written before a failure may have been seen by others, so it too must be kept before anybody is answered.
    await exchange.kernel.store.durable();
  }
}
