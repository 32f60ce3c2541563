/**
 * Replays protocol cases against the codecs: one JSON line in, one out, as the conformance runner speaks (its contract
 * is in the docstring of conformance/protocols.py). The cases' models are botocore's, translated beside this file.
 */
import { createInterface } from 'node:readline';
import {
  linkModel,
  type Member,
  type ModelIndexEntry,
  type Operation,
  rootOf,
  type ServiceModel,
} from '../runtime/control-plane/protocols/model.ts';
import {
  type Protocol,
  type ProtocolName,
  protocols,
  type WireResponse,
} from '../runtime/control-plane/protocols/protocol.ts';
import { matchRestOperation } from '../runtime/control-plane/protocols/rest-router.ts';
import { type BotocoreModel, flattenBotocore } from './protocol-conformance/botocore-model.ts';

interface Question {
  id: number;
  kind: 'parse' | 'serialize';
  model: BotocoreModel;
  operation: string | null;
  request?: { method: string; uri: string; headers: Record<string, string>; bodyBase64: string };
  result?: Record<string, unknown>;
  error?: { code: string; message: string; members: Record<string, unknown> };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  let reply: object;
  try {
    reply = answer(question);
  } catch (error) {
    reply = { failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
  process.stdout.write(`${JSON.stringify({ id: question.id, ...reply })}\n`);
}

function answer(question: Question): object {
  const protocol = protocols[protocolName(question.model)];
  const model = linkModel('conformance', indexEntry(question.model, protocol.name), flattenBotocore(question.model));
  return question.kind === 'parse' ? parse(question, model, protocol) : serialize(question, model, protocol);
}

function protocolName({ metadata }: BotocoreModel): ProtocolName {
  const names: Record<string, ProtocolName> = {
    json: metadata.jsonVersion === '1.0' ? 'awsJson1_0' : 'awsJson1_1',
    query: 'awsQuery',
    ec2: 'ec2Query',
    'rest-json': 'restJson',
    'rest-xml': 'restXml',
    'smithy-rpc-v2-cbor': 'rpcV2Cbor',
  };
  const name = names[metadata.protocol];
  if (!name) throw new Error(`the case speaks ${metadata.protocol}`);
  return name;
}

function indexEntry({ metadata }: BotocoreModel, protocol: ProtocolName): ModelIndexEntry {
  return {
    serviceId: 'Conformance',
    signingName: 'conformance',
    endpointPrefix: 'conformance',
    apiVersion: '2020-01-01',
    serviceTarget: undefined,
    xmlNamespace: metadata.xmlNamespace,
    awsQueryCompatible: metadata.awsQueryCompatible !== undefined,
    errorWrapping: true,
    protocols: [protocol],
  };
}

function parse(question: Question, model: ServiceModel, protocol: Protocol): object {
  const { method, uri, headers, bodyBase64 } = question.request ?? {
    method: 'POST',
    uri: '/',
    headers: {},
    bodyBase64: '',
  };
  const [path = '/', query = ''] = uri.split(/\?(.*)/s);
  const body = Buffer.from(bodyBase64, 'base64');
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const request = { method, path, query, headers: lower, body };
  if (protocol.name === 'restJson' || protocol.name === 'restXml') {
    const match = matchRestOperation(model, { ...request, labels: {} });
    if (!match) throw new Error(`no operation at ${method} ${uri}`);
    return {
      operation: match.operation.name,
      params: toPlain(protocol.decode(model, match.operation, request, match.labels)),
    };
  }
  const named = question.operation ?? new URLSearchParams(body.toString('utf8')).get('Action') ?? '';
  const operation = operationOf(model, named);
  return { operation: operation.name, params: toPlain(protocol.decode(model, operation, request)) };
}

function serialize(question: Question, model: ServiceModel, protocol: Protocol): object {
  const operation = operationOf(model, question.operation ?? '');
  if (!question.error)
    return toReply(
      protocol.encode(
        model,
        operation,
        fromPlain(rootOf(operation.output), question.result ?? {}) as Record<string, unknown>,
        'request-id',
      ),
    );
  const { code, message } = question.error;
  const shape = model.errors.get(code);
  const trait = shape?.traits;
  const members = (shape ? fromPlain(rootOf(shape), question.error.members) : question.error.members) as Record<
    string,
    unknown
  >;
  const fault = trait?.error ?? 'client';
  const status = trait?.httpError ?? trait?.awsQueryError?.[1] ?? 400;
  return toReply(protocol.encodeError(model, operation, { code, message, status, fault, members }, 'request-id'));
}

function operationOf(model: ServiceModel, name: string): Operation {
  const operation = model.operations.get(name);
  if (!operation) throw new Error(`no operation ${name}`);
  return operation;
}

function toReply({ status, headers, body }: WireResponse): object {
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new Error('streams are not replayed');
  return { status, headers, bodyBase64: Buffer.from(body ?? '').toString('base64') };
}

/** Blobs as base64, timestamps as epoch seconds, the numbers JSON lacks as strings. */
function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPlain(inner)]));
}

/** Blobs from base64; the codecs take the rest as it is. */
function fromPlain({ shape }: Member, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (shape.type === 'blob') return Buffer.from(String(value), 'base64');
  if (shape.type === 'list')
    return (value as unknown[]).map((element) => shape.member && fromPlain(shape.member, element));
  if (typeof value !== 'object' || shape.type === 'document') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const member = shape.type === 'map' ? shape.member : shape.byName.get(key);
      return [key, member ? fromPlain(member, inner) : inner];
    }),
  );
}
