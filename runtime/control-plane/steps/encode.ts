import type { HttpResponse } from '../../data-planes/http/exchange.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { BeyondModel } from '../../kernel/service.ts';
import type { Exchange } from '../exchange.ts';
import { protocols, type WireResponse } from '../protocols/protocol.ts';

/** Output to wire, by the model alone. */
export function encode(exchange: Exchange): void {
  const { model, operation, protocol } = exchange;
  if (!model || !operation || !protocol) throw new Error('encode before route');
  const output = (exchange.output ?? {}) as Record<string, unknown>;
  exchange.response = toHttp(protocol.encode(model, operation, output, exchange.requestId));
  Object.assign(exchange.response.headers, beyondModel(exchange)?.headers);
  if (typeof output.$status === 'number') exchange.response.status = output.$status;
}

/** A failure before the protocol was known is told in restXml, which any client shows readably. */
export function encodeFailure(exchange: Exchange): void {
  const error =
    exchange.error ?? new AwsError('InternalFailure', 'The request failed without a reason.', { status: 500 });
  const protocol =
    exchange.protocol ?? (exchange.request?.headers['x-amz-target'] ? protocols.awsJson1_1 : protocols.restXml);
  const { model, operation } = exchange;
  const { code, message, status, fault, queryCode, members, headers } = error;
  const beyond = beyondModel(exchange);
  const told = { code, message, status, fault, queryCode, members: { ...members, ...beyond?.members } };
  exchange.response = toHttp(protocol.encodeError(model, operation, told, exchange.requestId));
  Object.assign(exchange.response.headers, headers, beyond?.headers);
}

function beyondModel({ kernel, service, operation, labels, request, error }: Exchange): BeyondModel | undefined {
  if (!service?.beyondModel || !request) return undefined;
  return service.beyondModel(kernel, { operation: operation?.name ?? '', labels, request, error });
}

function toHttp(response: WireResponse): HttpResponse {
  return { status: response.status, headers: response.headers, body: response.body };
}
