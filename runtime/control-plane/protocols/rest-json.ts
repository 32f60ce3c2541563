import { errorBody, errorShape, shapeCode } from './errors.ts';
import { encodeEvents, eventStreamMember } from './event-stream.ts';
import {
  inputBindings,
  isRaw,
  outputBindings,
  readBindings,
  readRawPayload,
  writeBindings,
  writeHeaders,
  writeRawPayload,
} from './http-bindings.ts';
import { fromJson, type JsonRules, parseJson, toJson } from './json-values.ts';
import type { Member, Operation } from './model.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { documentBody } from './request-body.ts';

const rules: JsonRules = {
  jsonName: true,
  mismatch: (found, wanted) => `${found} can not be converted to a ${wanted}`,
};

/** "AWS REST JSON 1 protocol" (Smithy documentation). */
export const restJson: Protocol = {
  name: 'restJson',
  decode(_model, operation, request, labels = {}) {
    const bindings = inputBindings(operation.input);
    const result = readBindings(bindings, request, labels);
    const { payload, document } = bindings;
    if (payload) {
      const value = readPayload(payload, request);
      if (value !== undefined) result[payload.name] = value;
    } else if (document) Object.assign(result, fromJson(document, parseJson(documentBody(request)), rules));
    return result;
  },
  encode(_model, operation, output, requestId) {
    const { status, headers } = writeBindings(operation, outputBindings(operation.output), output);
    return { status, ...encodeBody(operation, output, { 'x-amzn-requestid': requestId, ...headers }) };
  },
  encodeError(model, _operation, error, requestId) {
    const shape = errorShape(model, error);
    const bindings = shape && outputBindings(shape);
    return {
      status: error.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': shapeCode(shape, error),
        'x-amzn-requestid': requestId,
        ...(bindings ? writeHeaders(bindings, error.members ?? {}) : {}),
      },
      body: JSON.stringify(errorBody(shape, error, toPlain, bindings?.document)),
    };
  },
};

function readPayload(member: Member, request: WireRequest): unknown {
  if (isRaw(member)) return readRawPayload(member, request.body);
  const body = documentBody(request);
  return body.length === 0 ? undefined : fromJson(member, parseJson(body), rules);
}

function encodeBody(operation: Operation, output: Record<string, unknown>, headers: Record<string, string>) {
  const { payload, document } = outputBindings(operation.output);
  const json = { 'content-type': 'application/json', ...headers };
  if (!payload)
    return {
      headers: json,
      body: document ? write(document, output) : operation.http?.status === 204 ? undefined : '{}',
    };
  if (payload === eventStreamMember(operation.output)) {
    const body = encodeEvents(payload, output, { contentType: 'application/json', write });
    return { headers: { ...headers, 'content-type': 'application/vnd.amazon.eventstream' }, body };
  }
  const value = output[payload.name];
  if (!isRaw(payload)) return { headers: json, body: value === undefined ? undefined : write(payload, value) };
  const contentType = payload.shape.type === 'string' ? 'text/plain' : 'application/octet-stream';
  return { headers: { 'content-type': contentType, ...headers }, body: writeRawPayload(value) };
}

function write(member: Member, value: unknown): string {
  return JSON.stringify(toPlain(member, value));
}

function toPlain(member: Member, value: unknown): unknown {
  return toJson(member, value, rules);
}
