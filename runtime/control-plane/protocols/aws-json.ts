import { fromJson, parseJson, toJson } from './json-values.ts';
import type { Member, Shape } from './model.ts';
import type { Protocol, WireError } from './protocol.ts';

const rules = { jsonName: false };

/** awsJson 1.0 and 1.1 differ in their content type alone. */
export function awsJson(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    name: version === '1.0' ? 'awsJson1_0' : 'awsJson1_1',
    decode: (_model, operation, request) =>
      fromJson(rootOf(operation.input), parseJson(request.body as Buffer), rules) as Record<string, unknown>,
    encode: (_model, operation, output, requestId) => ({
      status: 200,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: JSON.stringify(toJson(rootOf(operation.output), output, rules)),
    }),
    encodeError: (model, _operation, error, requestId) => ({
      status: error.status,
      headers: {
        'content-type': contentType,
        'x-amzn-requestid': requestId,
        ...(model?.index.awsQueryCompatible ? { 'x-amzn-query-error': queryError(error) } : {}),
      },
      body: JSON.stringify(errorBody(model?.errors.get(error.code), error)),
    }),
  };
}

/** "AWS JSON 1.0 protocol" and "AWS Query Compatible" (Smithy documentation). */
export function queryError(error: WireError): string {
  return `${error.queryCode ?? error.code};${error.fault === 'client' ? 'Sender' : 'Receiver'}`;
}

function errorBody(shape: Shape | undefined, error: WireError): Record<string, unknown> {
  const members = shape ? (toJson(rootOf(shape), error.members ?? {}, rules) as object) : error.members;
  const message = shape?.byName.has('Message') ? 'Message' : 'message';
  return { __type: error.code, [message]: error.message, ...members };
}

const roots = new WeakMap<Shape, Member>();

/** The shape as if it were somebody's member. */
export function rootOf(shape: Shape): Member {
  let root = roots.get(shape);
  if (!root) {
    root = { name: shape.name, shape, traits: shape.traits };
    roots.set(shape, root);
  }
  return root;
}
