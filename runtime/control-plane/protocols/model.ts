import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlatModel, FlatShape, Traits } from '../../../tools/extract-models/schemas.ts';

/** API models as the codecs walk them, linked from the flat JSON that tools/extract-models.ts writes. */
export interface ServiceModel {
  /** The AWS CLI's name of the service. */
  name: string;
  index: ModelIndexEntry;
  operations: Map<string, Operation>;
  /** Error shapes by name. */
  errors: Map<string, Shape>;
}

export interface ModelIndexEntry {
  serviceId: string;
  signingName: string;
  endpointPrefix: string;
  apiVersion: string;
  serviceTarget: string | undefined;
  xmlNamespace: string | undefined;
  awsQueryCompatible: boolean;
  /** False where an XML error is not wrapped in ErrorResponse (S3). */
  errorWrapping: boolean;
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
  members: Member[];
  byName: Map<string, Member>;
  /** Names of members that must be given. */
  required: string[];
  /** Of lists and maps. */
  member: Member | undefined;
  key: Member | undefined;
}

export interface Member {
  name: string;
  shape: Shape;
  /** Its own, and of a simple shape the shape's too. */
  traits: Traits;
}

export type { Traits };

const folder = join(import.meta.dirname, '..', '..', 'models');
const models = new Map<string, ServiceModel>();
let index: Map<string, ModelIndexEntry> | undefined;

/** What routing needs of every service, without its shapes. */
export function modelIndex(): Map<string, ModelIndexEntry> {
  index ??= new Map(Object.entries(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, ModelIndexEntry>));
  return index;
}

/** Read and linked when first asked for. */
export function loadModel(name: string): ServiceModel {
  let model = models.get(name);
  if (!model) {
    const entry = modelIndex().get(name);
    if (!entry) throw new Error(`no API model of ${name} was extracted: add @aws-sdk/client-${name} to devDependencies`);
    const flat = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as FlatModel & { unsigned: string[] };
    model = linkModel(name, entry, flat);
    models.set(name, model);
  }
  return model;
}

export function linkModel(name: string, entry: ModelIndexEntry, flat: FlatModel & { unsigned: string[] }): ServiceModel {
  const shapes = flat.shapes.map(emptyShape);
  flat.shapes.forEach((source, place) => link(shapes, shapes[place], source));
  const at = (place: number): Shape => shapes[place] ?? missing(name, place);
  const operations = new Map<string, Operation>();
  for (const { name: operation, traits, input, output } of flat.operations) {
    const [method, uri, status] = (traits.http ?? []) as [string?, string?, number?];
    operations.set(operation, {
      name: operation,
      input: at(input),
      output: at(output),
      http: method && uri ? { method, uri, status: status ?? 200 } : undefined,
      streamingInput: at(input).members.some((member) => member.traits.httpPayload && member.traits.streaming),
      unsigned: flat.unsigned.includes(operation),
    });
  }
  return { name, index: entry, operations, errors: new Map(flat.errors.map((place) => [at(place).name, at(place)])) };
}

function emptyShape(source: FlatShape): Shape {
  return {
    type: source.type as ShapeType,
    name: source.name ?? '',
    traits: source.traits ?? {},
    members: [],
    byName: new Map(),
    required: (source.members ?? []).slice(0, source.required ?? 0).map(([name]) => name),
    member: undefined,
    key: undefined,
  };
}

function link(shapes: Shape[], shape: Shape | undefined, source: FlatShape): void {
  if (!shape) return;
  for (const [name, place, traits] of source.members ?? []) {
    const member = memberOf(shapes, name, place, traits);
    shape.members.push(member);
    shape.byName.set(name, member);
  }
  if (source.member) shape.member = memberOf(shapes, 'member', ...source.member);
  if (source.key) shape.key = memberOf(shapes, 'key', ...source.key);
}

function memberOf(shapes: Shape[], name: string, place: number, traits: Traits = {}): Member {
  const shape = shapes[place] ?? missing(name, place);
  const simple = shape.members.length === 0 && shape.type !== 'structure' && shape.type !== 'union';
  // Traits of a simple shape (timestampFormat, streaming) hold wherever it is used; names of aggregates do not.
  const { xmlName: _name, ...own } = shape.traits;
  return { name, shape, traits: simple && shape.type !== 'list' && shape.type !== 'map' ? { ...own, ...traits } : traits };
}

function missing(name: string, place: number): never {
  throw new Error(`the model of ${name} refers to shape ${place}, which is not there`);
}
