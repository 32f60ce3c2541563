import { Encoder } from 'cbor-x';
import { queryError, rootOf } from './aws-json.ts';
import { CodecError } from './codec-error.ts';
import type { Member, Shape } from './model.ts';
import type { Protocol } from './protocol.ts';
import { parseTimestamp } from './timestamps.ts';

/** Smithy RPC v2 CBOR ("Smithy RPC v2 CBOR protocol", Smithy documentation): structures as maps, Dates as tag 1. */
const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false, useFloat32: 0 });

export const rpcV2Cbor: Protocol = {
  name: 'rpcV2Cbor',
  decode(_model, operation, request) {
    const body = request.body as Buffer;
    if (body.length === 0) return {};
    let value: unknown;
    try {
      value = cbor.decode(body);
    } catch {
      throw new CodecError('SerializationException', 'The body is not CBOR.');
    }
    return read(rootOf(operation.input), value) as Record<string, unknown>;
  },
  encode: (_model, operation, output, requestId) => ({
    status: 200,
    headers: headers(requestId),
    body: operation.output.name === 'Unit' ? undefined : cbor.encode(write(rootOf(operation.output), output)),
  }),
  encodeError: (model, _operation, error, requestId) => {
    const shape = model?.errors.get(error.code);
    const message = shape?.byName.has('Message') ? 'Message' : 'message';
    const members = shape ? (write(rootOf(shape), error.members ?? {}) as object) : error.members;
    return {
      status: error.status,
      headers: { ...headers(requestId), ...(model?.index.awsQueryCompatible ? { 'x-amzn-query-error': queryError(error) } : {}) },
      body: cbor.encode({ __type: error.code, [message]: error.message, ...members }),
    };
  },
};

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId };
}

function read(member: Member, value: unknown): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return readStructure(shape, value);
    case 'list': {
      if (!Array.isArray(value)) throw wrong(shape);
      const kept = shape.traits.sparse ? value : value.filter((element) => element !== null && element !== undefined);
      return kept.map((element) => (element === null || !shape.member ? null : read(shape.member, element)));
    }
    case 'map': {
      if (typeof value !== 'object' || value === null) throw wrong(shape);
      const entries = Object.entries(value).filter(([, element]) => element !== null || shape.traits.sparse);
      return Object.fromEntries(entries.map(([key, element]) => [key, element === null || !shape.member ? null : read(shape.member, element)]));
    }
    case 'timestamp':
      return value instanceof Date ? value : parseTimestamp(value, 'epoch-seconds');
    case 'blob':
      return Buffer.from(value as Uint8Array);
    case 'number':
      return typeof value === 'bigint' ? Number(value) : value;
    default:
      return value;
  }
}

function readStructure(shape: Shape, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(shape);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const given = (value as Record<string, unknown>)[member.name];
    if (given !== undefined && given !== null) result[member.name] = read(member, given);
  }
  return result;
}

function wrong(shape: Shape): CodecError {
  return new CodecError('SerializationException', `A value that is not a ${shape.type} was given for ${shape.name}.`);
}

function write(member: Member, value: unknown): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error': {
      const result: Record<string, unknown> = {};
      for (const inner of shape.members) {
        const given = (value as Record<string, unknown>)[inner.name];
        if (given !== undefined && given !== null) result[inner.name] = write(inner, given);
      }
      return result;
    }
    case 'list':
      return (value as unknown[]).map((element) => (element === null || !shape.member ? null : write(shape.member, element)));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object).map(([key, element]) => [key, element === null || !shape.member ? null : write(shape.member, element)]),
      );
    case 'timestamp':
      return value instanceof Date ? value : new Date(Number(value) * 1000);
    case 'blob':
      return typeof value === 'string' ? Buffer.from(value) : value;
    default:
      return value;
  }
}
