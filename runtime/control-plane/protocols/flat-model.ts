/**
 * An API model as tools/extract-models.ts writes it to runtime/models/<service>.json: one flat table, in which a shape
 * refers to another by its place. model.ts links it.
 */
export interface FlatModel {
  shapes: FlatShape[];
  operations: FlatOperation[];
  /** Operations once more, at the routes and with the bindings of clients older than the model. */
  former?: FlatOperation[];
  /** Places of the error shapes. */
  errors: number[];
  /** Operations that AWS takes without a signature. */
  unsigned: string[];
}

export interface FlatOperation {
  name: string;
  traits: Traits;
  input: number;
  output: number;
}

export interface FlatShape {
  /** A ShapeType of model.ts. */
  type: string;
  name?: string;
  traits?: Traits;
  /** Structures: [name, place of its shape, traits?]; the required ones first. */
  members?: [string, number, Traits?][];
  /** How many of the members are required. */
  required?: number;
  /** Lists and maps: [place, traits?]. */
  member?: [number, Traits?];
  key?: [number, Traits?];
}

/** Smithy's traits as far as codecs and routing heed them, in the SDK's spelling; a flag is 1. */
export interface Traits {
  http?: [method: string, uri: string, status: number];
  endpoint?: [hostPrefix: string];
  httpLabel?: 1;
  httpQuery?: string;
  httpQueryParams?: 1;
  httpHeader?: string;
  httpPrefixHeaders?: string;
  httpPayload?: 1;
  httpResponseCode?: 1;
  hostLabel?: 1;
  jsonName?: string;
  xmlName?: string;
  xmlFlattened?: 1;
  xmlAttribute?: 1;
  /** [uri] or [prefix, uri]. */
  xmlNamespace?: string | string[];
  ec2QueryName?: string;
  timestampFormat?: 'date-time' | 'http-date' | 'epoch-seconds';
  mediaType?: string;
  streaming?: 1;
  eventPayload?: 1;
  eventHeader?: 1;
  sparse?: 1;
  idempotent?: 1;
  idempotencyToken?: 1;
  sensitive?: 1;
  error?: 'client' | 'server';
  httpError?: number;
  /** [code on the wire of the query protocol, HTTP status]. */
  awsQueryError?: [string, number];
  httpChecksum?: object;
}
