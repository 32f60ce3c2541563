import { rootOf } from './aws-json.ts';
import { errorElements } from './aws-query.ts';
import { encodeEventStream, isEventStream } from './event-stream.ts';
import { hasBodyMembers, payloadMember, rawPayload, readBindings, writeBindings } from './http-bindings.ts';
import type { Operation, ServiceModel } from './model.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { unbound } from './rest-json.ts';
import { escapeXml, parseXml, writeXml } from './xml-values.ts';

/** "AWS REST XML protocol" (Smithy documentation). */
export const restXml: Protocol = {
  name: 'restXml',
  decode(_model, operation, request, labels = {}) {
    const result = readBindings(operation, request, labels);
    const payload = payloadMember(operation.input);
    if (payload) {
      const raw = payload.shape.type === 'blob' || payload.shape.type === 'string';
      const value = raw ? rawPayload(payload, request.body) : isEmpty(request) ? undefined : parseXml(payload, request.body as Buffer);
      if (value !== undefined) result[payload.name] = value;
    } else if (hasBodyMembers(operation.input)) Object.assign(result, parseXml(unbound(operation.input), request.body as Buffer));
    return result;
  },
  encode(model, operation, output, requestId) {
    const { status, headers } = writeBindings(operation, output);
    const ids = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, ...headers };
    return { status, ...encodeBody(model, operation, output, ids) };
  },
  encodeError(model, operation, error, requestId) {
    const elements = errorElements(model?.errors.get(error.code)?.members, error);
    const wrapped = model?.index.errorWrapping ?? true;
    const body = wrapped
      ? `<ErrorResponse${xmlns(model)}><Error><Type>${error.fault === 'client' ? 'Sender' : 'Receiver'}</Type>${elements}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
      : `<Error>${elements}${unmodelled(error.members, model?.errors.has(error.code) ?? false)}<RequestId>${requestId}</RequestId></Error>`;
    const headless = operation?.http?.method === 'HEAD' || error.status === 304;
    return {
      status: error.status,
      headers: { 'content-type': 'application/xml', 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId },
      body: headless ? undefined : `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
    };
  },
};

function isEmpty(request: WireRequest): boolean {
  return Buffer.isBuffer(request.body) && request.body.length === 0;
}

function encodeBody(model: ServiceModel, operation: Operation, output: Record<string, unknown>, headers: Record<string, string>) {
  const payload = payloadMember(operation.output);
  const xml = { 'content-type': 'application/xml', ...headers };
  if (payload) {
    const value = output[payload.name];
    if (isEventStream(value)) {
      const body = encodeEventStream(payload.shape, value, (member, event) => writeXml(member.shape.name, member, event));
      return { headers: { ...headers, 'content-type': 'application/vnd.amazon.eventstream' }, body };
    }
    if (payload.shape.type === 'blob' || payload.shape.type === 'string') {
      return { headers: { 'content-type': 'application/octet-stream', ...headers }, body: value as Buffer | undefined };
    }
    const name = (payload.traits.xmlName as string) ?? (payload.shape.traits.xmlName as string) ?? payload.shape.name;
    return { headers: xml, body: value === undefined ? undefined : document(writeXml(name, payload, value, model.index.xmlNamespace)) };
  }
  if (!hasBodyMembers(operation.output)) return { headers: headers, body: undefined };
  return { headers: xml, body: document(rootElement(model, operation, output)) };
}

function rootElement(model: ServiceModel, operation: Operation, output: Record<string, unknown>): string {
  const { shape } = unbound(operation.output);
  const name = (shape.traits.xmlName as string) ?? shape.name;
  const [only] = shape.members;
  // s3UnwrappedXmlOutput (GetBucketLocation): the root element is the one member itself.
  if (only && shape.members.length === 1 && only.name === shape.traits.xmlName) {
    return `<${name}${xmlns(model)}>${escapeXml(String(output[only.name] ?? ''))}</${name}>`;
  }
  return writeXml(name, { ...rootOf(operation.output), shape }, output, model.index.xmlNamespace);
}

function document(xml: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`;
}

/** S3's errors carry elements the model does not have: Key, BucketName, Condition. */
function unmodelled(members: Record<string, unknown> | undefined, modelled: boolean): string {
  if (!members || modelled) return '';
  return Object.entries(members)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('');
}

function xmlns(model: ServiceModel | undefined): string {
  return model?.index.xmlNamespace ? ` xmlns="${escapeXml(model.index.xmlNamespace)}"` : '';
}

