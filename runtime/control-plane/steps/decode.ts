import type { Readable } from 'node:stream';
import { AwsError } from '../../kernel/errors.ts';
import type { Exchange } from '../exchange.ts';
import { CodecError } from '../protocols/protocol.ts';

/** Wire to input, by the model alone. */
export function decode(exchange: Exchange): void {
  const { model, operation, protocol, request } = exchange;
  if (!model || !operation || !protocol || !request) throw new Error('decode before route');
  const mark = request.url.indexOf('?');
  try {
    exchange.input = protocol.decode(
      model,
      operation,
      {
        method: request.method,
        path: exchange.path,
        query: mark === -1 ? '' : request.url.slice(mark + 1),
        headers: request.headers,
        body: exchange.body ?? streamOf(request.body),
      },
      exchange.labels,
    );
  } catch (error) {
    if (error instanceof CodecError) throw new AwsError(error.code, error.message);
    throw error;
  }
}

function streamOf(body: Readable | Buffer | undefined): Readable | Buffer {
  return body ?? Buffer.alloc(0);
}
