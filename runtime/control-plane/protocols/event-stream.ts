import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../kernel/errors.ts';
import { toBuffer } from './blobs.ts';
import type { Member, Shape } from './model.ts';

/** Output members that are streams of events, in "Amazon event stream encoding" (Smithy documentation). */

export interface EventEncoding {
  /** Of an event's structure in the protocol at hand. */
  contentType: string;
  write(member: Member, value: unknown): string | Uint8Array;
  /** Of RPC protocols: the output's other members, which REST protocols have in headers. */
  initial?: Member;
}

/** The member that is a stream of events: a union with the streaming trait. */
export function eventStreamMember(shape: Shape): Member | undefined {
  return shape.members.find((member) => member.shape.type === 'union' && member.shape.traits.streaming);
}

/** The output without its stream, which RPC protocols send first. */
export function initialResponse(output: Member, events: Member): Member {
  return { ...output, shape: { ...output.shape, members: output.shape.members.filter((member) => member !== events) } };
}

/**
 * The operation gives the member as an async iterable of unions with one member each: `{ PayloadChunk: {…} }`. An AwsError
 * that it throws ends the stream as an exception event; anything else destroys it.
 */
export function encodeEvents(member: Member, output: Record<string, unknown>, encoding: EventEncoding): Readable {
  const events = output[member.name];
  if (!isAsyncIterable(events)) throw new Error(`the output's ${member.name} must be an async iterable of events`);
  return Readable.from(frames(member.shape, events, output, encoding), { objectMode: false });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* frames(
  union: Shape,
  events: AsyncIterable<Record<string, unknown>>,
  output: Record<string, unknown>,
  encoding: EventEncoding,
) {
  if (encoding.initial) {
    const headers = {
      ':message-type': 'event',
      ':event-type': 'initial-response',
      ':content-type': encoding.contentType,
    };
    yield frame(headers, toBuffer(encoding.write(encoding.initial, output)));
  }
  try {
    for await (const event of events) {
      for (const [name, value] of Object.entries(event)) {
        const member = union.byName.get(name);
        if (!member) throw new Error(`${union.name} has no event ${name}`);
        yield eventFrame(member, value as Record<string, unknown>, encoding);
      }
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    yield exceptionFrame(union, error, encoding);
  }
}

function eventFrame(member: Member, event: Record<string, unknown>, encoding: EventEncoding): Buffer {
  const headers: Record<string, string> = { ':message-type': 'event', ':event-type': member.name };
  let payload: Member | undefined;
  for (const inner of member.shape.members) {
    if (inner.traits.eventPayload) payload = inner;
    else if (inner.traits.eventHeader && event[inner.name] !== undefined)
      headers[inner.name] = String(event[inner.name]);
  }
  if (!payload) {
    headers[':content-type'] = encoding.contentType;
    return frame(headers, member.shape.members.length > 0 ? toBuffer(encoding.write(member, event)) : Buffer.alloc(0));
  }
  const value = event[payload.name];
  if (payload.shape.type === 'blob' || payload.shape.type === 'string') {
    headers[':content-type'] = payload.shape.type === 'blob' ? 'application/octet-stream' : 'text/plain';
    return frame(headers, value === undefined ? Buffer.alloc(0) : toBuffer(value));
  }
  headers[':content-type'] = encoding.contentType;
  return frame(headers, value === undefined ? Buffer.alloc(0) : toBuffer(encoding.write(payload, value)));
}

function exceptionFrame(union: Shape, error: AwsError, encoding: EventEncoding): Buffer {
  const member = union.members.find(({ name, shape }) => name === error.code || shape.name === error.code);
  if (!member)
    return frame(
      { ':message-type': 'error', ':error-code': error.code, ':error-message': error.message },
      Buffer.alloc(0),
    );
  const message = member.shape.byName.has('Message') ? 'Message' : 'message';
  const headers = {
    ':message-type': 'exception',
    ':exception-type': member.name,
    ':content-type': encoding.contentType,
  };
  return frame(headers, toBuffer(encoding.write(member, { ...error.members, [message]: error.message })));
}

const STRING = 7;

/** Prelude (two lengths and their CRC), headers, payload, CRC of it all. */
export function frame(headers: Record<string, string>, payload: Buffer): Buffer {
  const headerBytes = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const message = Buffer.alloc(16 + headerBytes.length + payload.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headerBytes.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headerBytes.copy(message, 12);
  payload.copy(message, 12 + headerBytes.length);
  message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
  return message;
}

function header(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const bytes = Buffer.alloc(4 + name.length + text.length);
  bytes.writeUInt8(name.length, 0);
  bytes.write(name, 1, 'latin1');
  bytes.writeUInt8(STRING, 1 + name.length);
  bytes.writeUInt16BE(text.length, 2 + name.length);
  text.copy(bytes, 4 + name.length);
  return bytes;
}
