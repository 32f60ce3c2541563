import { errorBody, errorShape, queryErrorHeader, shapeCode } from './errors.ts';
import { encodeEvents, eventStreamMember, initialResponse } from './event-stream.ts';
import { fromJson, type JsonRules, parseJson, toJson } from './json-values.ts';
import { type Member, rootOf } from './model.ts';
import type { Protocol } from './protocol.ts';
import { documentBody } from './request-body.ts';

const rules: JsonRules = { jsonName: false, mismatch: (found, wanted) => `${found} cannot be converted to ${wanted}` };

/** "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol" (Smithy documentation) differ in their content type alone. */
export function awsJson(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    name: version === '1.0' ? 'awsJson1_0' : 'awsJson1_1',
    decode: (_model, operation, request) =>
      fromJson(rootOf(operation.input), parseJson(documentBody(request)), rules) as Record<string, unknown>,
    encode(_model, operation, output, requestId) {
      const root = rootOf(operation.output);
      const events = eventStreamMember(operation.output);
      if (!events)
        return {
          status: 200,
          headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
          body: write(root, output),
        };
      const initial = initialResponse(root, events);
      return {
        status: 200,
        headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': requestId },
        body: encodeEvents(events, output, { contentType, write, initial }),
      };
    },
    encodeError(model, _operation, error, requestId) {
      const shape = errorShape(model, error);
      return {
        status: error.status,
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': requestId,
          ...queryErrorHeader(model, shape, error),
        },
        body: JSON.stringify({ __type: shapeCode(shape, error), ...errorBody(shape, error, toPlain) }),
      };
    },
  };
}

function write(member: Member, value: unknown): string {
  return JSON.stringify(toPlain(member, value));
}

function toPlain(member: Member, value: unknown): unknown {
  return toJson(member, value, rules);
}
