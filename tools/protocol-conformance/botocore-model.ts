import type { FlatModel, FlatShape, Traits } from '../../runtime/control-plane/protocols/flat-model.ts';

/** The parts of botocore's service-2.json that say how bytes are laid out. */
export interface BotocoreModel {
  metadata: { protocol: string; jsonVersion?: string; xmlNamespace?: string; awsQueryCompatible?: object };
  operations: Record<string, BotocoreOperation>;
  shapes: Record<string, BotocoreShape>;
}

interface BotocoreOperation {
  name: string;
  http?: { method: string; requestUri: string; responseCode?: number };
  input?: BotocoreReference;
  output?: BotocoreReference;
  errors?: BotocoreReference[];
}

interface BotocoreReference {
  shape: string;
  location?: string;
  locationName?: string;
  queryName?: string;
  flattened?: boolean;
  streaming?: boolean;
  xmlAttribute?: boolean;
  xmlNamespace?: string | { uri: string; prefix?: string };
  timestampFormat?: string;
  idempotencyToken?: boolean;
  jsonvalue?: boolean;
  eventpayload?: boolean;
  eventheader?: boolean;
}

interface BotocoreShape extends Omit<BotocoreReference, 'shape'> {
  type: string;
  members?: Record<string, BotocoreReference>;
  required?: string[];
  payload?: string;
  member?: BotocoreReference;
  key?: BotocoreReference;
  value?: BotocoreReference;
  sparse?: boolean;
  exception?: boolean;
  error?: { code?: string; httpStatusCode?: number; senderFault?: boolean };
  union?: boolean;
  document?: boolean;
}

const simpleTypes: Record<string, string> = {
  string: 'string',
  character: 'string',
  integer: 'number',
  long: 'number',
  short: 'number',
  byte: 'number',
  float: 'number',
  double: 'number',
  bigdecimal: 'number',
  boolean: 'boolean',
  timestamp: 'timestamp',
  blob: 'blob',
};

const timestampFormats: Record<string, NonNullable<Traits['timestampFormat']>> = {
  iso8601: 'date-time',
  rfc822: 'http-date',
  unixTimestamp: 'epoch-seconds',
};

/** The flat form that the product links, from botocore's. */
export function flattenBotocore(model: BotocoreModel): FlatModel {
  const names = Object.keys(model.shapes);
  const shapes = names.map((name) => flattenShape(model, names, name));
  const unit = shapes.push({ type: 'structure', name: 'Unit', members: [], required: 0 }) - 1;
  const root = (reference: BotocoreReference | undefined): number =>
    reference ? rootPlace(shapes, names.indexOf(reference.shape), reference) : unit;
  const operations = Object.entries(model.operations).map(([name, { http, input, output }]) => ({
    name,
    traits: http ? { http: [http.method, http.requestUri, http.responseCode ?? 200] satisfies Traits['http'] } : {},
    input: root(input),
    output: root(output),
  }));
  const errors = names.flatMap((name, place) => (model.shapes[name]?.exception ? [place] : []));
  return { shapes, operations, errors, unsigned: [] };
}

function flattenShape(model: BotocoreModel, names: string[], name: string): FlatShape {
  const source = model.shapes[name] ?? { type: 'string' };
  const traits = traitsOf(source);
  if (source.sparse) traits.sparse = 1;
  if (source.exception) traits.error = source.error?.senderFault === false ? 'server' : 'client';
  if (source.error?.code) traits.awsQueryError = [source.error.code, source.error.httpStatusCode ?? 400];
  const refer = (reference: BotocoreReference | undefined) => referred(model, names, reference);
  if (source.document) return { type: 'document', name, traits };
  if (source.type === 'list') return { type: 'list', name, traits, member: refer(source.member) };
  if (source.type === 'map') return { type: 'map', name, traits, key: refer(source.key), member: refer(source.value) };
  if (source.type !== 'structure') return { type: simpleTypes[source.type] ?? unknownType(source.type), name, traits };
  const required = source.required ?? [];
  const rank = (member: string): number => (required.includes(member) ? 0 : 1);
  return {
    type: source.exception ? 'error' : source.union ? 'union' : 'structure',
    name,
    traits,
    required: required.length,
    members: Object.entries(source.members ?? {})
      .sort(([a], [b]) => rank(a) - rank(b))
      .map(([member, reference]) => {
        const [place, own] = refer(reference);
        return [member, place, source.payload === member ? { ...own, httpPayload: 1 } : own];
      }),
  };
}

function referred(model: BotocoreModel, names: string[], reference: BotocoreReference | undefined): [number, Traits] {
  if (!reference) throw new Error('a list or map without its member');
  const shape = model.shapes[reference.shape];
  const traits = traitsOf(reference);
  // botocore puts flattened on the list or map, Smithy on the member that is one; jsonvalue likewise.
  if (shape?.flattened) traits.xmlFlattened = 1;
  if (shape?.jsonvalue) traits.mediaType = 'application/json';
  if (reference.locationName && !reference.location) traits.jsonName = reference.locationName;
  return [names.indexOf(reference.shape), traits];
}

/** An operation may name the root element of its shape, which in Smithy is a trait of the shape itself. */
function rootPlace(shapes: FlatShape[], place: number, reference: BotocoreReference): number {
  const shape = shapes[place];
  const { xmlName, xmlNamespace } = traitsOf(reference);
  const own = { ...(xmlName ? { xmlName } : {}), ...(xmlNamespace ? { xmlNamespace } : {}) };
  if (!shape || Object.keys(own).length === 0) return place;
  return shapes.push({ ...shape, traits: { ...shape.traits, ...own } }) - 1;
}

function traitsOf(source: Omit<BotocoreReference, 'shape'>): Traits {
  const traits: Traits = { ...locationOf(source) };
  if (source.flattened) traits.xmlFlattened = 1;
  if (source.xmlAttribute) traits.xmlAttribute = 1;
  if (source.streaming) traits.streaming = 1;
  if (source.idempotencyToken) traits.idempotencyToken = 1;
  if (source.jsonvalue) traits.mediaType = 'application/json';
  if (source.eventpayload) traits.eventPayload = 1;
  if (source.queryName) traits.ec2QueryName = source.queryName;
  const format = source.timestampFormat && timestampFormats[source.timestampFormat];
  if (format) traits.timestampFormat = format;
  const { xmlNamespace } = source;
  if (typeof xmlNamespace === 'string') traits.xmlNamespace = [xmlNamespace];
  else if (xmlNamespace) traits.xmlNamespace = [xmlNamespace.prefix ?? '', xmlNamespace.uri];
  return traits;
}

function locationOf({ location, locationName = '' }: Omit<BotocoreReference, 'shape'>): Traits {
  switch (location) {
    case 'header':
      return { httpHeader: locationName };
    case 'headers':
      return { httpPrefixHeaders: locationName };
    case 'querystring':
      return locationName ? { httpQuery: locationName } : { httpQueryParams: 1 };
    case 'uri':
      return { httpLabel: 1 };
    case 'statusCode':
      return { httpResponseCode: 1 };
    default:
      return locationName ? { xmlName: locationName } : {};
  }
}

function unknownType(type: string): never {
  throw new Error(`a botocore shape of the unknown type ${type}`);
}
