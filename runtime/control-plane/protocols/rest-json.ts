import type { Readable } from 'node:stream';
import { rootOf } from './aws-json.ts';
import { encodeEventStream, isEventStream } from './event-stream.ts';
import { hasBodyMembers, isBound, payloadMember, rawPayload, readBindings, writeBindings } from './http-bindings.ts';
import { fromJson, parseJson, toJson } from './json-values.ts';
import type { Member, Operation, Shape } from './model.ts';
import type { Protocol } from './protocol.ts';

const rules = { jsonName: true };

/** "AWS REST JSON 1 protocol" (Smithy documentation). */
export const restJson: Protocol = {
  name: 'restJson',
  decode(_model, operation, request, labels = {}) {
    const result = readBindings(operation, request, labels);
    const payload = payloadMember(operation.input);
    if (payload) {
      const value = readPayload(payload, request.body);
      if (value !== undefined) result[payload.name] = value;
    } else if (hasBodyMembers(operation.input)) {
      Object.assign(result, fromJson(unbound(operation.input), parseJson(request.body as Buffer), rules));
    }
    return result;
  },
  encode(_model, operation, output, requestId) {
    const { status, headers } = writeBindings(operation, output);
    const common = { 'x-amzn-requestid': requestId, ...headers };
    return { status, ...encodeBody(operation, output, common) };
  },
  encodeError(model, _operation, error, requestId) {
    const shape = model?.errors.get(error.code);
    const members = shape ? (toJson(rootOf(shape), error.members ?? {}, rules) as object) : error.members;
    const message = shape?.byName.has('Message') ? 'Message' : 'message';
    return {
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
      body: JSON.stringify({ [message]: error.message, ...members }),
    };
  },
};

function readPayload(member: Member, body: Buffer | Readable): unknown {
  if (member.shape.type === 'blob' || member.shape.type === 'string') return Buffer.isBuffer(body) && body.length === 0 ? undefined : rawPayload(member, body);
  const bytes = body as Buffer;
  return bytes.length === 0 ? undefined : fromJson(member, parseJson(bytes), rules);
}

function encodeBody(operation: Operation, output: Record<string, unknown>, headers: Record<string, string>) {
  const payload = payloadMember(operation.output);
  const json = { 'content-type': 'application/json', ...headers };
  if (payload) {
    const value = output[payload.name];
    if (isEventStream(value)) {
      const body = encodeEventStream(payload.shape, value, (member, event) => JSON.stringify(toJson(member, event, rules)));
      return { headers: { ...headers, 'content-type': 'application/vnd.amazon.eventstream' }, body };
    }
    if (payload.shape.type === 'blob' || payload.shape.type === 'string') {
      return { headers: { 'content-type': payload.shape.type === 'string' ? 'text/plain' : 'application/octet-stream', ...headers }, body: value as Buffer | undefined };
    }
    return { headers: json, body: value === undefined ? undefined : JSON.stringify(toJson(payload, value, rules)) };
  }
  if (!hasBodyMembers(operation.output)) return { headers: json, body: operation.http?.status === 204 ? undefined : '' };
  return { headers: json, body: JSON.stringify(toJson(unbound(operation.output), output, rules)) };
}

const bodies = new WeakMap<Shape, Member>();

/** The shape's members that travel in the body. */
export function unbound(shape: Shape): Member {
  let body = bodies.get(shape);
  if (!body) {
    const members = shape.members.filter((member) => !isBound(member));
    body = { name: shape.name, traits: shape.traits, shape: { ...shape, members } };
    bodies.set(shape, body);
  }
  return body;
}
