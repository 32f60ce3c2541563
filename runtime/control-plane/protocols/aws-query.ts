import { errorShape, queryCode } from './errors.ts';
import type { Member, Operation, ServiceModel, Shape } from './model.ts';
import type { Protocol, WireError, WireRequest, WireResponse } from './protocol.ts';
import { parseParameters, type QueryDialect, readStructure } from './query-parameters.ts';
import { documentBody } from './request-body.ts';
import { escapeXml, writeMembers, xmlDocument, xmlns } from './xml-output.ts';

const plain: QueryDialect = { nameOf: (member) => member.xmlName, flatLists: false };

const ec2: QueryDialect = {
  nameOf: (member) => member.traits.ec2QueryName ?? capital(member.xmlName),
  flatLists: true,
};

/** "AWS Query protocol" (Smithy documentation): form parameters in, XML out. */
export const awsQuery: Protocol = {
  name: 'awsQuery',
  decode: (_model, operation, request) => decode(operation, request, plain),
  encode(model, { name, output: { unit, members } }, output, requestId) {
    const result = unit ? '' : `<${name}Result>${writeMembers(members, output)}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    return respond(
      200,
      `<${name}Response${xmlns(model.index.xmlNamespace)}>${result}${metadata}</${name}Response>`,
      requestId,
    );
  },
  encodeError(model, _operation, error, requestId) {
    const body = `${errorElement(model, error)}<RequestId>${requestId}</RequestId>`;
    return respond(
      error.status,
      `<ErrorResponse${xmlns(model?.index.xmlNamespace)}>${body}</ErrorResponse>`,
      requestId,
    );
  },
};

/** "AWS EC2 Query protocol": as awsQuery, without the wrapper of results and with another form of errors. */
export const ec2Query: Protocol = {
  name: 'ec2Query',
  decode: (_model, operation, request) => decode(operation, request, ec2),
  encode(model, { name, output: { members } }, output, requestId) {
    const inner = `${writeMembers(members, output)}<requestId>${requestId}</requestId>`;
    return respond(200, `<${name}Response${xmlns(model.index.xmlNamespace)}>${inner}</${name}Response>`, requestId);
  },
  encodeError(model, _operation, error, requestId) {
    const body = `<Errors><Error>${errorElements(errorShape(model, error), error)}</Error></Errors><RequestID>${requestId}</RequestID>`;
    return respond(error.status, `<Response>${body}</Response>`, requestId);
  },
};

function decode(operation: Operation, request: WireRequest, dialect: QueryDialect): Record<string, unknown> {
  const body = documentBody(request);
  return readStructure(
    operation.input,
    parseParameters(body.length > 0 ? body.toString('utf8') : request.query),
    dialect,
  );
}

/** `<Error>` with its type, as awsQuery and wrapped restXml have it. */
export function errorElement(model: ServiceModel | undefined, error: WireError): string {
  const type = error.fault === 'client' ? 'Sender' : 'Receiver';
  return `<Error><Type>${type}</Type>${errorElements(errorShape(model, error), error)}</Error>`;
}

/** Code and Message, the members the model gives the error, then what it was given beyond them (S3's Key, BucketName). */
export function errorElements(shape: Shape | undefined, error: WireError): string {
  let elements = `<Code>${escapeXml(queryCode(shape, error))}</Code><Message>${escapeXml(error.message)}</Message>`;
  if (shape) elements += writeMembers(shape.members.filter(isOwn), error.members ?? {});
  for (const [name, value] of Object.entries(error.members ?? {})) {
    if (value !== undefined && !shape?.byName.has(name)) elements += `<${name}>${escapeXml(String(value))}</${name}>`;
  }
  return elements;
}

function isOwn({ name, traits }: Member): boolean {
  return !/^(code|message)$/i.test(name) && traits.httpHeader === undefined;
}

function respond(status: number, root: string, requestId: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body: xmlDocument(root) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
