import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Member, Shape } from './model.ts';

/** "Amazon event stream encoding" (application/vnd.amazon.eventstream): framed messages with two checksums each. */

/** An output member that is a stream of events is given as an async iterable of unions: `{ PayloadChunk: {…} }`. */
export function isEventStream(value: unknown): value is AsyncIterable<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && !(value instanceof Readable);
}

export function encodeEventStream(
  shape: Shape,
  events: AsyncIterable<Record<string, unknown>>,
  encode: (member: Member, event: unknown) => string,
): Readable {
  return Readable.from(frames(shape, events, encode), { objectMode: false });
}

async function* frames(shape: Shape, events: AsyncIterable<Record<string, unknown>>, encode: (member: Member, event: unknown) => string) {
  for await (const event of events) {
    for (const [name, value] of Object.entries(event)) {
      const member = shape.byName.get(name);
      if (member) yield eventFrame(member, value as Record<string, unknown>, encode);
    }
  }
}

function eventFrame(member: Member, event: Record<string, unknown>, encode: (member: Member, event: unknown) => string): Buffer {
  const payload = member.shape.members.find((inner) => inner.traits.eventPayload);
  const headers: Record<string, string> = { ':message-type': 'event', ':event-type': member.name };
  if (!payload) {
    const body = member.shape.members.length > 0 ? encode(member, event) : '';
    if (body) headers[':content-type'] = 'application/json';
    return frame(headers, Buffer.from(body));
  }
  const value = event[payload.name];
  if (payload.shape.type === 'blob') {
    headers[':content-type'] = 'application/octet-stream';
    return frame(headers, typeof value === 'string' ? Buffer.from(value) : Buffer.from((value as Uint8Array | undefined) ?? []));
  }
  return frame(headers, Buffer.from(payload.shape.type === 'string' ? String(value) : encode(payload, value)));
}

/** Prelude (two lengths and their CRC), headers, payload, CRC of it all. Every header is a string (type 7). */
export function frame(headers: Record<string, string>, payload: Buffer): Buffer {
  const encoded = Object.entries(headers).map(([name, value]) => {
    const text = Buffer.from(value);
    const head = Buffer.alloc(1 + name.length + 3);
    head.writeUInt8(name.length, 0);
    head.write(name, 1);
    head.writeUInt8(7, 1 + name.length);
    head.writeUInt16BE(text.length, 2 + name.length);
    return Buffer.concat([head, text]);
  });
  const headerBytes = Buffer.concat(encoded);
  const message = Buffer.alloc(16 + headerBytes.length + payload.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headerBytes.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headerBytes.copy(message, 12);
  payload.copy(message, 12 + headerBytes.length);
  message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
  return message;
}
