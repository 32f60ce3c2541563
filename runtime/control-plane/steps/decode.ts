import type { Exchange } from '../exchange.ts';

/** Wire to input, by the model alone. */
export function decode(exchange: Exchange): void {
  const { model, operation, protocol, request } = exchange;
  if (!model || !operation || !protocol || !request) throw new Error('decode before route');
  const mark = request.url.indexOf('?');
  const wire = {
    method: request.method,
    path: exchange.path,
    query: mark === -1 ? '' : request.url.slice(mark + 1),
    headers: request.headers,
    body: exchange.body ?? request.body ?? Buffer.alloc(0),
  };
  exchange.input = protocol.decode(model, operation, wire, exchange.labels);
}
