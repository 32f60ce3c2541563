import type { Member, Operation } from './model.ts';
import { parseParameters, type QueryDialect, readStructure } from './query-parameters.ts';
import type { Protocol, WireError, WireRequest, WireResponse } from './protocol.ts';
import { escapeXml, writeMembers } from './xml-values.ts';

const plain: QueryDialect = { nameOf: (member) => (member.traits.xmlName as string) ?? member.name, flatLists: false };

const ec2: QueryDialect = {
  nameOf: (member) => (member.traits.ec2QueryName as string) ?? capital((member.traits.xmlName as string) ?? member.name),
  flatLists: true,
};

/** "AWS Query protocol" (Smithy documentation): form parameters in, XML out. */
export const awsQuery: Protocol = {
  name: 'awsQuery',
  decode: (_model, operation, request) => decode(operation, request, plain),
  encode(model, operation, output, requestId) {
    const inner = operation.output.name === 'Unit' ? '' : `<${operation.name}Result>${writeMembers(operation.output, output)}</${operation.name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const name = `${operation.name}Response`;
    return xml(200, `<${name}${xmlns(model.index.xmlNamespace)}>${inner}${metadata}</${name}>`, requestId);
  },
  encodeError(model, _operation, error, requestId) {
    const type = error.fault === 'client' ? 'Sender' : 'Receiver';
    const body = `<Error><Type>${type}</Type>${errorElements(model?.errors.get(error.code)?.members, error)}</Error>`;
    const namespace = xmlns(model?.index.xmlNamespace);
    return xml(error.status, `<ErrorResponse${namespace}>${body}<RequestId>${requestId}</RequestId></ErrorResponse>`, requestId);
  },
};

/** "AWS EC2 Query protocol": as awsQuery, without the wrapper of results and with another form of errors. */
export const ec2Query: Protocol = {
  name: 'ec2Query',
  decode: (_model, operation, request) => decode(operation, request, ec2),
  encode(model, operation, output, requestId) {
    const name = `${operation.name}Response`;
    const inner = `${writeMembers(operation.output, output)}<requestId>${requestId}</requestId>`;
    return xml(200, `<${name}${xmlns(model.index.xmlNamespace)}>${inner}</${name}>`, requestId);
  },
  encodeError(model, _operation, error, requestId) {
    const body = `<Error>${errorElements(model?.errors.get(error.code)?.members, error)}</Error>`;
    return xml(error.status, `<Response><Errors>${body}</Errors><RequestID>${requestId}</RequestID></Response>`, requestId);
  },
};

function decode(operation: Operation, request: WireRequest, dialect: QueryDialect): Record<string, unknown> {
  const body = request.body as Buffer;
  return readStructure(operation.input, parseParameters(body.length > 0 ? body.toString('utf8') : request.query), dialect);
}

/** Code and Message, and whatever else the model gives the error. */
export function errorElements(members: Member[] | undefined, error: WireError): string {
  const others = (members ?? []).filter((member) => !/^(code|message)$/i.test(member.name));
  const extra = members ? writeMembers({ ...emptyStructure, members: others }, error.members ?? {}) : '';
  return `<Code>${escapeXml(error.queryCode ?? error.code)}</Code><Message>${escapeXml(error.message)}</Message>${extra}`;
}

const emptyStructure = {
  type: 'structure' as const,
  name: '',
  traits: {},
  byName: new Map<string, Member>(),
  required: [],
  member: undefined,
  key: undefined,
};

function xml(status: number, body: string, requestId: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

function xmlns(namespace: string | undefined): string {
  return namespace ? ` xmlns="${escapeXml(namespace)}"` : '';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
