import { lookupTable } from '../../kernel/lookup-table.ts';
import { errorElement, errorElements } from './aws-query.ts';
import { CodecError } from './codec-error.ts';
import { errorShape } from './errors.ts';
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
import type { Member, Operation, ServiceModel } from './model.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { documentBody } from './request-body.ts';
import { fromXml } from './xml-input.ts';
import { escapeXml, writeXml, xmlDocument, xmlns } from './xml-output.ts';

/** "AWS REST XML protocol" (Smithy documentation). */
export const restXml: Protocol = {
  name: 'restXml',
  decode(model, operation, request, labels = {}) {
    const bindings = inputBindings(operation.input);
    const result = told(model, 'InvalidArgument', () => readBindings(bindings, request, labels));
    const { payload, document } = bindings;
    if (payload) {
      const value = isRaw(payload) ? readRawPayload(payload, request.body) : readDocument(model, payload, request);
      if (value !== undefined) result[payload.name] = value;
    } else if (document) Object.assign(result, readDocument(model, document, request));
    return result;
  },
  encode(model, operation, output, requestId) {
    const { status, headers } = writeBindings(operation, outputBindings(operation.output), output);
    return { status, ...encodeBody(model, operation, output, { ...requestIds(requestId), ...headers }) };
  },
  encodeError(model, operation, error, requestId) {
    const shape = errorShape(model, error);
    const id = `<RequestId>${requestId}</RequestId>`;
    const wrapped = model?.index.errorWrapping ?? true;
    const body = wrapped
      ? `<ErrorResponse${xmlns(model?.index.xmlNamespace)}>${errorElement(model, error)}${id}</ErrorResponse>`
      : `<Error>${errorElements(shape, error)}${id}</Error>`;
    const headers = shape ? writeHeaders(outputBindings(shape), error.members ?? {}) : {};
    // Neither an answer to HEAD nor "not modified" has a body.
    const bare = operation?.http?.method === 'HEAD' || error.status === 304;
    return {
      status: error.status,
      headers: {
        ...(bare ? {} : { 'content-type': wrapped ? 'text/xml' : 'application/xml' }),
        ...requestIds(requestId),
        ...headers,
      },
      body: bare ? undefined : xmlDocument(body),
    };
  },
};

function requestIds(requestId: string): Record<string, string> {
  return { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId };
}

function readDocument(model: ServiceModel, member: Member, request: WireRequest): unknown {
  const body = documentBody(request);
  return body.length === 0 ? undefined : told(model, 'MalformedXML', () => fromXml(member, body));
}

const sentences: Record<string, string> = lookupTable({
  MalformedXML: 'The XML you provided was not well-formed or did not validate against our published schema',
});

/** Services that do not wrap errors (S3) have their own codes for what cannot be read ("Error responses", S3 API Reference). */
function told<T>(model: ServiceModel, code: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CodecError) || model.index.errorWrapping) throw error;
    throw new CodecError(code, sentences[code] ?? error.message);
  }
}

function encodeBody(
  model: ServiceModel,
  operation: Operation,
  output: Record<string, unknown>,
  headers: Record<string, string>,
) {
  const { payload, document } = outputBindings(operation.output);
  const xml = { 'content-type': 'application/xml', ...headers };
  if (!payload)
    return document
      ? { headers: xml, body: xmlDocument(rootElement(model, document, output)) }
      : { headers, body: undefined };
  if (payload === eventStreamMember(operation.output)) {
    const write = (member: Member, event: unknown): string => writeXml(member.shape.name, member, event);
    return {
      headers: { ...headers, 'content-type': 'application/vnd.amazon.eventstream' },
      body: encodeEvents(payload, output, { contentType: 'text/xml', write }),
    };
  }
  const value = output[payload.name];
  if (isRaw(payload)) {
    const contentType = payload.shape.type === 'string' ? 'text/plain' : 'application/octet-stream';
    return { headers: { 'content-type': contentType, ...headers }, body: writeRawPayload(value) };
  }
  const name = payload.traits.xmlName ?? payload.shape.traits.xmlName ?? payload.shape.name;
  return {
    headers: xml,
    body: value === undefined ? undefined : xmlDocument(writeXml(name, payload, value, model.index.xmlNamespace)),
  };
}

function rootElement({ index }: ServiceModel, document: Member, output: Record<string, unknown>): string {
  const { members, traits } = document.shape;
  const [only] = members;
  // "s3UnwrappedXmlOutput trait": GetBucketLocation's root element is its one member itself.
  if (only && members.length === 1 && only.name === traits.xmlName) {
    return `<${only.name}${xmlns(index.xmlNamespace)}>${escapeXml(String(output[only.name] ?? ''))}</${only.name}>`;
  }
  return writeXml(document.xmlName, document, output, index.xmlNamespace);
}
