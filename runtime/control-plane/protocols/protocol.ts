import type { Readable } from 'node:stream';
import { awsJson } from './aws-json.ts';
import { awsQuery, ec2Query } from './aws-query.ts';
import type { Operation, ServiceModel } from './model.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcV2Cbor } from './rpc-v2-cbor.ts';

/** The six protocols behind one contract. None of them knows a service; the model tells them all. */
export const protocols: Record<ProtocolName, Protocol> = {
  awsJson1_0: awsJson('1.0'),
  awsJson1_1: awsJson('1.1'),
  awsQuery,
  ec2Query,
  restJson,
  restXml,
  rpcV2Cbor,
};

export type ProtocolName = 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'ec2Query' | 'restJson' | 'restXml' | 'rpcV2Cbor';

export interface WireRequest {
  method: string;
  /** As sent, still encoded, without the query. */
  path: string;
  /** As sent, without the question mark. */
  query: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** A Readable only where the operation streams its payload. */
  body: Buffer | Readable;
}

export interface WireResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | Readable | string | undefined;
}

export interface WireError {
  code: string;
  message: string;
  status: number;
  fault: 'client' | 'server';
  members?: Record<string, unknown> | undefined;
  /** Code for query clients of a service that has changed protocols. */
  queryCode?: string | undefined;
}

export interface Protocol {
  readonly name: ProtocolName;
  /**
   * The operation's input: timestamps as Date, blobs as Buffer, streamed payloads as they came. Members the model does
   * not know are passed over, as AWS does. Throws CodecError on what cannot be read.
   */
  decode(
    model: ServiceModel,
    operation: Operation,
    request: WireRequest,
    labels?: Record<string, string>,
  ): Record<string, unknown>;
  /** Takes Dates (or epoch seconds), Uint8Arrays (or strings) for blobs; undefined members are left out. */
  encode(model: ServiceModel, operation: Operation, output: Record<string, unknown>, requestId: string): WireResponse;
  encodeError(
    model: ServiceModel | undefined,
    operation: Operation | undefined,
    error: WireError,
    requestId: string,
  ): WireResponse;
}

export { CodecError } from './codec-error.ts';
