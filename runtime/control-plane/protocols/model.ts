import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlatModel, FlatOperation, FlatShape, Traits } from './flat-model.ts';

/** API models as the codecs walk them, linked from the flat JSON that tools/extract-models.ts writes. */
export interface ServiceModel {
  /** The AWS CLI's name of the service. */
  name: string;
  index: ModelIndexEntry;
  operations: Map<string, Operation>;
  /** Operations once more, at routes that older clients still ask at. */
  former: Operation[];
  /** Error shapes by name, and by their code on the wire of the query protocol where that is another. */
  errors: Map<string, Shape>;
}

/** What routing needs of a service, without its shapes. */
export interface ModelIndexEntry {
  serviceId: string;
  signingName: string;
  endpointPrefix: string;
  apiVersion: string;
  serviceTarget: string | undefined;
  xmlNamespace: string | undefined;
  /** Errors over JSON and CBOR carry the code of the query protocol too ("AWS Query Compatible", Smithy documentation). */
  awsQueryCompatible: boolean;
  /** False where an XML error is not wrapped in ErrorResponse (S3). */
  errorWrapping: boolean;
  /** The SDK's own protocol first. */
  protocols: string[];
}

export interface Operation {
  name: string;
  input: Shape;
  output: Shape;
  http: { method: string; uri: string; status: number } | undefined;
  /** The input's payload is a stream that the operation reads itself. */
  streamingInput: boolean;
  /** AWS takes it without a signature (STS AssumeRoleWithWebIdentity). */
  unsigned: boolean;
}

export type ShapeType =
  | 'structure'
  | 'union'
  | 'error'
  | 'list'
  | 'map'
  | 'string'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'document'
  | 'bigInteger'
  | 'bigDecimal'
  | 'blob';

export interface Shape {
  type: ShapeType;
  name: string;
  traits: Traits;
  /** Smithy's Unit: an operation without this input or output. */
  unit: boolean;
  members: Member[];
  byName: Map<string, Member>;
  /** Names of members that must be given. */
  required: string[];
  /** Of lists and maps: what they hold. */
  member: Member | undefined;
  /** Of maps. */
  key: Member | undefined;
  /** Lists and maps that may hold null. */
  sparse: boolean;
}

export interface Member {
  name: string;
  shape: Shape;
  /** Its own, and of a simple shape the shape's too. Header names are lower case. */
  traits: Traits;
  /** Its name in restJson. */
  jsonName: string;
  /** Its element's name, with the prefix if it has one. */
  xmlName: string;
}

export type { Traits };

const folder = join(import.meta.dirname, '..', '..', 'models');
const models = new Map<string, ServiceModel>();
let index: Map<string, ModelIndexEntry> | undefined;

/** Every service whose model was extracted, by the AWS CLI's name. */
export function modelIndex(): Map<string, ModelIndexEntry> {
  index ??= new Map(
    Object.entries(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, ModelIndexEntry>),
  );
  return index;
}

/** Read and linked when first asked for. */
export function loadModel(name: string): ServiceModel {
  let model = models.get(name);
  if (!model) {
    const entry = modelIndex().get(name);
    if (!entry)
      throw new Error(`no API model of ${name} was extracted: add its @aws-sdk/client package to devDependencies`);
    model = linkModel(name, entry, JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as FlatModel);
    models.set(name, model);
  }
  return model;
}

export function linkModel(name: string, entry: ModelIndexEntry, flat: FlatModel): ServiceModel {
  const shapes = flat.shapes.map(emptyShape);
  for (const [place, source] of flat.shapes.entries()) link(shapes, at(shapes, place), source);
  const unsigned = new Set(flat.unsigned);
  const linked = ({ name: operation, traits, input, output }: FlatOperation): Operation => {
    const [method, uri, status = 200] = traits.http ?? [];
    const inputShape = at(shapes, input);
    return {
      name: operation,
      input: inputShape,
      output: at(shapes, output),
      http: method && uri ? { method, uri, status } : undefined,
      streamingInput: inputShape.members.some((member) => member.traits.httpPayload && member.traits.streaming),
      unsigned: unsigned.has(operation),
    };
  };
  const operations = new Map(flat.operations.map((operation) => [operation.name, linked(operation)]));
  const errors = errorsByCode(flat.errors.map((place) => at(shapes, place)));
  return { name, index: entry, operations, former: (flat.former ?? []).map(linked), errors };
}

function errorsByCode(shapes: Shape[]): Map<string, Shape> {
  const errors = new Map<string, Shape>();
  for (const shape of shapes) if (shape.traits.awsQueryError) errors.set(shape.traits.awsQueryError[0], shape);
  for (const shape of shapes) errors.set(shape.name, shape);
  return errors;
}

function emptyShape(source: FlatShape): Shape {
  return {
    type: source.type as ShapeType,
    name: source.name ?? '',
    traits: source.traits ?? {},
    unit: source.name === 'Unit' && source.members?.length === 0,
    members: [],
    byName: new Map(),
    required: (source.members ?? []).slice(0, source.required ?? 0).map(([name]) => name),
    member: undefined,
    key: undefined,
    sparse: Boolean(source.traits?.sparse),
  };
}

function link(shapes: Shape[], shape: Shape, source: FlatShape): void {
  for (const [name, place, traits] of source.members ?? []) {
    const member = memberOf(shapes, name, place, traits);
    shape.members.push(member);
    shape.byName.set(name, member);
  }
  if (source.member) shape.member = memberOf(shapes, source.type === 'map' ? 'value' : 'member', ...source.member);
  if (source.key) shape.key = memberOf(shapes, 'key', ...source.key);
}

const aggregates = new Set<ShapeType>(['structure', 'union', 'error', 'list', 'map']);

function memberOf(shapes: Shape[], name: string, place: number, own: Traits = {}): Member {
  const shape = at(shapes, place);
  // Traits of a simple shape (timestampFormat, streaming) hold wherever it is used; names of shapes never do.
  const { xmlName: _name, ...inherited } = shape.traits;
  const traits = aggregates.has(shape.type) ? { ...own } : { ...inherited, ...own };
  if (traits.httpHeader !== undefined) traits.httpHeader = traits.httpHeader.toLowerCase();
  if (traits.httpPrefixHeaders !== undefined) traits.httpPrefixHeaders = traits.httpPrefixHeaders.toLowerCase();
  return { name, shape, traits, jsonName: traits.jsonName ?? name, xmlName: traits.xmlName ?? name };
}

const roots = new WeakMap<Shape, Member>();

/** The shape as if it were somebody's member, where an input, an output or an error is read or written whole. */
export function rootOf(shape: Shape): Member {
  let root = roots.get(shape);
  if (!root) {
    root = {
      name: shape.name,
      shape,
      traits: shape.traits,
      jsonName: shape.name,
      xmlName: shape.traits.xmlName ?? shape.name,
    };
    roots.set(shape, root);
  }
  return root;
}

function at(shapes: Shape[], place: number): Shape {
  const shape = shapes[place];
  if (!shape) throw new Error(`the model refers to shape ${place}, which is not there`);
  return shape;
}
