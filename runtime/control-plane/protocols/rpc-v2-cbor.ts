import { decodeCbor, encodeCbor, fromCbor, toCbor } from './cbor-values.ts';
import { errorBody, errorShape, queryErrorHeader, shapeCode } from './errors.ts';
import { encodeEvents, eventStreamMember, initialResponse } from './event-stream.ts';
import { type Member, rootOf } from './model.ts';
import type { Protocol } from './protocol.ts';
import { documentBody } from './request-body.ts';

/** "Smithy RPC v2 CBOR protocol" (Smithy documentation). */
export const rpcV2Cbor: Protocol = {
  name: 'rpcV2Cbor',
  decode(_model, operation, request) {
    const body = documentBody(request);
    return body.length === 0 ? {} : (fromCbor(rootOf(operation.input), decodeCbor(body)) as Record<string, unknown>);
  },
  encode(_model, operation, output, requestId) {
    const root = rootOf(operation.output);
    const events = eventStreamMember(operation.output);
    if (operation.output.unit) return { status: 200, headers: headers(requestId), body: undefined };
    if (!events) return { status: 200, headers: { ...headers(requestId), ...document }, body: write(root, output) };
    const initial = initialResponse(root, events);
    return {
      status: 200,
      headers: { ...headers(requestId), 'content-type': 'application/vnd.amazon.eventstream' },
      body: encodeEvents(events, output, { contentType: 'application/cbor', write, initial }),
    };
  },
  encodeError(model, _operation, error, requestId) {
    const shape = errorShape(model, error);
    return {
      status: error.status,
      headers: { ...headers(requestId), ...document, ...queryErrorHeader(model, shape, error) },
      body: encodeCbor({ __type: shapeCode(shape, error), ...errorBody(shape, error, toCbor) }),
    };
  },
};

/** Only where there is a document: an operation without output answers without a content type. */
const document = { 'content-type': 'application/cbor' };

function headers(requestId: string): Record<string, string> {
  return { 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId };
}

function write(member: Member, value: unknown): Buffer {
  return encodeCbor(toCbor(member, value));
}
